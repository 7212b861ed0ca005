/**
 * @file One individual of a chip, laid open: what its cells hold, what its wires take away, how its circuits answer, which flaw is behind how much of what its
 * outputs are off, and what a pass costs. All of it as plain numbers; `report/anatomy-page.ts` draws them.
 */
import type { CrossbarPlace } from '../chips/access.ts';
import { buildChip, type ChipRequest } from '../chips/build.ts';
import type { Chip } from '../chips/chip.ts';
import { buildConversion } from '../chips/converters/index.ts';
import { levelsOf } from '../chips/converters/uniform.ts';
import { type Energy, type EnergyTerm, sourcesOf } from '../chips/energy.ts';
import { conductances } from '../chips/mapping.ts';
import { combined, snapshot } from '../chips/meter.ts';
import type { ChipModel } from '../chips/model.ts';
import { buildNodal } from '../chips/wires/nodal.ts';
import { powerOf } from '../chips/wires/power.ts';
import { linesOf } from '../chips/wires/wires.ts';
import type { Engine } from '../engine/engine.ts';
import type { Matrix } from '../engine/matrix.ts';
import { streamOf } from '../engine/streams.ts';
import { type CellCurrents, cellCurrents } from './cell-currents.ts';
import { type CellMaps, cellMaps, type FieldMap, mapOf } from './cell-maps.ts';
import { alone, type Flaw, flawless, flawsOf, lacking } from './flaws.ts';
import { curvesOf } from './pictures.ts';
import type { Pictures } from './trial-files.ts';

export interface Anatomy {
  readonly model: ChipModel;
  readonly seed: number;
  /** layer by layer; none where weights have no bounds */
  readonly cells: readonly CellMaps[];
  /** absent where cells keep Ohm's law */
  readonly currents?: CellCurrents;
  /** the first tile with one volt on every row; absent where wires are ideal */
  readonly drop?: IrDrop;
  readonly curves: Pick<Pictures, 'transferCurves' | 'boxCurves'>;
  /** of a few converters, around zero; absent where there are none */
  readonly dac?: Staircase;
  readonly adc?: Staircase;
  /** mean square of what each flaw alone does to the outputs, relative to the mean square of these */
  readonly disturbances: readonly { readonly name: string; readonly share: number }[];
  /** of all of them at once, boxes apart */
  readonly together: number;
  /** joules of one image that passes and whose outputs are measured */
  readonly pass: Energy;
  readonly sources: Readonly<Record<EnergyTerm, string>>;
}

/** What wires do to one tile. */
export interface IrDrop {
  readonly rows: number;
  readonly bitLines: number;
  /** share of its row's voltage that a cell sees */
  readonly across: FieldMap;
  /** current of each bit line relative to ideal wires */
  readonly columns: readonly number[];
  /** share of the power that goes into wires */
  readonly wires: number;
}

/** Output against input, one line for each converter. */
export interface Staircase {
  readonly input: readonly number[];
  readonly units: readonly (readonly number[])[];
  /** of the nominal converter, in units of the input */
  readonly step: number;
}

export interface Laid {
  readonly model: ChipModel;
  readonly seed: number;
  readonly images: Matrix;
  readonly classes: number;
  /** of a trained chip, per layer [rows, units]; random ones are written where there are none */
  readonly weights?: readonly Matrix[];
  /** what its learner asked of its making */
  readonly needs?: Pick<ChipRequest, 'labels' | 'network'>;
  /** what else is known of their cells */
  readonly states?: Parameters<Chip['restore']>[1];
}

const batchOf = ({ images }: Laid) => Math.max(images.rows, 100);

