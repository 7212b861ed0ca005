/**
 * @file What a schema cannot say: parts that are each allowed but make no sense together.
 */
import { canBeRewired } from '../chips/boxes/box.ts';
import { beginsHigh, isPulsed } from '../chips/cells/cell.ts';
import { costProblems } from '../chips/costs/fit.ts';
import { crossbarProblems } from '../chips/crossbar-fit.ts';
import { misfitOf, unitsOf } from '../chips/fields/local-fields.ts';
import type { ChipModel } from '../chips/model.ts';
import { misfitAbove } from '../chips/recurrent/shapes.ts';
import { misfit } from '../chips/resistive/fit.ts';
import { isByPulses } from '../chips/updates/index.ts';
import { unitsOfLayers, weightsOf } from './describe-chip.ts';
import { problem, shown } from './explain.ts';
import type { Path, Written } from './locate.ts';
import { alternatives, didYouMean, type Problem } from './problems.ts';
import type { DataSetSizes, Entry, Known, Setting } from './schema.ts';

const gibibyte = 2 ** 30;
const mostBytes = 3 * gibibyte; // the memory of a trial is one WebAssembly memory, which ends at 4 GiB

/** Contradictions within a chip. */
export function chipProblems(chip: ChipModel, written: Written, above: Path = []): Problem[] {
  const problems: Problem[] = [];
  const { cell, update } = chip;
  const pulses = isByPulses(update);
  if (pulses && cell.kind === 'linear')
    problems.push(
      problem(
        written,
        ['update', 'kind'],
        above,
        `a ${update.kind} update needs a cell with a step ("constant-step", "soft-bounds" and others), but the chip has a linear one`,
      ),
    );
  const { weightRange } = chip.crossbar;
  if (weightRange === 0 && (pulses || cell.variation > 0 || cell.stuck > 0))
    problems.push(
      problem(
        written,
        ['crossbar', 'weightRange'],
        above,
        `found 0, weights without bounds, but ${pulses ? `a ${update.kind} update` : cell.variation > 0 ? 'variation of the cells' : 'a stuck cell'} needs a range above 0`,
      ),
    );
  problems.push(...fieldProblems(chip, written, above));
  for (const { path, message } of [...crossbarProblems(chip), ...costProblems(chip)])
    problems.push(problem(written, path, above, message));
  if (cell.kind !== 'linear' && cell.lowest === 0 && update.kind !== 'one-sided')
    problems.push(
      problem(
        written,
        ['update', 'kind'],
        above,
        `a pair whose lower bound is 0 holds no weight below it; "one-sided" makes a weight of two such, but the update is ${shown(update.kind)}`,
      ),
    );
  if (update.kind === 'one-sided' && isPulsed(cell) && beginsHigh(cell) !== (update.direction === 'down'))
    problems.push(
      problem(
        written,
        ['update', 'direction'],
        above,
        `found "${update.direction}", but a reset leads this cell to ${cell.resetLevel} of at most ${cell.highest}: refreshed pairs would have little room for pulses ${update.direction}`,
      ),
    );
  if (cell.kind === 'soft-bounds' && cell.lowest === 0)
    problems.push(
      problem(written, ['cell', 'lowest'], above, 'found 0, but soft bounds need a lower one below 0'),
    );
  if (cell.minimumConductance >= cell.maximumConductance)
    problems.push(
      problem(
        written,
        ['cell', 'minimumConductance'],
        above,
        `${cell.minimumConductance} S is not below the maximum, ${cell.maximumConductance} S`,
      ),
    );
  return problems;
}

/** An accident to boxes that know none. */
export function accidentProblems(
  { boxes }: ChipModel,
  life: Setting['life'],
  written: Written,
  above: Path,
): Problem[] {
  if (life === undefined || life.accident === 0) return [];
  const stiff = [boxes.front, boxes.between].find(box => !canBeRewired(box));
  if (stiff === undefined) return [];
  const message = `an accident rewires units of boxes, but boxes of kind "${stiff.kind}" cannot be rewired`;
  return [problem(written, ['accident'], above, message)];
}

