/**
 * @file A curve of one's own: z = f(x, a, b) + sigma · xi, with a and b drawn for every unit. The formula arrives as a checked tree
 * (`scenarios/formula.ts` reads the text) and becomes the source of a typed-array loop, made of the operations below and
 * nothing else. Inputs beyond the range that was checked are not clipped.
 */
import type { Static } from '@sinclair/typebox';
import type { Engine } from '../../engine/engine.ts';
import { type Stream, uniforms } from '../../engine/streams.ts';
import type { Box, Expression } from './box.ts';
import { accidents } from './rewiring.ts';

/** A formula as plain data: a number, a variable, or [operation, ...operands]. */
export type Tree = number | string | readonly Tree[];

/** A formula, ready to compute with. */
export interface Formula {
  /** as it was written */
  readonly text: string;
  readonly value: Tree;
  /** derivative of the value for the first variable, wherever there is one */
  readonly slope: Tree;
}

type Source = (...operands: string[]) => string;

/** What a formula may be made of → its operands' count and its JavaScript. Comparisons are 1 or 0. */
export const operations: ReadonlyMap<string, Source> = new Map<string, Source>([
  ['+', (l, r) => `(${l} + ${r})`],
  ['-', (l, r) => `(${l} - ${r})`],
  ['*', (l, r) => `(${l} * ${r})`],
  ['/', (l, r) => `(${l} / ${r})`],
  ['^', (l, r) => `(${l} ** ${r})`],
  ['<', (l, r) => `(${l} < ${r} ? 1 : 0)`],
  ['>', (l, r) => `(${l} > ${r} ? 1 : 0)`],
  ['<=', (l, r) => `(${l} <= ${r} ? 1 : 0)`],
  ['>=', (l, r) => `(${l} >= ${r} ? 1 : 0)`],
  ['?:', (condition, yes, no) => `(${condition} !== 0 ? ${yes} : ${no})`],
  ['min', (l, r) => `Math.min(${l}, ${r})`],
  ['max', (l, r) => `Math.max(${l}, ${r})`],
  ...['tanh', 'sin', 'cos', 'exp', 'log', 'sqrt', 'abs', 'sign', 'atan'].map((name): [string, Source] => [
    name,
    u => `Math.${name}(${u})`,
  ]),
]);

/**
 * JavaScript of a tree, fully parenthesised.
 *
 * @param variables names the tree may use; identifiers of the code around it
 * @throws TypeError on anything that is not a finite number, a variable or a known operation with all its operands
 */
export function sourceOf(tree: Tree, variables: readonly string[]): string {
  if (typeof tree === 'number' && Number.isFinite(tree)) return `(${tree})`;
  if (typeof tree === 'string' && variables.includes(tree)) return tree;
  if (Array.isArray(tree)) {
    const [operation, ...operands] = tree as readonly Tree[];
    const source = typeof operation === 'string' ? operations.get(operation) : undefined;
    if (source && source.length === operands.length)
      return source(...operands.map(o => sourceOf(o, variables)));
  }
  throw new TypeError(`not part of a formula in ${variables.join(', ')}: ${JSON.stringify(tree)}`);
}

/** Compiles a tree into a function of its variables, in their order. @throws TypeError as `sourceOf` */
export function compileTree(tree: Tree, variables: readonly string[]): (...values: number[]) => number {
  return new Function(...variables, `'use strict'; return ${sourceOf(tree, variables)};`) as (
    ...values: number[]
  ) => number;
}

/** Compiles a tree in x, a, b into the loop out[k] = factor[k] · tree(x[k], a[j], b[j]), j the column of k; without `factor` when it is absent. */
function compileLoop(tree: Tree, factor?: 'd'): Loop {
  const body = `
    'use strict';
    const units = as.length;
    for (let from = 0; from < xs.length; from += units)
      for (let j = 0; j < units; j++) {
        const x = xs[from + j], a = as[j], b = bs[j];
        out[from + j] = ${factor ? 'd[from + j] * ' : ''}${sourceOf(tree, ['x', 'a', 'b'])};
      }`;
  return new Function('xs', 'as', 'bs', 'd', 'out', body) as Loop;
}
type Loop = (
  xs: Float32Array,
  as: Float32Array,
  bs: Float32Array,
  d: Float32Array,
  out: Float32Array,
) => void;

export function buildExpression(
  model: Static<typeof Expression>,
  units: number,
  _batch: number,
  { kernels }: Engine,
  stream: (path: string) => Stream,
): Box {
  const value = compileLoop(model.expression.value);
  const slope = compileLoop(model.expression.slope, 'd');
  const constants = (name: 'a' | 'b', from: (path: string) => Stream) =>
    uniforms(from(name), units).map(u => 2 * u - 1);
  const [a, b] = [constants('a', stream), constants('b', stream)];
  const accident = accidents(units, stream);
  const noise = stream('noise');

  return {
    send(input, out) {
      value(input.data, a, b, input.data, out.data);
      if (model.noise > 0) kernels.addGaussian(out, model.noise, noise);
    },
    pullBack: (input, d, out) => slope(input.data, a, b, d.data, out.data),
    rewire(share) {
      const { hit, redrawn } = accident.next(share);
      const [otherA, otherB] = [constants('a', redrawn), constants('b', redrawn)];
      for (const j of hit) {
        a[j] = otherA[j]!;
        b[j] = otherB[j]!;
      }
    },
  };
}
