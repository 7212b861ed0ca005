/**
 * @file One individual of a chip model, seen from outside: how far its cells and circuits are from nominal. It is the chip that the
 * trials of this seed train.
 */
import { buildChip } from '../chips/build.ts';
import type { ChipModel } from '../chips/model.ts';
import { openEngine } from '../engine/engine.ts';
import type { Matrix } from '../engine/matrix.ts';
import { streamOf } from '../engine/streams.ts';
import type { DataSetSizes } from './schema.ts';

/** Smallest, mean and largest of something that differs from part to part. */
export interface Spread {
  readonly least: number;
  readonly mean: number;
  readonly most: number;
}

export interface LayerIndividual {
  readonly layer: number;
  /** largest weight of each pair of cells; absent where weights are unbounded */
  readonly largestWeight?: Spread;
  /** change of weight per intended change; absent where weights are unbounded */
  readonly response?: Spread;
  /** activity of each neuron circuit at an input of 1, where a nominal one has 1 */
  readonly activity: Spread;
}

/** Makes the individual of a seed and measures it, layer by layer. */
export async function individualOf(
  model: ChipModel,
  { inputs, classes }: DataSetSizes,
  seed: number,
): Promise<LayerIndividual[]> {
  const engine = await openEngine({ product: 'plain', kernels: 'plain', bytes: 3 * 2 ** 30 }); // no product is needed
  const chip = buildChip(model, { inputs, classes, labels: 'none', batch: 1 }, engine, path =>
    streamOf(seed, `chip/${path}`),
  );
  const layers = chip.parts.crossbars.map((crossbar, l) => {
    const flaws = (crossbar.parts ?? [crossbar]).flatMap(part => part.flaws ?? []);
    const activity = engine.matrix(1, chip.parts.shapes[l]!.units);
    engine.kernels.fill(activity, 1);
    chip.parts.neurons[l]!.activity(activity, activity);
    return {
      layer: l + 1,
      ...(flaws.length > 0 && {
        largestWeight: spreadOf(...flaws.map(({ high }) => high)),
        response: spreadOf(...flaws.map(({ response }) => response)),
      }),
      activity: spreadOf(activity),
    };
  });
  chip.close();
  return layers;
}

function spreadOf(...parts: Matrix[]): Spread {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let count = 0;
  for (const { data } of parts)
    for (const x of data) {
      least = Math.min(least, x);
      most = Math.max(most, x);
      sum += x;
      count++;
    }
  return { least, mean: sum / count, most };
}