/** Local fields that do not fit their grid, or what is below them. @param inputs pixels of an image, where they are known */
export function fieldProblems(
  { layers }: ChipModel,
  written: Written,
  above: Path,
  inputs?: number,
): Problem[] {
  let below = inputs;
  for (const [l, layer] of layers.entries()) {
    const wrong = typeof layer === 'number' ? undefined : misfitOf(layer, below);
    if (wrong) return [problem(written, ['layers', l, wrong.key], above, wrong.message)];
    below = unitsOf(layer);
  }
  return [];
}

/** A learner that needs another network than the chip can be. @param path of its entry in `written` */
export function networkProblems(
  chip: ChipModel,
  { name, learner, options }: Entry,
  written: Written,
  path: Path,
  above: Path,
): Problem[] {
  const { network, dense } = learner.needs(options);
  const fielded = chip.layers.findIndex(layer => typeof layer !== 'number');
  if (dense && fielded >= 0) {
    const message = `"${name}" needs layers of one crossbar, from all inputs to all units, but layer ${fielded + 1} of the chip has local fields; leave one of the two out`;
    return [problem(written, path, above, message)];
  }
  const asked = network?.kind === 'resistive' ? 'crossbars are a resistive network' : 'layers see each other';
  const wrong = network && (network.kind === 'resistive' ? misfit(chip) : misfitAbove(chip.layers));
  if (!wrong) return [];
  const message = `"${name}" needs a chip whose ${asked}, and this one cannot be: ${wrong}; leave one of the two out`;
  return [problem(written, path, above, message)];
}

/** A data set that is not there, or not that large. */
export function dataProblems(
  data: Setting['data'],
  sets: Known['dataSets'],
  written: Written,
  above: Path,
): Problem[] {
  const names = Object.keys(sets);
  const set = Object.hasOwn(sets, data.set) ? sets[data.set] : undefined;
  if (set === undefined)
    return [
      problem(
        written,
        ['set'],
        above,
        `found "${data.set}", a data set is needed: ${alternatives(names)}${didYouMean(data.set, names)}`,
      ),
    ];
  if ('problem' in set) return [problem(written, ['set'], above, set.problem)];
  const problems: Problem[] = [];
  if (data.train + (data.spare ?? 0) + data.validation > set.training)
    problems.push(
      problem(
        written,
        ['train'],
        above,
        data.spare === undefined
          ? `${data.train} training and ${data.validation} validation samples are more than the ${set.training} that "${data.set}" has for both`
          : `${data.train} training, ${data.spare} spare and ${data.validation} validation samples are more than the ${set.training} that "${data.set}" has for all three`,
      ),
    );
  if (data.test > set.test)
    problems.push(
      problem(
        written,
        ['test'],
        above,
        `found ${shown(data.test)}, but "${data.set}" has ${set.test} test samples`,
      ),
    );
  return problems;
}

/** A chip whose first fields do not fit the images, or that no memory of a trial holds. */
export function sizeProblems(chip: ChipModel, set: DataSetSizes, written: Written, above: Path): Problem[] {
  const misfits = fieldProblems(chip, written, above, set.inputs);
  if (misfits.length > 0) return misfits;
  const bytes = roughBytes(chip, set);
  if (bytes <= mostBytes) return [];
  const size = (bytes / gibibyte).toPrecision(2);
  return [
    problem(
      written,
      ['layers'],
      above,
      `${shown(chip.layers)} would take about ${size} GiB a trial; 3 GiB are the most that is simulated`,
    ),
  ];
}

/**
 * About what a trial takes: a dozen numbers for every cell pair (weight, moments, gradient, bounds, steps) and a score for
 * every activity of a batch of some hundred samples.
 */
export function roughBytes(chip: ChipModel, { inputs, classes }: DataSetSizes): number {
  const pairs = weightsOf(chip, inputs, classes);
  const units = unitsOfLayers(chip).reduce((sum, own) => sum + own, inputs);
  return 4 * (12 * pairs + 20 * 500 * units);
}
