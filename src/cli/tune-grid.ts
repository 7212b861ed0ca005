/** @file What `mortal tune` tries: options of every learner and their values, as many for each. */

import { strict } from '../description.ts';
import { around, drawn, further } from '../lab/grid.ts';
import { record, value } from '../scenarios/locate.ts';
import { didYouMean, InputError } from '../scenarios/problems.ts';
import type { Entry, Scenario } from '../scenarios/schema.ts';
import type { TuningFile } from '../scenarios/tuning-file.ts';
import { check } from '../scenarios/validate.ts';
import type { Grid } from '../scenarios/vary.ts';

/** What was asked for. */
export interface Asked {
  /** `rate=0.001,0.003`, or `rate` for values around the default */
  readonly grid: readonly string[];
  /** draw so many */
  readonly settings?: number | undefined;
  readonly seeds: readonly number[];
  readonly extend?: number | undefined;
}

const wrong = (where: string, message: string) => new InputError([{ where, path: '', message }]);

/** As much of an option's description as is looked at. */
interface Described {
  readonly default?: unknown;
  readonly type?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
}
const described = ({ learner }: Entry, option: string): Described | undefined =>
  learner.options.properties[option] as Described | undefined;

/** The options that are tried. */
export const optionsIn = (grid: readonly string[]): string[] =>
  (grid.length > 0 ? grid : ['rate']).map(each => each.split('=', 1)[0]!);

/** Paths of every learner's options and their values. @throws InputError */
export async function gridOf(asked: Asked, { settings: [first], vary }: Scenario): Promise<Grid> {
  const grid: Record<string, unknown[]> = {};
  const twice = optionsIn(asked.grid).find((option, k, all) => all.indexOf(option) < k);
  if (twice) throw wrong(`--grid ${twice}`, 'is there a second time; one list has all its values');
  for (const each of asked.grid.length > 0 ? asked.grid : ['rate']) {
    const [option = '', list] = each.split('=', 2);
    const where = `--grid ${each}`;
    if (list !== undefined && asked.settings !== undefined)
      throw wrong(where, '--settings draws values itself; name the option alone, or leave --settings out');
    const other = vary.find(({ path }) => path.startsWith('learners.') && path.split('.')[2] === option);
    if (other)
      throw wrong(where, `the scenario varies ${other.path} itself; --set 'vary={}' leaves that out`);
    for (const entry of first!.entries) {
      if (!described(entry, option)) throw lacks(entry, option, where);
      const values = list?.split(',').map(numberOrText) ?? usual(entry, option, where, asked);
      await allowed(entry, option, values, where);
      grid[`learners.${entry.name}.${option}`] = values;
    }
  }
  const lengths = new Set(Object.values(grid).map(values => values.length));
  if (lengths.size > 1)
    throw wrong(
      `--grid ${asked.grid.join(' --grid ')}`,
      'options that are tried together need as many values each',
    );
  if (asked.extend) mustExtend(grid, asked, first!.entries);
  return grid;
}

const numberOrText = (text: string): unknown =>
  text.trim() !== '' && Number.isFinite(Number(text))
    ? Number(text)
    : ({ true: true, false: false }[text] ?? text);

function lacks({ name, learner }: Entry, option: string, where: string): InputError {
  const options = Object.keys(learner.options.properties);
  return wrong(
    where,
    `"${name}" has no option "${option}"${didYouMean(option, options)} (it has: ${options.join(', ')})`,
  );
}

/** Values by the default. */
function usual(entry: Entry, option: string, where: string, { settings, seeds }: Asked): number[] {
  const middle = described(entry, option)!.default;
  const say = `say what to try: ${option}=...,...`;
  if (typeof middle !== 'number') throw wrong(where, `"${option}" of "${entry.name}" is no number; ${say}`);
  if (middle <= 0) throw wrong(where, `"${option}" of "${entry.name}" is ${middle} by default; ${say}`);
  return settings === undefined ? around(middle) : drawn(middle, settings, option, seeds[0]!);
}

/** @throws InputError where the learner does not allow a value */
async function allowed(
  entry: Entry,
  option: string,
  values: readonly unknown[],
  where: string,
): Promise<void> {
  const schema = strict({ [option]: entry.learner.options.properties[option]! });
  const at = { source: { name: where, text: '', folder: '.', kind: 'argument' }, offset: 0 } as const;
  const problems = await Promise.all(
    values.map(async each => {
      const only = { at, value: value(each as number | string | boolean, at) };
      return (await check(schema, record([[option, only]], at), ['learners', entry.name])).problems;
    }),
  );
  if (problems.flat().length > 0) throw new InputError(problems.flat());
}

/** @throws InputError where a grid has no next value */
function mustExtend(grid: Grid, { extend, grid: asked }: Asked, entries: readonly Entry[]): void {
  const where = `--extend ${extend}`;
  const [option, ...more] = optionsIn(asked);
  if (more.length > 0) throw wrong(where, 'only one option at a time can be extended, but several are tried');
  const isWhole = entries.some(entry => described(entry, option!)?.type === 'integer');
  const values = Object.values(grid);
  if (isWhole || values.some(each => each.length < 2 || each.some(value => !(Number(value) > 0))))
    throw wrong(where, `needs two or more values above 0 of an option that is not a whole number`);
}

/** One value more for every learner, by what came of the others. */
export function extended(grid: Grid, { learners }: TuningFile, entries: readonly Entry[]): Grid {
  const paths = Object.entries(grid).map(([path, values]) => {
    const [, name, option] = path.split('.') as [string, string, string];
    const { tried, chosen } = learners[name]!;
    const points = tried.map(({ options, mean }) => ({ value: Number(options[option]), error: mean }));
    const schema = described(entries.find(entry => entry.name === name)!, option)!;
    const next = further(points, Number(chosen[option]), value => isWithin(value, schema));
    return [path, [...values, next]];
  });
  return Object.fromEntries(paths);
}

const isWithin = (
  value: number,
  { minimum = 0, maximum = Infinity, exclusiveMinimum = 0 }: Described,
): boolean => value >= minimum && value <= maximum && value > exclusiveMinimum;
