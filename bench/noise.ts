/** @file Random numbers: 400 000 at a time, as many as a layer of 2000 units has activities in a batch of 200. */
import { openEngine } from '../src/engine/engine.ts';
import { gaussians, streamOf } from '../src/engine/streams.ts';
import { bestOf, print } from './measure.ts';

export async function benchNoise(): Promise<void> {
  console.log('random numbers, one thread');
  const engine = await openEngine({ product: 'plain', bytes: 2 ** 24 });
  const x = engine.matrix(200, 2000);
  const sigmas = engine.matrix(200, 1);
  sigmas.data.fill(1e-3);
  const stream = streamOf(1, 'noise');
  const n = x.data.length;
  const best = bestOf(30, [
    { name: 'addGaussian', run: () => engine.kernels.addGaussian(x, 1e-3, stream) },
    { name: 'addGaussianRows', run: () => engine.kernels.addGaussianRows(x, sigmas, stream) },
    { name: 'uniform', run: () => engine.kernels.uniform(x, 0, 1, stream) },
    { name: 'gaussians (plain draw)', run: () => void gaussians(stream, n) },
  ]);
  const plain = best.get('gaussians (plain draw)')!;
  for (const [name, seconds] of best)
    print(name, n / seconds / 1e6, 'million/s', `${(plain / seconds).toFixed(1)} × the plain draw`);
}
