/**
 * @file What a black box is: an unknown, possibly stochastic transformation of a layer's activities on their way to the next
 * crossbar. Its input has mean square 1 in every row, so numbers below are absolute. Each box of a chip is an individual.
 */
import { type Static, Type } from '@sinclair/typebox';
import { choice, count, oneOfKinds, provenance, ratio, strict } from '../../description.ts';
import type { Matrix } from '../../engine/matrix.ts';
import { Chaotic } from './chaotic.ts';
import { curveKinds } from './curves.ts';
import { Delay } from './delay.ts';
import { Drift } from './drift.ts';
import type { Formula } from './expression.ts';
import { Gating } from './gating.ts';
import { Hysteresis } from './hysteresis.ts';
import { Lottery } from './lottery.ts';
import { Onnx } from './onnx.ts';
import { Optical } from './optical.ts';
import { Program } from './program.ts';
import { Quantiser } from './quantiser.ts';
import { Saturation } from './saturation.ts';
import { SlowNet } from './slow-net.ts';
import { Spiking } from './spiking.ts';
import { Table } from './table.ts';

const smoothing = (what: string) =>
  ratio(
    `width of the smooth step that stands for ${what} when a simulator asks for a derivative; it changes no output`,
    {
      minimum: 0,
      maximum: 10,
      default: 0.5,
    },
  );

export const NoBox = strict(
  { kind: Type.Literal('none'), ...provenance },
  { description: 'nothing: activities pass as they are' },
);
export const Scattering = strict(
  {
    kind: Type.Literal('scattering'),
    ...provenance,
    strength: ratio('0 is transparent, 1 the full box: mixing, curves and noise are interpolated', {
      minimum: 0,
      maximum: 1,
      default: 1,
    }),
    fanIn: count('inputs mixed into each output: one from a permutation, the others at random', {
      default: 3,
      maximum: 1000,
    }),
    curves: Type.Array(choice(curveKinds, 'a transfer curve'), {
      minItems: 1,
      description: 'the kinds of transfer curve that units are given, at random and equally often',
      default: [...curveKinds],
    }),
    noise: ratio('standard deviation of the noise added to every output at every pass', {
      minimum: 0,
      maximum: 10,
      default: 0.1,
    }),
    bits: count('resolution of the output between −3 and 3; 0 leaves it continuous', {
      minimum: 0,
      maximum: 16,
      default: 4,
    }),
    smoothing: smoothing('a curve of kind "sign"'),
  },
  { description: 'miswired, mixed, folded, noisy and coarse: every unit with another curve' },
);
export const Comparator = strict(
  {
    kind: Type.Literal('comparator'),
    ...provenance,
    fanIn: count('inputs mixed into each comparator', { default: 3, maximum: 1000 }),
    noise: ratio('standard deviation of the noise before the comparison', {
      minimum: 0,
      maximum: 10,
      default: 0.1,
    }),
    smoothing: smoothing('the comparator, where its own noise is not wider'),
  },
  { description: 'one bit per unit: the derivative is zero wherever it exists' },
);
export const Expression = strict(
  {
    kind: Type.Literal('expression'),
    ...provenance,
    expression: Type.Unsafe<Formula>({
      type: 'string',
      formula: ['x', 'a', 'b'],
      minLength: 1,
      maxLength: 500,
      description:
        'the mean output for input x, with a and b uniform in [−1, 1], drawn per unit: "tanh((1.5 + a) * x) + 0.2 * b". ' +
        'Checked for x from −6 to 6; has + - * / ^, comparisons, ?:, tanh sin cos exp log sqrt abs sign min max atan, pi and e',
    }),
    noise: ratio('standard deviation of the noise added to every output at every pass', {
      minimum: 0,
      maximum: 10,
      default: 0,
    }),
  },
  { description: "a curve of one's own, as a formula" },
);

const links = [
  NoBox,
  Scattering,
  Comparator,
  Expression,
  Table,
  Onnx,
  Program,
  SlowNet,
  Lottery,
  Quantiser,
  Gating,
  Saturation,
  Hysteresis,
  Delay,
  Chaotic,
  Spiking,
  Drift,
  Optical,
] as const;
export const Chain = strict(
  {
    kind: Type.Literal('chain'),
    ...provenance,
    boxes: Type.Array(oneOfKinds([...links], 'a link of the chain'), {
      minItems: 1,
      maxItems: 20,
      links: true, // editors accept names of box files
      description: 'in the order that activities meet them; names of box files may stand here as well',
    }),
  },
  { description: 'boxes in series, each given rows of mean square 1' },
);

/** Description of a black box. */
export const BoxModel = oneOfKinds(
  [...links, Chain],
  'what activities pass on their way to the next crossbar',
);
export type BoxModel = Static<typeof BoxModel>;

const fixed: readonly BoxModel['kind'][] = [
  'quantiser',
  'gating',
  'saturation',
  'hysteresis',
  'delay',
  'chaotic',
  'spiking',
  'drift',
  'table',
  'onnx',
  'program',
];

/** Whether units of such a box can be wired and bent anew (`Box.rewire`); of a chain, whether those of some link can. */
export const canBeRewired = (model: BoxModel): boolean =>
  model.kind === 'chain' ? model.boxes.some(canBeRewired) : !fixed.includes(model.kind);

/** An individual black box of a chip. Matrices are batch × units; input rows have mean square 1. */
export interface Box {
  /** Sends activities through; stochastic, every call is another pass. `out` is another matrix than `input`. */
  send(input: Matrix, out: Matrix): void;
  /**
   * out = d · ∂E[output]/∂input, the derivative of the mean over the noise, at `input`: only a simulator can know it.
   * Quantisers count as straight wires; a comparator as the smooth step that its file states.
   */
  pullBack(input: Matrix, d: Matrix, out: Matrix): void;
  /** what it remembers of the samples that have passed; looking at a chip unnoticed puts it back */
  readonly memory?: readonly Float32Array[];
  /** how it is taught, where it learns by itself */
  readonly lesson?: BoxLesson;
  /** Time passes. Absent where a box does not age. */
  age?(seconds: number): void;
  /** That share of its units, at random, is drawn anew: other wires, other curves. */
  rewire?(share: number): void;
  /** Gives back what it holds outside this program. The box is not used any more. */
  close?(): void;
}

/** The way a box that learns is taught: the same samples pass twice, with opposite perturbations inside. */
export interface BoxLesson {
  /** How the next passes are perturbed: 1 by fresh noise, −1 by its opposite, 0 not at all. */
  perturb(sign: -1 | 0 | 1): void;
  /** What the layer behind paid for the first pass more than for the second [batch, 1]. */
  learn(difference: Matrix): void;
}
