/** @file `mortal run --dry`: what a run would take. Writes nothing. */
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Basis, estimates, type Timed, timedIn } from '../lab/estimate.ts';
import type { Plan } from '../lab/plan-file.ts';
import { duration } from '../lab/progress.ts';
import { pending } from '../lab/run.ts';
import { leftOf, type Stand, standInWords, standsOf } from '../lab/stands.ts';
import { Store } from '../lab/store.ts';
import { roughBytes } from '../scenarios/sense.ts';
import { sizesFor } from './sizes.ts';
import { table } from './table.ts';
import type { World } from './world.ts';

/** What `--dry --json` prints. */
export interface Forecast {
  readonly scenario: string;
  readonly trials: number;
  /** to be run */
  readonly todo: number;
  /** those among them that go on in the middle */
  readonly begun: readonly Stand[];
  readonly workers: number;
  /** of the whole run, with that many workers */
  readonly seconds: number;
  /** how many estimates rest on what */
  readonly basis: Readonly<Record<Basis, number>>;
  readonly bytesPerWorker: number;
}

/** A thread with its product library, before it has a chip; the main thread has the images and takes about 300 MB. */
const emptyWorker = 60e6;

export async function forecast(
  plan: Plan,
  directory: string,
  { only, workers }: { only: readonly string[]; workers?: number },
  world: World,
): Promise<Forecast> {
  const known = await world.known();
  const sizes = sizesFor(known);
  const notice = (text: string) => void world.stderr.write(`${text}\n`);
  const { todo } = pending(plan, new Store(directory), only, notice, true);
  const others = foldersOfRuns(join(world.cwd, 'reports')).filter(folder => folder !== directory);
  const timed: Timed[] = [
    ...timedIn(directory, 'this folder', sizes),
    ...others.flatMap(folder => timedIn(folder, 'other folders', sizes)),
  ];
  const begun = standsOf(directory, todo);
  const left = leftOf(begun);
  const all = estimates(todo, timed, sizes).map((estimate, k) => ({
    ...estimate,
    seconds: estimate.seconds * left(todo[k]!),
  }));
  const width = Math.max(1, Math.min(workers || (workers === 0 ? 1 : availableParallelism()), todo.length));
  const work = all.reduce((sum, { seconds }) => sum + seconds, 0);
  const longest = all.reduce((most, { seconds }) => Math.max(most, seconds), 0);
  const count = (basis: Basis) => all.filter(estimate => estimate.basis === basis).length;
  const chips = new Map(plan.trials.map(({ specification }) => [chipKey(specification), specification]));
  const bytes = [...chips.values()].map(({ chip, data }) =>
    roughBytes(chip, { inputs: sizes.inputs(data.set), classes: 10, training: 0, test: 0 }),
  );
  return {
    scenario: plan.name,
    trials: new Set(plan.trials.map(({ id }) => id)).size,
    todo: todo.length,
    begun,
    workers: width,
    seconds: Math.max(work / width, longest),
    basis: {
      'this folder': count('this folder'),
      'other folders': count('other folders'),
      'rough model': count('rough model'),
    },
    bytesPerWorker: emptyWorker + bytes.reduce((most, x) => Math.max(most, x), 0),
  };
}

const mostBegun = 10;

const chipKey = ({ chip, data }: Plan['trials'][0]['specification']) =>
  `${data.set} ${JSON.stringify(chip.layers)}`;

export function forecastText(forecast: Forecast, near: string): string {
  const { scenario, trials, todo, begun, workers, seconds, basis, bytesPerWorker } = forecast;
  const sources: Record<Basis, string> = {
    'this folder': 'by timings in this folder',
    'other folders': 'by timings of other runs',
    'rough model': 'by a rough model',
  };
  const said = (Object.keys(sources) as Basis[])
    .filter(name => basis[name] > 0)
    .map(name => `${basis[name]} ${sources[name]}`);
  const lines = [
    ['trials', `${trials}, ${trials - todo === 0 ? 'none' : trials - todo} done or left out, ${todo} to run`],
    ...begun.slice(0, mostBegun).map((stand, k) => [k === 0 ? 'goes on' : '', standInWords(stand)] as const),
    ...(begun.length > mostBegun ? [['', `and ${begun.length - mostBegun} more`]] : []),
    ...(todo === 0
      ? []
      : [
          ['time', `about ${duration(seconds)} with ${workers} at a time (${said.join(', ')})`],
          ['memory', `about 0.3 GB, and ${(bytesPerWorker / 1e9).toPrecision(2)} GB for each at a time`],
        ]),
    ['results', `would go to ${near}`],
  ];
  return `${scenario}\n${table(lines.map(line => [' ', ...line]))}Nothing was run or written.\n`;
}

/** Folders below `folder` that hold timings. */
function foldersOfRuns(folder: string): string[] {
  let entries: ReturnType<typeof readFolder>;
  try {
    entries = readFolder(folder);
  } catch {
    return [];
  }
  if (entries.some(({ name }) => name === 'plan.json')) return [folder];
  return entries
    .filter(entry => entry.isDirectory())
    .flatMap(({ name }) => foldersOfRuns(join(folder, name)));
}

const readFolder = (folder: string) => readdirSync(folder, { withFileTypes: true });