/** @param engine gives room that is not given back */
export function anatomyOf(laid: Laid, engine: Engine): Anatomy {
  const { model, seed, images } = laid;
  const chip = chipOf(laid, model, engine);
  try {
    const weights = laid.weights ?? randomWeights(chip, engine, seed);
    if (laid.weights) chip.restore(weights, laid.states);
    else for (const [l, matrix] of weights.entries()) chip.write(l, matrix);
    const before = snapshot(chip.meter);
    const delivery = chip.newDelivery(images.rows);
    chip.hold(images);
    chip.send({ kind: 'off' }, delivery);
    const pass = scaled(chip.energy(combined(chip.meter, before, -1)), 1 / images.rows);
    const drop = dropOf(chip);
    const currents = cellCurrents(model);
    const [dac, adc] = [dacStairs(chip, engine), adcStairs(chip, engine, seed)];
    return {
      model,
      seed,
      cells: cellMaps(chip),
      ...(currents && { currents }),
      ...(drop && { drop }),
      curves: curvesOf(chip, engine),
      ...(dac && { dac }),
      ...(adc && { adc }),
      ...disturbancesOf(laid, weights, engine),
      pass,
      sources: sourcesOf(model),
    };
  } finally {
    chip.close();
  }
}

function chipOf(laid: Laid, model: ChipModel, engine: Engine): Chip {
  const { images, classes, seed } = laid;
  const { needs = { labels: 'none' } } = laid;
  const request = { inputs: images.columns, classes, ...needs, batch: batchOf(laid) };
  return buildChip(model, request, engine, path => streamOf(seed, `chip/${path}`));
}

/** As learners begin: N(0, 1)/√inputs, biases 0. */
const randomWeights = (chip: Chip, engine: Engine, seed: number): Matrix[] =>
  chip.parts.shapes.map(({ matrix: { rows, columns }, places }, l) => {
    const weights = engine.matrix(rows, columns);
    const most = Math.max(...places.map(({ inputs }) => inputs));
    engine.kernels.addGaussian(weights, 1 / Math.sqrt(most), streamOf(seed, `inspect/layer/${l + 1}`));
    for (const { firstRow, inputs } of places)
      weights.data.fill(0, (firstRow + inputs) * columns, (firstRow + inputs + 1) * columns);
    return weights;
  });

function dropOf({ parts: { model, crossbars, shapes } }: Chip): IrDrop | undefined {
  const lines = linesOf(model.wires);
  const { weightRange, tileRows, tileColumns, mapping } = model.crossbar;
  if (!lines || mapping !== undefined) return undefined;
  const weights = crossbars[0]!.stored();
  const [first] = shapes[0]!.places as readonly [CrossbarPlace];
  const rows = Math.min(tileRows, first.rows);
  const columns = Math.min(tileColumns, first.columns);
  const bitLines = 2 * columns;
  const { plus, minus } = conductances(weights, model.cell, weightRange);
  const G = new Float64Array(rows * bitLines);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      G[i * bitLines + 2 * j] = plus[i * weights.columns + j]!;
      G[i * bitLines + 2 * j + 1] = minus[i * weights.columns + j]!;
    }
  const word = new Float64Array(rows).fill(1);
  const solution = buildNodal(G, rows, bitLines, lines)(word, new Float64Array(bitLines));
  const { driver, wires } = powerOf(solution, word, G, rows, bitLines, lines);
  const ideal = new Float64Array(bitLines);
  for (let k = 0; k < G.length; k++) ideal[k % bitLines]! += G[k]!;
  return {
    rows,
    bitLines,
    across: mapOf(solution.across, rows, bitLines),
    columns: Array.from(solution.out, (current, j) => current / ideal[j]!),
    wires: wires / driver,
  };
}

const around = 6; // steps to either side of zero

function sweepOver(step: number): number[] {
  const points = 24 * around + 1;
  return Array.from({ length: points }, (_, k) => step * around * ((2 * k) / (points - 1) - 1));
}

function dacStairs({ parts: { model } }: Chip, engine: Engine): Staircase | undefined {
  const { dac } = model;
  if (dac.kind !== 'uniform' || model.scaling) return undefined;
  const step = (2 * dac.range) / (levelsOf(dac) - 1);
  const input = sweepOver(step);
  const x = engine.matrix(1, input.length);
  x.data.set(input);
  engine.kernels.quantise(x, x.columns, -dac.range, dac.range, levelsOf(dac));
  return { input, units: [[...x.data]], step };
}

