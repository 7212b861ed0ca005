/**
 * @file What a chip is made of, in numbers: from its model alone, so the same for all individuals.
 */
import { layerShapes } from '../chips/build.ts';
import { unitsOf } from '../chips/fields/local-fields.ts';
import { buildMapping } from '../chips/mappings/index.ts';
import type { ChipModel } from '../chips/model.ts';
import { alternatives, didYouMean, InputError } from './problems.ts';
import type { DataSetSizes, Known } from './schema.ts';

/** One layer: a crossbar, or one for every field. */
export interface LayerAbout {
  readonly layer: number;
  readonly crossbars: number;
  /** of each crossbar; where fields are cut off at the edges, of the largest */
  readonly rows: number;
  readonly columns: number;
  /** of all crossbars */
  readonly tiles: number;
  /** of all crossbars; two for each weight that is a pair */
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

/** Units of every layer. */
export const unitsOfLayers = ({ layers }: ChipModel): number[] => layers.map(unitsOf);

/** Weights of all crossbars. @param labelLines of each */
export const weightsOf = ({ layers }: ChipModel, inputs: number, labelLines = 0): number =>
  layerShapes(layers, inputs, labelLines).reduce(
    (sum, { matrix: { rows, columns } }) => sum + rows * columns,
    0,
  );

/** @param inputs pixels of the images it is to see @throws InputError where its local fields do not fit them */
export function describeChip(model: ChipModel, inputs: number): ChipAbout {
  const { tileRows, tileColumns, mapping, weightRange } = model.crossbar;
  const each = buildMapping(mapping, model.cell, weightRange).cells.length;
  const layers = shapesFor(model, inputs).map((shape, l) => {
    const { places, matrix } = shape;
    const { columns } = matrix;
    return {
      layer: l + 1,
      crossbars: places.length,
      rows: Math.max(...places.map(place => place.rows)),
      columns,
      tiles:
        places.reduce((sum, { rows }) => sum + Math.ceil(rows / tileRows), 0) *
        Math.ceil(columns / tileColumns),
      cells: each * matrix.rows * columns,
    };
  });
  return { inputs, layers, cells: layers.reduce((sum, { cells }) => sum + cells, 0), model };
}

function shapesFor({ layers }: ChipModel, inputs: number) {
  try {
    return layerShapes(layers, inputs, 0);
  } catch (error) {
    throw new InputError([{ where: 'the chip', path: 'layers', message: (error as Error).message }]);
  }
}
