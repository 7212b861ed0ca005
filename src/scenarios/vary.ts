/**
 * @file What a scenario varies: paths with their values, crossed (`vary`) or changing together (`zip`), and all combinations of them.
 */
import { type Static, Type } from '@sinclair/typebox';
import { choice, count, strict } from '../description.ts';
import { keyProblem, problem } from './explain.ts';
import { entry, type Place, parse, plain, record, textAt, value, type Written, whereOf } from './locate.ts';
import { InputError, type Problem } from './problems.ts';
import type { Axis } from './schema.ts';
import { check } from './validate.ts';

/** One value of a path. */
export interface Value {
  /** the value in words: in tables and figures */
  readonly label: string;
  readonly value: Written;
}

/** A path and its values. */
export interface Varied {
  readonly path: string;
  readonly place: Place;
  readonly values: readonly Value[];
  readonly scale: 'linear' | 'log';
}

/** Paths that change together; each has as many values. */
export type Group = readonly Varied[];

/** Paths that change together, as a program says them. */
export type Grid = Readonly<Record<string, readonly unknown[]>>;

/** One value of each varied path. */
export type Point = readonly (Value & { readonly path: string; readonly place: Place })[];

const scale = choice(['linear', 'log'], 'how the values are spread, and the axis they are drawn on', {
  default: 'linear',
});
const bound = (description: string) =>
  Type.Unsafe<number | string>({ type: ['number', 'string'], description });
const one = Type.Unsafe<unknown>({ description: 'a value, or `{"label": "...", "value": ...}`' });

/** Values between two ends, all of them decimals of at most 12 digits. */
export const Range = strict(
  {
    from: bound('first value; a number, or one with a unit ("1 uS")'),
    to: bound('last value, in the unit of the first'),
    steps: count('how many values, both ends among them', { minimum: 2, maximum: 10_000 }),
    scale,
  },
  { description: 'values at equal distances, or at equal ratios on a "log" scale' },
);
/** A list that says how its axis is to be drawn. */
export const Listed = strict(
  { values: Type.Array(one, { minItems: 1 }), scale },
  { description: 'a list that is drawn on a "log" axis' },
);
/** What stands behind a path. */
export const valuesForms = [Type.Array(one, { minItems: 1 }), Range, Listed] as const;

const mostPoints = 10_000;
/** Parts of a scenario that do not belong to a single trial. */
const fixed = ['$schema', 'title', 'question', 'vary', 'zip', 'quick', 'seeds'];

/** Reads `vary` and `zip` of a scenario whose frame is in order. @throws InputError */
export async function readVary(root: Written): Promise<Group[]> {
  const problems: Problem[] = [];
  const crossedPaths = await readPaths(entry(root, 'vary'), ['vary'], problems);
  const zipped = await Promise.all(
    zipsOf(root).map(({ written, above }) => readPaths(written, above, problems)),
  );
  const groups: Group[] = [...crossedPaths.map(varied => [varied]), ...zipped].filter(
    group => group.length > 0,
  );
  if (problems.length === 0) problems.push(...groups.flatMap(groupProblems), ...twice(groups.flat()));
  const points = groups.reduce((product, group) => product * (group[0]?.values.length ?? 0), 1);
  if (points > mostPoints)
    problems.push(problem(root, ['vary'], [], `${points} combinations are more than ${mostPoints}`));
  if (problems.length > 0) throw new InputError(problems);
  return groups;
}

/** `zip` is one group of paths, or a list of them. */
function zipsOf(root: Written): { written: Written; above: string[] }[] {
  const zip = entry(root, 'zip');
  if (zip === undefined) return [];
  if (zip.kind === 'list') return zip.items.map((written, i) => ({ written, above: ['zip', String(i)] }));
  return [{ written: zip, above: ['zip'] }];
}

