/**
 * @file Input scaling and overflow handling (AIHWKit's noise and bound management): every sample is divided by a number of its own before the DAC and multiplied by it
 * behind the ADC, so that converters of a fixed range serve signals of any size; where an ADC overflows nonetheless, the sample is read again at half the input.
 * Ranges of DAC and ADC are then in units of the scaled input. Meanings and constants follow AIHWKit v0.9.2 (`rpu_forward_backward_pass.cpp`).
 */
import { type Static, Type } from '@sinclair/typebox';
import { choice, ratio, strict } from '../description.ts';
import type { Matrix } from '../engine/matrix.ts';
import { rowsOf } from '../engine/matrix.ts';
import type { Adc, Dac } from './converters/converter.ts';
import { levelsOf } from './converters/uniform.ts';

/** Description of input scaling. */
export const Scaling = strict(
  {
    inputs: choice(
      ['none', 'abs-max', 'max', 'constant', 'average-abs-max', 'abs-max-sum'],
      'what an input is divided by: the full scale of the DAC; the largest of the sample, by magnitude or not; the threshold; a running mean over samples of their largest; the largest or, where currents could overflow, more [noise_management]',
      { default: 'abs-max' },
    ),
    threshold: ratio(
      'inputs are divided by no more than this, running means excepted; 0 for no such limit; with "constant", by this (by 1 when 0) [nm_thres]',
      { minimum: 0, default: 0 },
    ),
    overflow: choice(
      ['none', 'iterative', 'worst-case'],
      'iterative: a sample whose currents overflow an ADC is read again at half the input, and so on; worst-case: again at "abs-max-sum" first [bound_management]',
      { default: 'none' },
    ),
    belowToo: Type.Optional(
      Type.Boolean({
        description:
          'whether currents below −range overflow too, or only those above it; true when absent [bm_test_negative_bound]',
      }),
    ),
    largestReduction: Type.Optional(
      ratio('inputs are not reduced beyond this; 1000 when absent [max_bm_factor]', { minimum: 1 }),
    ),
    leastResolution: Type.Optional(
      ratio('nor beyond this many steps of the DAC at the largest input; 0.25 when absent [max_bm_res]', {
        exclusiveMinimum: 0,
      }),
    ),
    expectedWeight: Type.Optional(
      ratio('weight that "abs-max-sum" reckons with; 0.6 when absent [nm_assumed_wmax]', {
        exclusiveMinimum: 0,
      }),
    ),
    decay: Type.Optional(
      ratio('share of a new sample in the running mean; 0.001 when absent [nm_decay]', {
        exclusiveMinimum: 0,
        maximum: 1,
      }),
    ),
  },
  { description: 'every sample scaled to the range of the converters' },
);
export type Scaling = Static<typeof Scaling>;

/** Reads x [batch, rows] into out [batch, columns]; in `overflows` goes which samples had a current beyond an ADC's range. */
export type ScaledRead = (x: Matrix, out: Matrix, overflows: Uint8Array) => void;

export interface InputScaling {
  /** out = what `read` makes of x, sample by sample at its own scale. @returns how many samples were read again, each time counted */
  read(x: Matrix, out: Matrix, read: ScaledRead): number;
  /** What a sample is divided by right now, and which of its inputs that is; −1 where it is none or not one alone. Remembers nothing. */
  divisor(row: Float32Array): { divisor: number; largest: number };
  /** what it remembers from sample to sample */
  readonly memory: Float32Array;
}