/** The ADCs of some columns far apart, of the first tile of the first layer. */
function adcStairs(chip: Chip, engine: Engine, seed: number): Staircase | undefined {
  const { adc } = chip.parts.model;
  if (adc.kind === 'none' || adc.kind === 'clip' || (adc.ranging !== undefined && adc.ranging !== 'given'))
    return undefined;
  const { columns } = chip.parts.crossbars[0]!;
  const step = (2 * adc.range) / (adc.kind === 'uniform' ? levelsOf(adc) - 1 : 2 ** adc.bits);
  const input = sweepOver(step);
  const convert = buildConversion(adc, columns, input.length, engine, path =>
    streamOf(seed, `chip/layer/1/crossbar/adc/${path}`),
  );
  const x = engine.matrix(input.length, columns);
  input.forEach((value, b) => {
    x.data.fill(value, b * columns, (b + 1) * columns);
  });
  convert?.(x);
  const shown = [...new Set([0, Math.floor(columns / 3), Math.floor((2 * columns) / 3), columns - 1])];
  return { input, units: shown.map(j => input.map((_, b) => x.data[b * columns + j]!)), step };
}

/**
 * What every flaw does on its own: the outputs of the same individual with this flaw and no other are held against those of a chip without any, mean
 * squares over images and outputs relative to those of the outputs. Of noise in boxes, which is seen from pass to pass, half the mean square
 * of the difference of two passes.
 */
function disturbancesOf(
  laid: Laid,
  weights: readonly Matrix[],
  engine: Engine,
): Pick<Anatomy, 'disturbances' | 'together'> {
  const { model } = laid;
  const outputs = (variant: ChipModel, isWritten: boolean, passes = 1): Float32Array[] => {
    const chip = chipOf(laid, variant, engine);
    try {
      // by `write`, so that what acts there acts; or as they are
      if (isWritten) for (const [l, matrix] of weights.entries()) chip.write(l, matrix);
      else chip.restore(weights);
      const delivery = chip.newDelivery(laid.images.rows);
      chip.hold(laid.images);
      return Array.from({ length: passes }, () => {
        chip.send({ kind: 'off' }, delivery);
        return delivery.delivered.data.slice();
      });
    } finally {
      chip.close();
    }
  };
  const plain = flawless(model);
  const [reference] = outputs(plain, false) as [Float32Array];
  const power = meanSquare(reference);
  const all = flawsOf(model).filter(({ isOfNature, isOfLearning }) => !isOfNature && !isOfLearning);
  const disturbed = (variant: ChipModel, isWritten: boolean) =>
    meanSquareOff(outputs(variant, isWritten)[0]!, reference) / power;
  const shareOf = (flaw: Flaw) => {
    if (flaw.name === 'noise of boxes') {
      const [first, second] = outputs(alone(model, flaw), false, 2) as [Float32Array, Float32Array];
      return meanSquareOff(first, second) / 2 / power;
    }
    return disturbed(alone(model, flaw), flaw.isOfWriting === true);
  };
  const boxless = lacking(
    model,
    flawsOf(model).filter(({ isOfNature, name }) => isOfNature || name === 'noise of boxes'),
  );
  return {
    disturbances: all
      .map(flaw => ({ name: flaw.name, share: shareOf(flaw) }))
      .sort((a, b) => b.share - a.share),
    together: all.length > 0 ? disturbed(boxless, true) : 0,
  };
}

const meanSquare = (x: Float32Array): number => x.reduce((sum, v) => sum + v * v, 0) / x.length;
const meanSquareOff = (x: Float32Array, from: Float32Array): number =>
  x.reduce((sum, v, k) => sum + (v - from[k]!) ** 2, 0) / x.length;

const scaled = (energy: Energy, factor: number): Energy =>
  Object.fromEntries(Object.entries(energy).map(([term, joules]) => [term, joules * factor])) as Energy;