/** The scenario with one group more of paths that change together. */
export function alsoZipped(root: Written, grid: Grid): Written {
  if (root.kind !== 'record') return root;
  const { at } = root;
  const source = { ...at.source, name: `zip=${JSON.stringify(grid)}`, kind: 'argument' as const };
  const added = parse({ ...source, text: JSON.stringify(grid) });
  const items = [...zipsOf(root).map(({ written }) => written), added];
  return record([...root.entries, ['zip', { at, value: { kind: 'list', items, at } }]], at);
}

async function readPaths(
  written: Written | undefined,
  above: readonly string[],
  problems: Problem[],
): Promise<Varied[]> {
  if (written === undefined) return [];
  if (written.kind !== 'record') {
    const message = `found ${JSON.stringify(plain(written))}, an object is needed: path → values`;
    problems.push(problem(written, [], above, message));
    return [];
  }
  const vary: Varied[] = [];
  for (const [path, { at, value: content }] of written.entries) {
    const first = path.split('.')[0]!;
    if (fixed.includes(first))
      problems.push(keyProblem(written, [path], above, `"${first}" cannot be varied`));
    try {
      vary.push({ path, place: at, ...(await readValues(content, [...above, path])) });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems);
    }
  }
  return vary;
}

/** A list, or a range. @throws InputError */
async function readValues(
  written: Written,
  above: readonly string[],
): Promise<Pick<Varied, 'values' | 'scale'>> {
  const wrong = (message: string) => new InputError([problem(written, [], above, message)]);
  if (written.kind === 'list') {
    if (written.items.length === 0) throw wrong('the list is empty');
    return { values: written.items.map(labelled), scale: 'linear' };
  }
  if (written.kind === 'value') {
    const found = JSON.stringify(written.value);
    throw wrong(
      `found ${found}, a list of values is needed, or a range ({"from": 0, "to": 0.3, "steps": 7})`,
    );
  }
  const isList = written.entries.has('values');
  const { value: content, problems } = await check(isList ? Listed : Range, written, above);
  if (problems.length > 0) throw new InputError(problems);
  const { scale } = content as Static<typeof Listed>;
  const values = isList
    ? (entry(written, 'values') as Extract<Written, { kind: 'list' }>).items.map(labelled)
    : readRange(content as Static<typeof Range>, written, wrong);
  if (isList && scale === 'log' && numbersOf(values)?.values.every(x => x > 0) !== true)
    throw wrong('on a "log" scale, all values have to be numbers above 0, of one unit');
  return { values, scale };
}

function readRange(
  range: Static<typeof Range>,
  { at }: Written,
  wrong: (message: string) => InputError,
): Value[] {
  const { from, to, steps, scale } = range;
  const [first, last] = [numberIn(from), numberIn(to)];
  const odd = first === undefined ? from : last === undefined ? to : undefined;
  if (first === undefined || last === undefined)
    throw wrong(`found ${JSON.stringify(odd)}, a number is needed, or a number with a unit ("1 uS")`);
  if (first.unit !== last.unit)
    throw wrong(`from ${from} to ${to}: both ends need the same unit, written the same`);
  if (first.number === last.number) throw wrong(`from ${from} to ${to}: both ends are the same`);
  if (scale === 'log' && (first.number <= 0 || last.number <= 0))
    throw wrong(`from ${from} to ${to}: on a "log" scale, both ends have to be above 0`);
  return spread(first.number, last.number, steps, scale).map(x =>
    first.unit === undefined
      ? { label: String(x), value: value(x, at) }
      : { label: `${x} ${first.unit}`, value: value(`${x} ${first.unit}`, at) },
  );
}

/** `steps` numbers from `first` to `last`, rounded to 12 digits: 0.1 + 0.2 is to be the same trial as 0.3. */
export function spread(first: number, last: number, steps: number, scale: 'linear' | 'log'): number[] {
  return Array.from({ length: steps }, (_, i) => {
    if (i === steps - 1) return last; // which rounding errors would miss
    const part = i / (steps - 1);
    const x = scale === 'log' ? first * (last / first) ** part : first + (last - first) * part;
    return Number(x.toPrecision(12));
  });
}