/** @param room for x and for out, as large as they get @param isNoisy whether rows that nothing drives are not silent */
export function buildScaling(
  scaling: Scaling,
  dac: Dac,
  adc: Adc,
  room: { x: Matrix; out: Matrix },
  isNoisy = false,
): InputScaling {
  const { largestReduction = 1000, leastResolution = 0.25, expectedWeight = 0.6, decay = 1e-3 } = scaling;
  const full = dac.kind === 'none' ? 1 : dac.range;
  const step = dac.kind !== 'uniform' ? undefined : 2 / (levelsOf(dac) - 1); // of an input whose largest is 1
  const bound = adc.kind === 'none' ? 1 : adc.range;
  const batch = room.x.rows;
  const divisors = new Float64Array(batch);
  const reductions = new Float64Array(batch);
  const overflows = new Uint8Array(batch);
  const memory = new Float32Array(2); // the running mean, and whether there is one yet
  const most = Math.min(
    largestReduction,
    step === undefined ? Number.POSITIVE_INFINITY : leastResolution / step,
  );

  const isWorstFirst =
    scaling.overflow === 'worst-case' && scaling.inputs !== 'none' && scaling.inputs !== 'abs-max-sum';
  const capped = (value: number) => (scaling.threshold > 0 ? Math.min(value, scaling.threshold) : value);

  function divisorOf(row: Float32Array, kind: Scaling['inputs']): number {
    let [largest, magnitude, positive, negative] = [Number.NEGATIVE_INFINITY, 0, 0, 0];
    for (const value of row) {
      largest = Math.max(largest, value);
      magnitude = Math.max(magnitude, Math.abs(value));
      if (value > 0) positive += value;
      else negative -= value;
    }
    switch (kind) {
      case 'none':
        return full;
      case 'abs-max':
        return capped(magnitude);
      case 'max':
        return capped(largest);
      case 'constant':
        return scaling.threshold || 1;
      case 'average-abs-max':
        memory[0] = memory[1] === 0 ? magnitude : memory[0]! * (1 - decay) + decay * magnitude;
        memory[1] = 1;
        return memory[0]!;
      case 'abs-max-sum': {
        const enough = (Math.max(positive, negative) * expectedWeight) / bound;
        const largest = capped(magnitude);
        return Math.max(
          largest,
          Math.min(step === undefined ? enough : (largest / step) * leastResolution, enough),
        );
      }
    }
  }

  return {
    memory,
    divisor(row) {
      const before = memory.slice();
      const divisor = divisorOf(row, scaling.inputs);
      memory.set(before);
      const isOne = scaling.inputs === 'abs-max' || scaling.inputs === 'max';
      const sizes = scaling.inputs === 'max' ? row : row.map(Math.abs);
      return { divisor: divisor / full, largest: isOne ? sizes.indexOf(divisor) : -1 };
    },
    read(x, out, read) {
      let waiting = Array.from({ length: x.rows }, (_, b) => b);
      let again = 0;
      for (let round = 1; waiting.length > 0; round++) {
        const xs = rowsOf(room.x, 0, waiting.length);
        const currents = rowsOf(room.out, 0, waiting.length);
        waiting.forEach((b, at) => {
          const row = x.data.subarray(b * x.columns, (b + 1) * x.columns);
          if (round === 1) {
            divisors[b] = divisorOf(row, scaling.inputs);
            if (isNoisy && !(divisors[b]! > 0)) divisors[b] = full;
            reductions[b] = 1;
          } else if (round === 2 && isWorstFirst) divisors[b] = divisorOf(row, 'abs-max-sum');
          else reductions[b]! *= 2;
          const divisor = divisors[b]! * reductions[b]!;
          const factor = divisor > 0 ? full / divisor : 0; // silence stays silence
          for (let i = 0; i < row.length; i++) xs.data[at * x.columns + i] = row[i]! * factor;
        });
        read(xs, currents, overflows.fill(0));
        waiting.forEach((b, at) => {
          const factor = Math.max(0, (divisors[b]! * reductions[b]!) / full);
          for (let j = 0; j < out.columns; j++)
            out.data[b * out.columns + j] = factor * currents.data[at * out.columns + j]!;
        });
        if (scaling.overflow === 'none') return again;
        waiting = waiting.filter((b, at) => overflows[at] === 1 && reductions[b]! <= most);
        again += waiting.length;
      }
      return again;
    },
  };
}
