/**
 * @file What soft labels are worth in hard ones: how many hard labels make a student err as little, and at what number of images soft labels
 * are worth exactly twice as many. Each pair of chips is followed by itself; between sizes error and size are taken along straight lines on
 * logarithmic axes, as they are drawn.
 */
import { type ArmPoint, studentError } from './arms.ts';
import { banded } from './statistics.ts';
import { distinct } from './study.ts';

/** A number found for every pair of chips, its geometric mean and interval over them; or for how many it was found at all. */
export type Found =
  | {
      readonly kind: 'found';
      readonly value: number;
      readonly low: number;
      readonly high: number;
      readonly pairs: number;
    }
  /** `above`: pairs where it lies beyond the largest size, and so `below` */
  | { readonly kind: 'outside'; readonly above: number; readonly below: number; readonly pairs: number };

/** log error at log size, ascending. */
type Line = readonly { readonly size: number; readonly error: number }[];

const floor = 0.01; // percent: no error has a logarithm of nothing

/** The lines of one arm, by seed. */
function linesOf(points: readonly ArmPoint[], arm: string): Map<number, Line> {
  const own = points
    .filter(point => point.arm === arm && point.samples > 0)
    .sort((a, b) => a.samples - b.samples);
  const seeds = distinct(
    own.flatMap(({ results }) => results.map(({ specification }) => specification.seed)),
  );
  return new Map(
    seeds.map(seed => [
      seed,
      own.flatMap(({ samples, results }) => {
        const result = results.find(({ specification }) => specification.seed === seed);
        return result
          ? [{ size: Math.log(samples), error: Math.log(Math.max(floor, studentError(result))) }]
          : [];
      }),
    ]),
  );
}

/** Hard labels that make a student err as little as `samples` soft ones do, for each of the sizes. @param points of one place */
export function equivalents(
  points: readonly ArmPoint[],
  soft: string,
  hard: string,
): { readonly samples: number; readonly hard: Found }[] {
  const others = linesOf(points, hard);
  const own = linesOf(points, soft);
  const sizes = distinct(
    points.filter(({ arm, samples }) => arm === soft && samples > 0).map(p => p.samples),
  );
  return sizes
    .sort((a, b) => a - b)
    .map(samples => ({
      samples,
      hard: together(
        [...own].flatMap(([seed, line]) => {
          const other = others.get(seed) ?? [];
          const error = line.find(({ size }) => size === Math.log(samples))?.error;
          return error === undefined || other.length < 2
            ? []
            : [firstAt(other.map(({ size, error: e }) => ({ at: size, value: error - e })))];
        }),
      ),
    }));
}

/** The number of soft labels from which on twice as many hard ones do as well. @param points of one place */
export function worthTwice(points: readonly ArmPoint[], soft: string, hard: string): Found {
  const others = linesOf(points, hard);
  return together(
    [...linesOf(points, soft)].flatMap(([seed, line]) => {
      const doubled = (others.get(seed) ?? []).map(({ size, error }) => ({ size: size - Math.LN2, error }));
      if (line.length < 2 || doubled.length < 2) return [];
      const from = Math.max(line[0]!.size, doubled[0]!.size);
      const to = Math.min(line.at(-1)!.size, doubled.at(-1)!.size);
      const sizes = [...line, ...doubled].map(({ size }) => size).filter(size => size >= from && size <= to);
      const places = distinct(sizes).sort((a, b) => a - b);
      return places.length < 2
        ? []
        : [firstAt(places.map(at => ({ at, value: along(line, at) - along(doubled, at) })))];
    }),
  );
}

/** Where a line along straight pieces first is 0 or more, coming from below. */
function firstAt(
  line: readonly { readonly at: number; readonly value: number }[],
): number | 'below' | 'above' {
  const k = line.findIndex(({ value }) => value >= 0);
  if (k < 0) return 'above';
  if (k === 0) return line[0]!.value === 0 ? line[0]!.at : 'below';
  const [a, b] = [line[k - 1]!, line[k]!];
  return a.at + (a.value / (a.value - b.value)) * (b.at - a.at);
}

/** The error of a line at a size between its ends. */
function along(line: Line, size: number): number {
  const k = Math.max(
    1,
    line.findIndex(point => point.size >= size),
  );
  const [a, b] = [line[k - 1]!, line[k]!];
  return a.error + ((size - a.size) / (b.size - a.size)) * (b.error - a.error);
}

function together(all: readonly (number | 'below' | 'above')[]): Found {
  const logs = all.filter(each => typeof each === 'number');
  const band = logs.length === all.length ? banded(logs) : undefined;
  if (!band)
    return {
      kind: 'outside',
      above: all.filter(each => each === 'above').length,
      below: all.filter(each => each === 'below').length,
      pairs: all.length,
    };
  const { mean, low, high, count } = band;
  return { kind: 'found', value: Math.exp(mean), low: Math.exp(low), high: Math.exp(high), pairs: count };
}
