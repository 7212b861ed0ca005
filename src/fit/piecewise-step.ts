/**
 * @file Steps from a table over the conductance: the device's own bounds are those of what was measured; each device has a size up and
 * down, all share the table, which is 1 in the middle.
 */
import type { StepModel } from './step-model.ts';

const nodes = 9;
const middleNode = (nodes - 1) / 2;
const free = nodes - 1;

/** Parameters: low, high, up, down; up table and down table without their middles. */
export const piecewiseStep: StepModel = {
  name: 'piecewise',
  kind: 'piecewise-step',
  own: 4,
  shared: 2 * free,
  starts: ({ low, high, up, down }) => [[low, high, up, down, ...new Array<number>(2 * free).fill(1)]],
  limits: ({ low, high }) => ({
    low: [low, high, 0, 0, ...new Array<number>(2 * free).fill(0)],
    high: [low, high, 2, 2, ...new Array<number>(2 * free).fill(100)],
  }),
  step(p, x, isUp) {
    const along = Math.min(1, Math.max(0, (x - p[0]!) / (p[1]! - p[0]!))) * (nodes - 1);
    const left = Math.min(nodes - 2, Math.floor(along));
    const table = isUp ? 4 : 4 + free;
    const [a, b] = [nodeOf(p, table, left), nodeOf(p, table, left + 1)];
    const size = a + (along - left) * (b - a);
    return isUp ? p[2]! * size : -p[3]! * size;
  },
  inWords: p => ({ low: p[0]!, high: p[1]!, up: p[2]!, down: p[3]!, shape: {} }),
  lists: p => ({ upNodes: listOf(p, 4), downNodes: listOf(p, 4 + free) }),
  noiseOf: ['step'],
};

const nodeOf = (p: Float64Array, table: number, k: number) =>
  k === middleNode ? 1 : p[table + k - (k > middleNode ? 1 : 0)]!;
const listOf = (p: Float64Array, table: number) =>
  Array.from({ length: nodes }, (_, k) => nodeOf(p, table, k));
