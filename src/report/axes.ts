/**
 * @file What a run varies by number: the axes of its sweeps. The plan says which paths are numbers, how they are spread and which go
 * together; where it does not (older plans), the values in words are read.
 */
import type { Plan } from '../lab/plan-file.ts';
import { nameOf } from './names.ts';
import { space } from './numbers.ts';
import type { Setting, Study } from './study.ts';

/** A path whose values are numbers. */
export interface Axis {
  readonly path: string;
  /** paths that change with this one and are no axes of their own */
  readonly companions: readonly string[];
  /** "read noise" */
  readonly name: string;
  /** "%"; empty for bare numbers */
  readonly unit: string;
  /** how it is drawn; symlog is logarithmic but for a straight piece from 0 to the first level above */
  readonly scale: 'linear' | 'log' | 'symlog';
  /** all values, ascending */
  readonly levels: readonly number[];
  /** the value of a setting on this axis */
  at(setting: Setting): number;
}

/** All settings that differ in one axis only. */
export interface Slice {
  /** what they have in common, in words; empty where there is one slice */
  readonly label: string;
  /** ascending */
  readonly settings: readonly Setting[];
}

/** From this many different numbers on, a path makes an axis. */
const fewest = 3;
/** From this ratio of the largest to the smallest number on, an axis is logarithmic unless the plan says otherwise. */
const wideRatio = 50;

/** The axes among the paths, in the order of the scenario. */
export function axesOf(
  paths: readonly string[],
  settings: readonly Setting[],
  vary: Plan['vary'],
): readonly Axis[] {
  const axes: Axis[] = [];
  for (const path of paths) {
    if (axes.some(axis => axis.companions.includes(path))) continue;
    const axis = axisOf(path, paths, settings, vary);
    if (axis) axes.push(axis);
  }
  return axes;
}

function axisOf(
  path: string,
  paths: readonly string[],
  settings: readonly Setting[],
  vary: Plan['vary'],
): Axis | undefined {
  const planned = vary.find(each => each.path === path);
  const labels = [...new Set(settings.map(setting => setting.values[path] ?? ''))];
  const numbers = new Map(
    labels.flatMap(label => numberOf(label, planned) ?? []).map(each => [each.label, each]),
  );
  const units = new Set([...numbers.values()].map(each => each.unit));
  if (numbers.size < labels.length || units.size !== 1) return undefined;
  const levels = [...new Set([...numbers.values()].map(each => each.number))].sort((a, b) => a - b);
  if (levels.length < fewest) return undefined;
  const companions = paths.filter(
    other => other !== path && (planned?.zippedWith?.includes(other) || goTogether(path, other, settings)),
  );
  return {
    path,
    companions,
    // those that go along need no name of their own: "strength", not "front strength"
    name: nameOf(
      path,
      paths.filter(other => !companions.includes(other)),
    ),
    unit: [...units][0]!,
    scale: scaleOf(levels, planned?.scale),
    levels,
    at: setting => numbers.get(setting.values[path] ?? '')!.number,
  };
}

interface LabelledNumber {
  readonly label: string;
  readonly number: number;
  readonly unit: string;
}

function numberOf(label: string, planned: Plan['vary'][number] | undefined): LabelledNumber | undefined {
  const value = planned?.values?.[planned.labels.indexOf(label)];
  if (value !== undefined) return { label, number: value, unit: planned?.unit ?? '' };
  const match = label.match(/^([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*(\S*)$/i);
  return match ? { label, number: Number(match[1]), unit: match[2]! } : undefined;
}

/** Each value of one path comes with one value of the other. */
function goTogether(path: string, other: string, settings: readonly Setting[]): boolean {
  const count = (of: (setting: Setting) => string) => new Set(settings.map(of)).size;
  const pairs = count(({ values }) => JSON.stringify([values[path], values[other]]));
  return (
    pairs === count(({ values }) => `${values[path]}`) && pairs === count(({ values }) => `${values[other]}`)
  );
}

function scaleOf(levels: readonly number[], planned: 'linear' | 'log' | undefined): Axis['scale'] {
  const positive = levels.filter(level => level > 0);
  const isWide = positive.length >= 2 && positive.at(-1)! / positive[0]! >= wideRatio;
  // a list that nobody called linear or logarithmic counts as linear in the plan: a wide one is still drawn by ratios
  if (planned !== 'log' && !isWide) return 'linear';
  return levels[0]! > 0 ? 'log' : levels[0] === 0 ? 'symlog' : 'linear';
}

/** Where a level stands on the axis as drawn; levels are interpolated and averaged there. */
export function placeOf(axis: Axis, level: number): number {
  if (axis.scale === 'linear') return level;
  return axis.scale === 'log' ? Math.log(level) : Math.log1p(level / constantOf(axis));
}

/** The level at a place: undoes `placeOf`. */
export function levelAt(axis: Axis, place: number): number {
  if (axis.scale === 'linear') return place;
  return axis.scale === 'log' ? Math.exp(place) : Math.expm1(place) * constantOf(axis);
}

/** Up to about here a symlog axis is straight. */
export const constantOf = (axis: Axis): number => axis.levels.find(level => level > 0) ?? 1;

/** "0.05", "5 %": a level in words; three digits that count. */
export const levelText = (axis: Axis, level: number): string =>
  `${Number(level.toPrecision(3))}${axis.unit && space}${axis.unit}`;

/** "read noise, %" */
export const axisTitle = (axis: Axis): string => (axis.unit ? `${axis.name}, ${axis.unit}` : axis.name);

/** The settings of a study in slices along an axis, in the order of the scenario. */
export function slicesOf(study: Pick<Study, 'settings' | 'paths'>, axis: Axis): Slice[] {
  const others = study.paths.filter(path => path !== axis.path && !axis.companions.includes(path));
  const label = ({ values }: Setting) =>
    others
      .filter(path => path in values)
      .map(path => (speaks(values[path]!) ? values[path] : `${nameOf(path, study.paths)} ${values[path]}`))
      .join(', ');
  const slices = new Map<string, Setting[]>();
  for (const setting of study.settings) {
    const key = label(setting);
    slices.set(key, [...(slices.get(key) ?? []), setting]);
  }
  return [...slices].map(([key, settings]) => ({
    label: slices.size > 1 ? key : '',
    settings: settings.sort((a, b) => axis.at(a) - axis.at(b)),
  }));
}

/** A value that says by itself what it is; a number does not. */
const speaks = (value: string): boolean => !/^[-+.\d]/.test(value);
