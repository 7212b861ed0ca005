/** @file Normal numbers of one stream, one at a time, for loops that cannot know beforehand how many they will need. */
import type { Engine } from '../../engine/engine.ts';
import type { Stream } from '../../engine/streams.ts';

const batch = 1024;

/**
 * @returns the next N(0, 1) at every call. They are drawn a batch at a time; when the stream has been set back meanwhile, what
 * is left of a batch is dropped.
 */
export function normals(engine: Engine, stream: Stream): () => number {
  const numbers = engine.matrix(1, batch);
  let next = batch;
  let position = stream.position;
  engine.keep(
    () => [next, position],
    kept => {
      [next, position] = kept;
    },
  );
  return () => {
    if (next === batch || stream.position !== position) {
      engine.kernels.fill(numbers, 0);
      engine.kernels.addGaussian(numbers, 1, stream);
      position = stream.position;
      next = 0;
    }
    return numbers.data[next++]!;
  };
}
