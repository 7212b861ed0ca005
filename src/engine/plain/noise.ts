/** @file Noise, and the black boxes that mix units. */
import type { Kernels } from '../kernels.ts';
import { exactly, mixing } from '../sizes.ts';
import { gaussians, uniforms, words } from '../streams.ts';

type NoiseKernels = Pick<
  Kernels,
  'addGaussian' | 'addGaussianRows' | 'uniform' | 'signs' | 'mixRows' | 'mixRowsBack'
>;

export const noiseKernels: NoiseKernels = {
  addGaussian(x, sigma, stream) {
    gaussians(stream, x.data.length).forEach((n, k) => {
      x.data[k]! += sigma * n;
    });
  },

  addGaussianRows(x, sigmas, stream) {
    exactly('addGaussianRows', sigmas, x.rows, 1);
    gaussians(stream, x.data.length).forEach((n, k) => {
      x.data[k]! += sigmas.data[Math.floor(k / x.columns)]! * n;
    });
  },

  uniform(x, low, high, stream) {
    const below = lastBelow(high);
    uniforms(stream, x.data.length).forEach((u, k) => {
      x.data[k] = Math.min(low + (high - low) * u, below);
    });
  },

  signs(x, size, stream) {
    const bits = words(stream, Math.ceil(x.data.length / 32));
    for (let k = 0; k < x.data.length; k++) x.data[k] = (bits[k >> 5]! >>> (k & 31)) & 1 ? -size : size;
  },

  mixRows(x, indices, weights, fanIn, out) {
    mixing('mixRows', out, indices, weights, fanIn);
    exactly('mixRows', out, out.rows, x.columns);
    indicesBelow('mixRows', indices, x.rows);
    out.data.fill(0);
    for (let entry = 0; entry < indices.length; entry++) {
      const to = Math.floor(entry / fanIn) * x.columns;
      const from = indices[entry]! * x.columns;
      for (let b = 0; b < x.columns; b++) out.data[to + b]! += weights[entry]! * x.data[from + b]!;
    }
  },

  mixRowsBack(d, indices, weights, fanIn, out) {
    mixing('mixRowsBack', d, indices, weights, fanIn);
    exactly('mixRowsBack', out, out.rows, d.columns);
    indicesBelow('mixRowsBack', indices, out.rows);
    out.data.fill(0);
    for (let entry = 0; entry < indices.length; entry++) {
      const from = Math.floor(entry / fanIn) * d.columns;
      const to = indices[entry]! * d.columns;
      for (let b = 0; b < d.columns; b++) out.data[to + b]! += weights[entry]! * d.data[from + b]!;
    }
  },
};

/** @throws RangeError when an index does not name one of the `rows` */
function indicesBelow(kernel: string, indices: Uint32Array, rows: number): void {
  if (indices.some(index => index >= rows))
    throw new RangeError(`${kernel}: an index is beyond the ${rows} rows`);
}

/** The largest float32 below `high`; rounding low + (high − low) u may otherwise reach it. */
export function lastBelow(high: number): number {
  const bits = new Int32Array(1);
  const value = new Float32Array(bits.buffer);
  value[0] = high;
  if (value[0] >= high) bits[0]! += value[0] > 0 ? -1 : value[0] < 0 ? 1 : 0x80000001 | 0;
  return value[0];
}
