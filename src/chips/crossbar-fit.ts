/** @file Parts of a crossbar and its periphery that are each allowed but do not go together. */
import { givenOnly } from './backward.ts';
import { devicesOf, isPulsed } from './cells/cell.ts';
import { driftOf } from './cells/drift.ts';
import { fluctuationOf } from './cells/fluctuation.ts';
import { isHeld } from './cells/held.ts';
import { spreadOf } from './cells/spread.ts';
import { isDerived } from './converters/range.ts';
import { goesOnInAnalog } from './converters/uniform.ts';
import { isDirect } from './mappings/index.ts';
import type { ChipModel } from './model.ts';
import { isSolved } from './solved.ts';
import { isByPulses } from './updates/index.ts';
import { linesOf } from './wires/wires.ts';

interface Problem {
  readonly path: string[];
  readonly message: string;
}

const byDevices: readonly string[] = ['pulsed', 'stochastic', 'mixed-precision'];

/** What several cells at a crossing do not go together with, in words: they are known by their sum alone. */
export function devicesProblem(chip: ChipModel): string | undefined {
  const { cell, crossbar, wires, update } = chip;
  const devices = devicesOf(cell);
  if (!devices) return undefined;
  if (devices.shares && devices.shares.length !== devices.count)
    return `${devices.count} cells at a crossing need as many shares, not ${devices.shares.length}`;
  if (crossbar.weightRange === 0)
    return 'several cells at a crossing need bounds, and so a weightRange above 0';
  if (!byDevices.includes(update.kind))
    return `several cells at a crossing are written by updates of kind ${byDevices.join(', ')}, not ${update.kind}`;
  if (isHeld(cell))
    return 'several cells at a crossing have no errors, drift, fluctuation or wear of every single conductance';
  if (linesOf(wires) || crossbar.faults || !isDirect(crossbar.mapping) || isSolved(chip))
    return 'several cells at a crossing know no wires, faults, levels, or noise of every single cell';
  return undefined;
}

/** What does not fit, where in the chip's description, in words. */
export function crossbarProblems(chip: ChipModel): Problem[] {
  const { crossbar, dac, adc, drive, wires, update } = chip;
  const { mapping, faults, weightRange } = crossbar;
  const problems: Problem[] = [];
  const several = devicesProblem(chip);
  if (several) problems.push({ path: ['cell', 'devices'], message: several });
  const add = (path: string[], message: string) => void problems.push({ path, message });
  const hasWires = linesOf(wires) !== undefined;
  const hasLevels = mapping?.kind === 'sliced' || mapping?.cellBits !== undefined;
  if (
    weightRange === 0 &&
    (hasWires ||
      faults ||
      mapping ||
      crossbar.weightScaling ||
      crossbar.noise === 'cells' ||
      crossbar.currentLimit !== undefined)
  ) {
    const who = hasWires
      ? 'wires'
      : faults
        ? 'faults'
        : mapping
          ? 'a mapping'
          : crossbar.weightScaling
            ? 'weight scaling'
            : crossbar.noise === 'cells'
              ? 'noise of every cell'
              : 'a current limit';
    add(
      ['crossbar', 'weightRange'],
      `found 0, weights without bounds, but ${who} needs conductances, and so a range above 0`,
    );
  }
  if (faults && faults.stuckOn + faults.stuckOff + faults.open > 1)
    add(
      ['crossbar', 'faults'],
      'stuckOn, stuckOff and open are shares of the same cells and may not add up to more than 1',
    );
  if (mapping?.kind === 'sliced' && mapping.weightBits < 2)
    add(['crossbar', 'mapping', 'weightBits'], 'found 1, but the sign takes one bit: 2 are the least');
  if (mapping?.kind === 'offset' && mapping.cellBits === 1)
    add(['crossbar', 'mapping', 'cellBits'], 'found 1, but weight 0 must be a level: 2 are the least');
  if (mapping?.kind === 'sliced' && isByPulses(update))
    add(
      ['crossbar', 'mapping', 'kind'],
      `digits of a sliced weight are programmed, but the update is ${update.kind}, by pulses`,
    );
  if (
    drive?.kind === 'bit-serial' &&
    (dac.kind !== 'uniform' || dac.levels === 'even' || dac.low !== undefined || dac.bits < 2)
  )
    add(
      ['drive', 'kind'],
      'bit-serial inputs need a DAC of 2 bits or more and an odd number of levels about 0',
    );
  if (goesOnInAnalog(dac)) {
    if (adc.kind !== 'none')
      add(['dac', 'rows'], 'found "entering", but behind ADCs activities are digital and need DACs');
    if (chip.scaling || dac.rounding === 'stochastic' || (drive && drive.kind !== 'amplitude'))
      add(
        ['dac', 'rows'],
        'found "entering", but activities drive rows as they are: by amplitude, without input scaling or stochastic rounding',
      );
  }
  if (chip.goodness?.kind === 'squarers' && adc.kind !== 'none')
    add(
      ['goodness', 'kind'],
      'squarers take activities as they are, but this chip has ADCs between its layers',
    );
  if (drive?.kind === 'pulse-width' && dac.kind === 'none')
    add(['drive', 'kind'], 'pulse widths need a DAC, whose range is the voltage of the pulses');
  const back = chip.backward?.adc;
  if (back && 'ranging' in back && back.ranging !== undefined && back.ranging !== 'given')
    add(['backward', 'adc', 'ranging'], givenOnly);
  if (isDerived(adc)) {
    if (dac.kind === 'none' || weightRange === 0 || (adc.ranging === 'granular' && dac.kind !== 'uniform'))
      add(['adc', 'ranging'], `a ${adc.ranging} range needs a DAC and a weightRange above 0`);
    if (adc.ranging === 'granular' && !hasLevels)
      add(
        ['adc', 'ranging'],
        'a granular range needs cells with levels: a mapping with cellBits, or "sliced"',
      );
  }
  if ('calibration' in adc && adc.calibration && adc.ranging !== 'calibrated')
    add(['adc', 'calibration'], 'nothing is calibrated unless `ranging` is "calibrated"');
  for (const { path, message } of arrayProblems(chip)) add(path, message);
  for (const [path, message] of cellProblems(chip)) add(['cell', ...path], message);
  return problems;
}

