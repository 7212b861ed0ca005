/** @file Element by element: copies, gates, converters, neuron circuits. */
import type { Kernels } from '../kernels.ts';
import type { Matrix } from '../matrix.ts';
import { quantisation } from '../quantisation.ts';
import { atLeast, exactly, quantiser, sameSize } from '../sizes.ts';

type ElementKernels = Pick<
  Kernels,
  'copy' | 'fill' | 'addScaled' | 'gate' | 'quantise' | 'isFinite' | 'rectify' | 'rectifyBack'
>;

export const elementKernels: ElementKernels = {
  copy(x, out) {
    const [narrow, wide] = x.columns < out.columns ? [x, out] : [out, x];
    atLeast('copy', narrow, wide);
    for (let b = 0; b < x.rows; b++)
      for (let j = 0; j < narrow.columns; j++) out.data[b * out.columns + j] = x.data[b * x.columns + j]!;
  },

  fill(x, value) {
    x.data.fill(value);
  },

  addScaled(x, factor, out) {
    sameSize('addScaled', x, out);
    for (let k = 0; k < x.data.length; k++) out.data[k]! += factor * x.data[k]!;
  },

  gate(y, d) {
    atLeast('gate', y, d);
    for (let b = 0; b < y.rows; b++)
      for (let j = 0; j < y.columns; j++)
        if (!(y.data[b * y.columns + j]! > 0)) d.data[b * d.columns + j] = 0;
  },

  quantise(x, columns, low, high, levels) {
    quantiser(columns, low, high, levels, x);
    const q = quantisation(low, high, levels);
    const { fround } = Math;
    for (let b = 0; b < x.rows; b++)
      for (let k = b * x.columns; k < b * x.columns + columns; k++) {
        const clipped = Math.max(q.low, Math.min(q.high, x.data[k]!));
        const level = Math.floor(fround(fround(fround(clipped - q.low) * q.density) + 0.5));
        x.data[k] = Math.min(q.high, fround(q.base + fround(fround(level - q.origin) * q.step)));
      }
  },

  isFinite(x) {
    return x.data.every(Number.isFinite);
  },

  rectify(a, gain, offset, knee, compression, out) {
    sameSize('rectify', a, out);
    parametersOf('rectify', a, gain, offset, knee, compression);
    for (let k = 0; k < a.data.length; k++) {
      const j = k % a.columns;
      const u = gain.data[j]! * (a.data[k]! - offset.data[j]!);
      const v = u * (u / (u + knee.data[j]!));
      out.data[k] = u <= 0 ? 0 : v / (1 + compression.data[j]! * v);
    }
  },

  // with s = u/(u + knee): v = u s, dv/du = s (2 − s), dy/dv = 1/(1 + compression v)²
  rectifyBack(a, gain, offset, knee, compression, d) {
    atLeast('rectifyBack', a, d);
    parametersOf('rectifyBack', a, gain, offset, knee, compression);
    for (let b = 0; b < a.rows; b++)
      for (let j = 0; j < a.columns; j++) {
        const u = gain.data[j]! * (a.data[b * a.columns + j]! - offset.data[j]!);
        const s = u / (u + knee.data[j]!);
        const slope = (gain.data[j]! * s * (2 - s)) / (1 + compression.data[j]! * u * s) ** 2;
        d.data[b * d.columns + j]! *= u <= 0 ? 0 : slope;
      }
  },
};

function parametersOf(kernel: string, a: Matrix, ...parameters: Matrix[]): void {
  for (const parameter of parameters) exactly(kernel, parameter, 1, a.columns);
}
