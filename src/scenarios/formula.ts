/**
 * @file Reads a user's formula ("tanh((1.5 + a) * x) + 0.2 * b") into a tree of known operations. mathjs parses it and evaluates
 * nothing: its `evaluate` can be made to run for minutes and to change mathjs itself. Values are then tried out over the whole
 * range a box will meet. Import this file only when there is a formula: mathjs takes most of a second to load.
 */
import {
  type ConditionalNode,
  type ConstantNode,
  type FunctionNode,
  type MathNode,
  type OperatorNode,
  type ParenthesisNode,
  parse,
  type SymbolNode,
} from 'mathjs';
import { compileTree, type Formula, operations, type Tree } from '../chips/boxes/expression.ts';
import { mentions, slopeOf } from '../chips/boxes/slope.ts';

const longest = 500; // characters
const largest = 200; // nodes

/**
 * Reads and checks a formula; its slope is for the first variable.
 *
 * @param variables names it may use. The first runs over [−6, 6] (activities of mean square 1), the others over [−1, 1]
 * @throws Error whose message continues "the formula …": what it has that no formula may have, or where it has no value
 */
export function parseFormula(text: string, variables: readonly string[]): Formula {
  if (text.trim() === '') throw new Error('is empty');
  if (text.length > longest) throw new Error(`is longer than ${longest} characters (${text.length})`);
  const value = treeOf(parsed(text), variables, { nodes: 0 });
  const slope = slopeOf(value, variables[0]!);
  checkValues(value, slope, variables);
  return { text, value, slope };
}

function parsed(text: string): MathNode {
  try {
    return parse(text);
  } catch (error) {
    throw new Error(`cannot be read: ${(error as Error).message}`);
  }
}

/** A parsed formula as a tree of ours. @throws Error on every kind of node that is not expected */
function treeOf(node: MathNode, variables: readonly string[], count: { nodes: number }): Tree {
  if (++count.nodes > largest) throw new Error(`has more than ${largest} parts`);
  const sub = (n: MathNode) => treeOf(n, variables, count);
  switch (node.type) {
    case 'ConstantNode': {
      const { value } = node as ConstantNode;
      if (value === undefined) throw new Error('is empty'); // nothing but a comment
      if (typeof value !== 'number' || !Number.isFinite(value))
        throw new Error(`has ${shown(node)}, which is no finite number`);
      return value;
    }
    case 'SymbolNode': {
      const { name } = node as SymbolNode;
      if (variables.includes(name)) return name;
      if (Object.hasOwn(constants, name)) return constants[name as keyof typeof constants];
      throw new Error(
        `has ${name}, which is none of ${[...variables, ...Object.keys(constants)].join(', ')}`,
      );
    }
    case 'ParenthesisNode':
      return sub((node as ParenthesisNode).content);
    case 'ConditionalNode': {
      const { condition, trueExpr, falseExpr } = node as ConditionalNode;
      return ['?:', sub(condition), sub(trueExpr), sub(falseExpr)];
    }
    case 'OperatorNode': {
      const { op, args } = node as OperatorNode;
      if (args.length === 1 && op === '+') return sub(args[0]!);
      if (args.length === 1 && op === '-') return negative(sub(args[0]!));
      if (args.length === 2 && infix.includes(op)) return [op, sub(args[0]!), sub(args[1]!)];
      throw new Error(`has the operator ${op} in ${shown(node)}; there are ${infix.join(' ')} and ?:`);
    }
    case 'FunctionNode': {
      const { fn, args } = node as FunctionNode;
      const name = String(fn);
      if (!functions.includes(name))
        throw new Error(`has the function ${name}; there are ${functions.join(', ')}`);
      const wanted = operations.get(name)!.length;
      if (args.length !== wanted)
        throw new Error(`has ${name} of ${args.length} operands; it takes ${wanted}`);
      return [name, ...args.map(sub)];
    }
    default:
      throw new Error(`has ${shown(node)}: ${strangers[node.type] ?? 'not a thing formulas are made of'}`);
  }
}