/** What does not fit about arrays that are no plain matrix, and what drives them. */
function arrayProblems(chip: ChipModel): Problem[] {
  const { crossbar, drive, driver, wires } = chip;
  const { curve, mapping, weightRange } = crossbar;
  const problems: Problem[] = [];
  const add = (path: string[], message: string) => void problems.push({ path, message });
  const topology = wires?.kind === 'exact' ? (wires.topology ?? 'standard') : 'standard';
  const apart = (driver?.signs ?? 'together') !== 'together';
  if (curve && wires?.kind === 'mask')
    add(
      ['crossbar', 'curve'],
      'a mask describes linear cells; wires of kind "exact" are solved for curved ones too',
    );
  if (curve?.kind === 'milo' && weightRange === 0)
    add(['crossbar', 'weightRange'], 'found 0, but a curve by conductance needs a range above 0');
  if (crossbar.noise === 'cells' && (wires?.kind === 'mask' || chip.cell.fluctuation))
    add(
      ['crossbar', 'noise'],
      'noise of every cell is that of "readNoise", in arrays that are solved: not of a fluctuation, nor with a mask',
    );
  if (curve && isSolved(chip) && drive?.kind === 'pulse-width')
    add(
      ['drive', 'kind'],
      'pulses that overlap are not solved where cells are curved; take amplitudes or bits',
    );
  if (topology === 'interleaved' && mapping?.kind === 'offset')
    add(['wires', 'topology'], 'interleaved lines need the two cells of a pair, but the mapping is "offset"');
  if (topology === 'separate-supply' && (drive?.kind !== 'bit-serial' || !apart))
    add(
      ['wires', 'topology'],
      'inputs connect cells to supply lines bit by bit and for one sign at a time: the drive must be "bit-serial", and signs of the driver "apart" or "apart-digital"',
    );
  if (topology === 'separate-supply' && driver && driver.noise > 0)
    add(['driver', 'noise'], 'a supply line knows on and off only; noise of an input has no meaning');
  if (driver && driver.readAsymmetry > 0 && (!apart || isSolved(chip)))
    add(
      ['driver', 'readAsymmetry'],
      'shows where inputs of both signs are driven apart, and arrays are a matrix; here they are not',
    );
  return problems;
}

/** Updates that keep arrays of cells beside the crossbar's own, which time and wear do not reach here. */
const hasOtherCells = ({ kind }: ChipModel['update']): boolean =>
  kind === 'one-sided' || kind === 'tiki-taka' || kind.endsWith('-transfer');

/** What does not fit about cells that are known one by one. */
function cellProblems({ cell, crossbar, update }: ChipModel): [string[], string][] {
  if (!isHeld(cell)) {
    const isIdle = crossbar.compensation !== undefined && crossbar.compensation.kind !== 'none';
    return isIdle ? [[['drift'], 'is missing, but the crossbar has a compensation for it']] : [];
  }
  const problems: [string[], string][] = [];
  const which = (['programming', 'drift', 'fluctuation', 'endurance'] as const).find(key => cell[key])!;
  if (crossbar.weightRange === 0)
    problems.push([[which], 'needs conductances, and so a weightRange above 0 in the crossbar']);
  if (hasOtherCells(update))
    problems.push([
      [which],
      `the update ${update.kind} keeps cells beside those of the crossbar, which this does not reach`,
    ]);
  if (isPulsed(cell) && cell.writeNoise > 0)
    problems.push([['writeNoise'], `what was written is hidden behind it, which ${which} cannot follow`]);
  if (cell.programming && cell.programmingNoise > 0)
    problems.push([['programmingNoise'], 'programming describes the same error; leave one of the two out']);
  const laws = [
    ['programming', () => cell.programming && spreadOf(cell.programming)],
    ['drift', () => cell.drift && driftOf(cell.drift, cell.programming)],
    ['fluctuation', () => cell.fluctuation && fluctuationOf(cell.fluctuation)],
  ] as const;
  for (const [key, build] of laws)
    try {
      build();
    } catch (error) {
      problems.push([[key], (error as Error).message]);
    }
  return problems;
}
