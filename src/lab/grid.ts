/**
 * @file What a tuning tries of an option: three values around its default, random draws, and one value more where a look at the errors says
 * that it may be better. Everything is relative to the default, so that a learner is given neither more nor better than another.
 */
import { streamOf, uniforms } from '../engine/streams.ts';

/** Factors on the default that are tried where nothing else is said. */
const factors = [1 / 3, 1, 3] as const;

/** Values around a default, rounded to two digits: 0.001, 0.003, 0.009. */
export const around = (value: number): number[] => factors.map(f => Number((f * value).toPrecision(2)));

/** Random draws reach from a tenth of the default to ten times it. */
const decades = [-1, 1] as const;
/** More two-digit factors than this are slow to find between those ends. */
export const mostDrawn = 100;

/**
 * The default, and values drawn around it on a log scale; the factors are the same for every learner, so that luck is, too.
 * @param n how many, the default among them, at most `mostDrawn`
 */
export function drawn(value: number, n: number, option: string, seed: number): number[] {
  const stream = streamOf(seed, `tuning/${option}`);
  const all = new Set([1]);
  const [low, high] = decades;
  while (all.size < n) {
    const exponent = low + (high - low) * uniforms(stream, 1)[0]!;
    all.add(Number((10 ** exponent).toPrecision(2)));
  }
  return [...all].map(factor => Number((factor * value).toPrecision(3)));
}

/** A value and what came of it. */
export interface Point {
  readonly value: number;
  /** mean validation error, percent */
  readonly error: number;
}

/**
 * One value more: beyond the edge, at the same ratio, where the best lies there and the option allows it; else halfway (on a log scale)
 * between the best and the better of those beside it.
 * @param tried at least two, all above 0
 * @param best one of their values
 */
export function further(tried: readonly Point[], best: number, allows: (value: number) => boolean): number {
  const inOrder = [...tried].sort((a, b) => a.value - b.value);
  const at = inOrder.findIndex(({ value }) => value === best);
  const [below, above] = [inOrder[at - 1], inOrder[at + 1]];
  const rounded = (value: number) => Number(value.toPrecision(3));
  if (below === undefined || above === undefined) {
    const beyond = rounded(best ** 2 / (below ?? above)!.value);
    if (allows(beyond)) return beyond;
  }
  const beside = above === undefined || (below && below.error <= above.error) ? below! : above;
  return rounded(Math.sqrt(best * beside.value));
}