/** A part of a formula, for errors. */
function shown(node: MathNode): string {
  const text = String(node).replace(/\s+/g, ' ');
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

const negative = (tree: Tree): Tree => (typeof tree === 'number' ? -tree : ['*', -1, tree]);

const constants = { pi: Math.PI, e: Math.E };
const isWord = (name: string) => /^\w+$/.test(name);
const functions = [...operations.keys()].filter(isWord);
const infix = [...operations.keys()].filter(name => !isWord(name) && name !== '?:');

const strangers: Readonly<Record<string, string>> = {
  AssignmentNode: 'a formula assigns nothing',
  FunctionAssignmentNode: 'a formula defines nothing; write its right side alone',
  BlockNode: 'a formula is one expression',
  AccessorNode: 'a formula has numbers only, no properties or indices',
  RelationalNode: 'write one comparison at a time',
  ArrayNode: 'a formula has numbers only',
};

/** Steps of the trial: fine enough that whole numbers, halves and eighths are among the inputs. */
const steps = (low: number, high: number, step: number) =>
  Array.from({ length: Math.round((high - low) / step) + 1 }, (_, i) => low + i * step);

/** Runs through all inputs along every variable. @throws Error naming an input without a finite value or slope, or with a zero divisor */
function checkValues(value: Tree, slope: Tree, variables: readonly string[]): void {
  const axes = variables.map((name, i) =>
    mentions(value, name) ? (i === 0 ? steps(-6, 6, 0.125) : steps(-1, 1, 0.25)) : [0],
  );
  const slopeAt = compileTree(slope, variables);
  const place = (at: readonly number[]) =>
    variables
      .filter(name => mentions(value, name))
      .map(name => `${name} = ${Number(at[variables.indexOf(name)]!.toFixed(3))}`)
      .join(', ') || 'every input';

  for (const along of axes.keys()) {
    for (const start of combinations(axes.map((axis, i) => (i === along ? [0] : axis)))) {
      let before: Trace | undefined;
      for (const input of axes[along]!) {
        const trace = traced(value, variables, start.with(along, input));
        const pole = trace.zero ?? (before && poleBetween(value, variables, before, trace, along));
        if (pole) throw new Error(`divides by zero at ${place(pole)}`);
        if (!Number.isFinite(trace.value)) throw new Error(`has no finite value at ${place(trace.at)}`);
        if (!Number.isFinite(slopeAt(...trace.at)))
          throw new Error(
            `has no finite slope at ${place(trace.at)}; backprop with the true derivative needs one`,
          );
        before = trace;
      }
    }
  }
}

/** What came of one input. */
interface Trace {
  readonly at: readonly number[];
  readonly value: number;
  /** divisor of every division that was carried out */
  readonly divisors: ReadonlyMap<Tree, number>;
  /** the input, when a divisor was zero */
  readonly zero: readonly number[] | undefined;
}

function traced(tree: Tree, variables: readonly string[], at: readonly number[]): Trace {
  const divisors = new Map<Tree, number>();
  const walk = (t: Tree): number => {
    if (typeof t === 'number') return t;
    if (typeof t === 'string') return at[variables.indexOf(t)]!;
    const [operation, ...operands] = t as readonly [string, ...Tree[]];
    if (operation === '?:') return walk(operands[walk(operands[0]!) !== 0 ? 1 : 2]!); // the other branch is not carried out
    const values = operands.map(walk);
    if (operation === '/') divisors.set(t, values[1]!);
    return applications.get(operation)!(...values);
  };
  const value = walk(tree);
  return { at, value, divisors, zero: [...divisors.values()].includes(0) ? at : undefined };
}

const applications = new Map(
  [...operations].map(([name, source]) => {
    const operands = ['u', 'v', 'w'].slice(0, source.length);
    return [name, compileTree([name, ...operands], operands)];
  }),
);

/** Where a divisor that changes sign between two neighbouring inputs passes through zero, by bisection; nothing where it jumps. */
function poleBetween(
  tree: Tree,
  variables: readonly string[],
  from: Trace,
  to: Trace,
  along: number,
): readonly number[] | undefined {
  for (const [division, divisor] of to.divisors) {
    if (!(divisor * (from.divisors.get(division) ?? 0) < 0)) continue;
    let [low, high] = [from, to];
    for (let halving = 0; halving < 40; halving++) {
      const middle = traced(tree, variables, low.at.with(along, (low.at[along]! + high.at[along]!) / 2));
      if (middle.divisors.get(division)! * divisor > 0) high = middle;
      else low = middle;
    }
    if (Math.abs(high.divisors.get(division)!) < 1e-6) return high.at;
  }
  return undefined;
}

/** Every choice of one number from each axis. */
function combinations(axes: readonly (readonly number[])[]): number[][] {
  return axes.reduce<number[][]>((all, axis) => all.flatMap(head => axis.map(n => [...head, n])), [[]]);
}