/** `{"label": "...", "value": ...}`, or a value that is its own label. */
function labelled(written: Written): Value {
  const label = textAt(written, 'label');
  const content = entry(written, 'value');
  if (label !== undefined && content !== undefined && written.kind === 'record' && written.entries.size === 2)
    return { label, value: content };
  const found = plain(written);
  return { label: typeof found === 'string' ? found : JSON.stringify(found), value: written };
}

/** Paths that change together need values for one another, and no combination twice. */
function groupProblems(group: Group): Problem[] {
  const [first, ...others] = group;
  const uneven = others.find(({ values }) => values.length !== first!.values.length);
  const lengths = group.map(({ path, values }) => `${path} has ${values.length}`).join(', ');
  if (uneven !== undefined)
    return [
      {
        where: whereOf(uneven.place),
        path: `zip.${uneven.path}`,
        message: `paths that are zipped need as many values each, but ${lengths}`,
      },
    ];
  const words = first!.values.map((_, i) => group.map(({ values }) => values[i]!.label).join(', '));
  const above = others.length === 0 ? 'vary' : 'zip';
  return words.flatMap((label, i) =>
    words.indexOf(label) < i
      ? [
          {
            where: whereOf(first!.values[i]!.value.at),
            path: `${above}.${first!.path}`,
            message: `the value "${label}" is there a second time`,
          },
        ]
      : [],
  );
}

/** Whether `path` is a part of `whole`, and not all of it. */
const isWithin = (path: string, whole: string): boolean => path.startsWith(`${whole}.`);

/**
 * A path that is varied in two places, or a part of what is varied further down. A part of what is varied before it is fine: it changes what
 * those values have made.
 */
const twice = (vary: readonly Varied[]): Problem[] =>
  vary.flatMap(({ path, place }, i) => {
    const other = vary.slice(0, i).find(before => overlap(before.path, path) && !isWithin(path, before.path));
    if (other === undefined) return [];
    const message = `overlaps with ${other.path}, which is varied as well; one would overrule the other`;
    return [{ where: whereOf(place), path, message }];
  });

const overlap = (a: string, b: string) => `${a}.`.startsWith(`${b}.`) || `${b}.`.startsWith(`${a}.`);

/** All combinations, the last group changing fastest; a single empty one where nothing is varied. */
export function crossed(groups: readonly Group[]): Point[] {
  return groups.reduce<Point[]>(
    (points, group) =>
      points.flatMap(point =>
        group[0]!.values.map((_, i) => [
          ...point,
          ...group.map(({ path, place, values }) => ({ path, place, ...values[i]! })),
        ]),
      ),
    [[]],
  );
}

/** What is varied, as plans tell reports of it. */
export const axesOf = (groups: readonly Group[]): Axis[] =>
  groups.flatMap(group =>
    group.map(({ path, values, scale }): Axis => {
      const numbers = numbersOf(values);
      const others = group.filter(other => other.path !== path).map(other => other.path);
      return {
        path,
        labels: values.map(({ label }) => label),
        ...(numbers && { ...numbers, scale }),
        ...(others.length > 0 && { zippedWith: others }),
      };
    }),
  );

/** The values as numbers of one unit, where they are; a label that is a number stands for a value that is none. */
function numbersOf(values: readonly Value[]): (Pick<Axis, 'unit'> & { values: number[] }) | undefined {
  const found = values.map(({ label, value }) => numberIn(plain(value)) ?? numberIn(label));
  const unit = found[0]?.unit;
  const numbers = found.flatMap(x => (x !== undefined && x.unit === unit ? [x.number] : []));
  if (numbers.length < values.length) return undefined;
  return { values: numbers, ...(unit !== undefined && { unit }) };
}

/** A number, or a text of a number with a unit behind it. */
function numberIn(content: unknown): { number: number; unit?: string } | undefined {
  if (typeof content === 'number') return { number: content };
  if (typeof content !== 'string') return undefined;
  const match = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([^\d\s].*?)?\s*$/.exec(content);
  if (match === null) return undefined;
  return { number: Number(match[1]), ...(match[2] !== undefined && { unit: match[2] }) };
}
