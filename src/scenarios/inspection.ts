/** @file What an inspection starts from: an engine, some images, and the weights of a trained chip. */
import type { ChipModel } from '../chips/model.ts';
import { gather, type Samples } from '../data/data.ts';
import { openEngine as open } from '../engine/engine.ts';
import type { Laid } from './anatomy.ts';
import { learnerOf } from './raise.ts';
import type { SavedChip } from './saved-chip.ts';

export async function openEngine() {
  const engine = await open({ bytes: 3 * 2 ** 30 });
  return {
    engine,
    /** @param most images that are looked at */
    laid({
      model,
      seed,
      test,
      most,
      saved,
    }: {
      model: ChipModel;
      seed: number;
      test: Samples;
      most: number;
      saved?: SavedChip;
    }): Laid {
      const count = Math.min(most, test.length);
      const images = engine.matrix(count, test.inputs);
      const order = Uint32Array.from({ length: count }, (_, i) => i);
      gather(test, order, 0, images, new Uint8Array(count));
      const weights = saved?.weights.map(({ shape, data }) => {
        const matrix = engine.matrix(shape[0]!, shape[1]!);
        matrix.data.set(data);
        return matrix;
      });
      return {
        model,
        seed,
        images,
        classes: test.classes,
        ...(saved && { weights: weights!, states: saved.states, needs: needsOf(saved) }),
      };
    },
  };
}

const needsOf = ({ specification }: SavedChip) => learnerOf(specification).needs(specification.options);
