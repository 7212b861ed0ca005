import { buildKernels } from '../../src/setup.js';

/** Before all tests, once: vitest may be started without `npm test`. */
export async function setup(): Promise<void> {
  await buildKernels();
}
