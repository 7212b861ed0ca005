/**
 * @file The derivative of a formula, as another formula. mathjs has a `derivative`, but not of min, max, sign and ?:, and its
 * derivative of |x| has no value at 0; here kinks take one of their two slopes, and steps have slope 0.
 */
import type { Tree } from './expression.ts';

/** ∂tree/∂variable. */
export function slopeOf(tree: Tree, variable: string): Tree {
  if (!Array.isArray(tree)) return tree === variable ? 1 : 0;
  if (!mentions(tree, variable)) return 0;
  const [operation, ...operands] = tree as readonly Tree[];
  const slopes = operands.map(operand => slopeOf(operand, variable));
  return rules[operation as string]!(operands as Operands, slopes as Operands);
}

/** Operands u, v, w and their slopes → slope of the operation. */
type Rule = (operands: Operands, slopes: Operands) => Tree;
type Operands = [Tree, Tree, Tree];

const flat: Rule = () => 0;
const rules: Record<string, Rule> = {
  '+': (_, [du, dv]) => plus(du, dv),
  '-': (_, [du, dv]) => minus(du, dv),
  '*': ([u, v], [du, dv]) => plus(times(du, v), times(u, dv)),
  '/': ([u, v], [du, dv]) => minus(over(du, v), over(times(u, dv), power(v, 2))),
  '^': ([u, v], [du, dv]) =>
    plus(
      times(times(v, power(u, minus(v, 1))), du),
      dv === 0 ? 0 : times(times(power(u, v), ['log', u]), dv),
    ),
  '?:': ([condition], [, yes, no]) => either(condition, yes, no),
  min: ([u, v], [du, dv]) => either(['<=', u, v], du, dv),
  max: ([u, v], [du, dv]) => either(['>=', u, v], du, dv),
  '<': flat,
  '>': flat,
  '<=': flat,
  '>=': flat,
  sign: flat,
  abs: ([u], [du]) => times(['sign', u], du),
  tanh: ([u], [du]) => times(minus(1, power(['tanh', u], 2)), du),
  sin: ([u], [du]) => times(['cos', u], du),
  cos: ([u], [du]) => times(times(-1, ['sin', u]), du),
  exp: ([u], [du]) => times(['exp', u], du),
  log: ([u], [du]) => over(du, u),
  sqrt: ([u], [du]) => over(du, times(2, ['sqrt', u])),
  atan: ([u], [du]) => over(du, plus(1, power(u, 2))),
};

/** Whether a variable occurs in a tree. */
export function mentions(tree: Tree, variable: string): boolean {
  return Array.isArray(tree) ? tree.slice(1).some(operand => mentions(operand, variable)) : tree === variable;
}

// constructors that leave out what does nothing
const areNumbers = (pair: [Tree, Tree]): pair is [number, number] => pair.every(t => typeof t === 'number');

/** What the operation comes to, where that is a number; one that overflows stays, to be found where values are checked. */
const folded = (result: number, operation: Tree): Tree => (Number.isFinite(result) ? result : operation);

function plus(...pair: [Tree, Tree]): Tree {
  const [u, v] = pair;
  if (u === 0) return v;
  if (v === 0) return u;
  return areNumbers(pair) ? folded(pair[0] + pair[1], ['+', u, v]) : ['+', u, v];
}

function minus(...pair: [Tree, Tree]): Tree {
  const [u, v] = pair;
  if (v === 0) return u;
  if (u === 0) return times(-1, v);
  return areNumbers(pair) ? folded(pair[0] - pair[1], ['-', u, v]) : ['-', u, v];
}

function times(...pair: [Tree, Tree]): Tree {
  const [u, v] = pair;
  if (u === 0 || v === 0) return 0;
  if (u === 1) return v;
  if (v === 1) return u;
  return areNumbers(pair) ? folded(pair[0] * pair[1], ['*', u, v]) : ['*', u, v];
}

const over = (u: Tree, v: Tree): Tree => (u === 0 || v === 1 ? u : ['/', u, v]);
const power = (u: Tree, v: Tree): Tree => (v === 0 ? 1 : v === 1 ? u : ['^', u, v]);
const either = (condition: Tree, yes: Tree, no: Tree): Tree =>
  yes === no ? yes : ['?:', condition, yes, no];
