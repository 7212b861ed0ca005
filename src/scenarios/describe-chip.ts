/**
 * @file What a chip is made of, in numbers: from its model alone, so the same for all individuals.
 */
import { layerShapes } from '../chips/build.ts';
import { buildMapping } from '../chips/mappings/index.ts';
import type { ChipModel } from '../chips/model.ts';
import { alternatives, didYouMean, InputError } from './problems.ts';
import type { DataSetSizes, Known } from './schema.ts';

/** One crossbar. */
export interface LayerAbout {
  readonly layer: number;
  readonly rows: number;
  readonly columns: number;
  readonly tiles: number;
  /** two for each weight that is a pair */
  readonly cells: number;
}

export interface ChipAbout {
  readonly inputs: number;
  readonly layers: readonly LayerAbout[];
  readonly cells: number;
  readonly model: ChipModel;
}

/** Sizes of a data set. @throws InputError when there is no such set, or it cannot be used */
export function sizesOf(dataSets: Known['dataSets'], name: string): DataSetSizes {
  const set = Object.hasOwn(dataSets, name) ? dataSets[name] : undefined;
  if (set !== undefined && 'inputs' in set) return set;
  const names = Object.keys(dataSets);
  const message =
    set?.problem ?? `no such data set: there is ${alternatives(names)}${didYouMean(name, names)}`;
  throw new InputError([{ where: `--data ${name}`, path: '', message }]);
}

/** @param inputs pixels of the images it is to see */
export function describeChip(model: ChipModel, inputs: number): ChipAbout {
  const { tileRows, tileColumns, mapping, weightRange } = model.crossbar;
  const each = buildMapping(mapping, model.cell, weightRange).cells.length;
  const layers = layerShapes(model.layers, inputs, 0).map(({ rows, units }, l) => ({
    layer: l + 1,
    rows,
    columns: units,
    tiles: Math.ceil(rows / tileRows) * Math.ceil(units / tileColumns),
    cells: each * rows * units,
  }));
  return { inputs, layers, cells: layers.reduce((sum, { cells }) => sum + cells, 0), model };
}
