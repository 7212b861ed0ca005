/**
 * @file Many individuals of a model seen as one chip that is another individual with every batch of images: for weights that are to suit any
 * individual of it. The weights belong to none of them: they are kept as they were asked for, and written to the individual whose turn it is
 * with the errors of its cells. A simulation only: nobody has so many chips and rewrites all of one at every step.
 *
 * @see Vadlamani, Englund and Hamerly 2023, "Transferable learning on analog hardware", Science Advances 9:eadh3436, who train over errors of
 * one fabricated design; here whole individuals are drawn, and each brings all its flaws at once
 */
import type { Engine } from '../engine/engine.ts';
import type { Matrix } from '../engine/matrix.ts';
import { permutation, type Stream } from '../engine/streams.ts';
import type { Views } from './access.ts';
import type { Chip } from './chip.ts';
import type { Access } from './model.ts';

/** A population, and what it has been taught. */
export interface Population<A extends Access> {
  readonly view: Views[A];
  /** of every layer [rows, units] */
  readonly weights: readonly Matrix[];
}

/**
 * @param members individuals of one model @param viewed their views, in the same order
 * @param turns names the stream that the order of a round is drawn from; every member has its turn once a round
 */
export function populationOf<A extends Access>(
  members: readonly Chip[],
  viewed: readonly Views[A][],
  turns: (round: number) => Stream,
  engine: Engine,
): Population<A> {
  const { crossbars, model } = members[0]!.parts;
  const { weightRange, weightScaling } = model.crossbar;
  const most = weightScaling ? Number.POSITIVE_INFINITY : weightRange || Number.POSITIVE_INFINITY;
  const weights = crossbars.map(({ rows, columns }) => engine.matrix(rows, columns));
  const target = weights.map(({ rows, columns }) => engine.matrix(rows, columns));
  let holds = 0;
  let order = permutation(turns(0), members.length);
  let current = order[0]!;
  engine.keep(
    () => [holds, current, ...order],
    ([before, whose, ...all]) => {
      [holds, current, order] = [before, whose, Uint32Array.from(all)];
    },
  );

  /** The next individual gets the weights as they are by now. */
  function takeTurn(): void {
    const place = holds % members.length;
    if (place === 0) order = permutation(turns(holds / members.length), members.length);
    holds++;
    current = order[place]!;
    weights.forEach((layer, l) => {
      engine.kernels.copy(layer, target[l]!); // what a chip is asked for may be used up
      viewed[current]!.write(l, target[l]!);
    });
  }

  /** weights += rate · change, as far as cells reach. */
  function add(layer: number, change: Matrix, rate: number): void {
    const { data } = weights[layer]!;
    for (let k = 0; k < data.length; k++)
      data[k] = Math.min(most, Math.max(-most, data[k]! + rate * change.data[k]!));
  }

  const own: Pick<Views['measured'], 'hold' | 'update' | 'imprint' | 'write'> = {
    hold(images) {
      takeTurn();
      viewed[current]!.hold(images);
    },
    update: (layer, change) => add(layer, change, 1),
    imprint(layer, terms, rate) {
      viewed[current]!.correlate(layer, terms, target[layer]!);
      add(layer, target[layer]!, rate);
    },
    write(layer, wanted) {
      engine.kernels.copy(wanted, weights[layer]!);
    },
  };
  // whatever else there is to do, the individual whose turn it is does it
  type Members = Readonly<Record<string, unknown>>;
  const passedOn = Object.entries(viewed[0] as unknown as Members).map(([name, member]) => {
    if (typeof member !== 'function') return [name, member];
    const ofCurrent = (...given: unknown[]) =>
      ((viewed[current] as unknown as Members)[name] as (...given: unknown[]) => unknown)(...given);
    return [name, ofCurrent];
  });
  return { view: Object.freeze({ ...Object.fromEntries(passedOn), ...own }) as Views[A], weights };
}
