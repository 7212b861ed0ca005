/**
 * @file What one digital multiply-add costs, with the word it fetches. Horowitz's energies at 45 nm, brought to another technology in one of two
 * ways that disagree by a factor of six at 7 nm: an interpolation between his numbers and Jouppi's of 2021 for whole multipliers, or the
 * scaling of single gates, which multipliers did not follow.
 */
import { type Static, Type } from '@sinclair/typebox';
import { choice, count, oneOfKinds, ratio, strict } from '../../description.ts';
import type { Price } from './adc.ts';

/** Joules of a product and of the sum it goes into. @see Horowitz 2014, ISSCC, figure 1.1.9 (45 nm, 0.9 V) */
const arithmetic = {
  int8: { bits: 8, product: 0.2e-12, sum: 0.1e-12 }, // sums of 32 bits
  fp16: { bits: 16, product: 1.1e-12, sum: 0.4e-12 },
  fp32: { bits: 32, product: 3.7e-12, sum: 0.9e-12 },
} as const;
export type Precision = keyof typeof arithmetic;

/** Joules of 64 bits. @see the same figure; DRAM is given as 1.3 to 2.6 nJ */
const memories = {
  none: 0,
  'sram 8 KB': 10e-12,
  'sram 32 KB': 20e-12,
  'sram 1 MB': 100e-12,
  dram: 1950e-12,
} as const;
export type Memory = keyof typeof memories;
const names = <K extends string>(of: Record<K, unknown>) => Object.keys(of) as K[];

/** E(V) = a V² + b V + c of a logic gate, and the usual supply. @see Stillmaker and Baas 2017, Integration 58:74, table of fitted coefficients */
const gates = {
  65: { fit: [3.755, -4.398, 1.975], supply: 1.1 },
  45: { fit: [1.103, -0.362, 0.2767], supply: 0.9 },
  32: { fit: [0.9559, -0.7823, 0.471], supply: 0.9 },
  20: { fit: [0.373, -0.1582, 0.04104], supply: 0.8 },
  16: { fit: [0.2958, -0.1241, 0.03024], supply: 0.8 },
  14: { fit: [0.2363, -0.09675, 0.02239], supply: 0.8 },
  10: { fit: [0.2068, -0.09311, 0.02375], supply: 0.75 },
  7: { fit: [0.1776, -0.09097, 0.02447], supply: 0.7 },
} as const;

/** Description of the price of arithmetic. */
export const DigitalPrice = oneOfKinds(
  [
    strict({ kind: Type.Literal('table') }, { description: 'the number given as digitalMac' }),
    strict(
      {
        kind: Type.Literal('horowitz'),
        precision: choice(names(arithmetic), 'numbers that are multiplied', { default: 'int8' }),
        node: count('technology, nanometres', { minimum: 3, maximum: 250, default: 45 }),
        scaling: choice(
          ['multipliers', 'gates'],
          'how 45 nm become another node: along multipliers as built at 45 and 7 nm, or by gates (Stillmaker and Baas), which is up to six times less',
          { default: 'multipliers' },
        ),
        memory: choice(names(memories), 'where a word comes from that is fetched; at 45 nm, not scaled', {
          default: 'none',
        }),
        reuse: ratio('multiply-adds that a fetched word serves', { minimum: 1, default: 1 }),
      },
      { description: 'multiplier and adder at 45 nm after Horowitz 2014, brought to a technology' },
    ),
  ],
  'what a digital multiply-add costs',
);
export type DigitalPrice = Static<typeof DigitalPrice>;

/** A multiply-add, and its share of the words that are fetched for it. @param given joules, of a chip that names no model */
export function digitalPrice(price: DigitalPrice | undefined, given: number): { mac: Price; memory: Price } {
  if (price === undefined || price.kind === 'table')
    return {
      mac: { joules: given, source: "given in the chip's file" },
      memory: { joules: 0, source: 'not counted' },
    };
  const { precision, node, scaling, memory, reuse } = price;
  const { bits, product, sum } = arithmetic[precision];
  const factor = scaling === 'gates' ? gateScaling(node) : multiplierScaling(node);
  const by =
    scaling === 'gates'
      ? 'scaled as gates (Stillmaker and Baas 2017)'
      : 'interpolated to Jouppi et al. 2021 at 7 nm';
  return {
    mac: {
      joules: (product + sum) * factor,
      source: `${precision} multiply-add of Horowitz 2014 (45 nm)${node === 45 ? '' : `, ${by}, ${node} nm`}`,
    },
    memory: {
      joules: (memories[memory] * (bits / 64)) / reuse,
      source:
        memory === 'none'
          ? 'not counted'
          : `${memory} at 45 nm (Horowitz 2014), a word for ${reuse} multiply-adds`,
    },
  };
}

/** An 8-bit multiply-add relative to 45 nm: 0.30 pJ there (Horowitz 2014) and 0.10 pJ at 7 nm (Jouppi et al. 2021), a power law between. */
export const multiplierScaling = (node: number): number => (node / 45) ** (Math.log(3) / Math.log(45 / 7));

/** Energy of a gate relative to 45 nm and 0.9 V. @param supply volts; the usual one when absent @throws RangeError for other nodes */
export function gateScaling(node: number, supply?: number): number {
  const gate = gates[node as keyof typeof gates];
  if (!gate)
    throw new RangeError(
      `gates are known at ${Object.keys(gates).join(', ')} nm, not at ${node}; or take "multipliers"`,
    );
  const energy = ([a, b, c]: readonly [number, number, number], v: number) => a * v * v + b * v + c;
  return energy(gate.fit, supply ?? gate.supply) / energy(gates[45].fit, gates[45].supply);
}
