/**
 * @file Steps from a table over the conductance, from bound to bound, which are the ends of what was measured or, where a device rests and
 * only reading noise goes further, within them; each device has a size up and down, all share the table, which is 1 in the middle.
 */
import type { StepModel } from './step-model.ts';

const inward = 0.2; // how far reading noise may go beyond the bounds
const nodes = 9;
const middleNode = (nodes - 1) / 2;
const own = 6;
const free = nodes - 1;
const even = (value: number) => new Array<number>(2 * free).fill(value);

/**
 * Parameters: low, high, up, down; the ends of what was measured, which are not fitted; up table and down table between these ends, without
 * their middles.
 */
export const piecewiseStep: StepModel = {
  name: 'piecewise',
  kind: 'piecewise-step',
  own,
  shared: 2 * free,
  starts: ({ low, high, up, down }) => [[low, high, up, down, low, high, ...even(1)]],
  limits: ({ low, high }) => ({
    low: [low, high - inward * (high - low), 0, 0, low, high, ...even(0)],
    high: [low + inward * (high - low), high, 2, 2, low, high, ...even(100)],
  }),
  step: (p, x, isUp) => (isUp ? p[2]! : -p[3]!) * size(p, isUp, x),
  inWords: p => ({ low: p[0]!, high: p[1]!, up: p[2]!, down: p[3]!, shape: {} }),
  lists: p => ({ upNodes: between(p, true), downNodes: between(p, false) }),
  noiseOf: ['step'],
};

/** The table at x. */
function size(p: Float64Array, isUp: boolean, x: number): number {
  const along = Math.min(1, Math.max(0, (x - p[4]!) / (p[5]! - p[4]!))) * (nodes - 1);
  const left = Math.min(nodes - 2, Math.floor(along));
  const table = isUp ? own : own + free;
  const [a, b] = [nodeOf(p, table, left), nodeOf(p, table, left + 1)];
  return a + (along - left) * (b - a);
}

const nodeOf = (p: Float64Array, table: number, k: number) =>
  k === middleNode ? 1 : p[table + k - (k > middleNode ? 1 : 0)]!;

/** The table as a cell file has it: from bound to bound. */
const between = (p: Float64Array, isUp: boolean) =>
  Array.from({ length: nodes }, (_, k) => size(p, isUp, p[0]! + ((p[1]! - p[0]!) * k) / (nodes - 1)));
