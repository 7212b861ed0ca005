/** @file `mortal run`: runs a scenario, or what is left of it. */
import { Option } from 'commander';
import type { Executor } from '../lab/executor.ts';
import { executors } from '../lab/executors.ts';
import type { Axis, Plan } from '../lab/plan-file.ts';
import type { Display } from '../lab/progress.ts';
import type { Ending } from '../lab/run.ts';
import { type Stand, standInWords, standsOf } from '../lab/stands.ts';
import type { Summary } from '../lab/summary.ts';
import type { Source } from '../scenarios/locate.ts';
import type { Grid } from '../scenarios/vary.ts';
import type { Shell } from './main.ts';
import { whole } from './whole.ts';
import type { World } from './world.ts';

export interface RunOptions {
  readonly set: readonly string[];
  readonly only: readonly string[];
  readonly seeds?: string;
  /** name of a data set, in place of the scenario's */
  readonly data?: string;
  /** folder that data sets are looked for in before all others */
  readonly dataFolder?: string;
  readonly workers?: number;
  readonly executor?: string;
  readonly slurm?: string;
  readonly cancel?: true;
  readonly out?: string;
  readonly quick?: true;
  readonly dry?: true;
  readonly allowProgram?: true;
  readonly saveChip?: true;
  readonly quiet?: true;
  readonly json?: true;
  /** for `mortal tune`: what it tries, and its own command; it tells what came of it, and writes the report */
  readonly tuning?: { readonly grid: Grid; readonly command: string };
}

const collected = (value: string, before: readonly string[]) => [...before, value];

export function addRun({ program, world, does }: Shell): void {
  program
    .command('run')
    .description('run a scenario; what is done already is not repeated')
    .argument('<file>', 'scenario file')
    .option('-s, --set <path=value>', 'change a value of the scenario (may be repeated)', collected, [])
    .option('--seeds <n>', 'how many seeds, in place of what the scenario says')
    .option(
      '-d, --data <set>',
      "another data set in place of the scenario's (mortal data lists them); goes to reports/<scenario>-<set>",
    )
    .option(
      '--data-folder <folder>',
      'look for data sets there first, each in a folder of its name (as MORTAL_DATA in the environment)',
    )
    .option('--only <learner>', 'run this learner only (may be repeated)', collected, [])
    .option(
      '-w, --workers <n>',
      'trials at a time; 0 runs them in this process (default: one per core)',
      whole,
    )
    .addOption(
      new Option(
        '--executor <name>',
        `where trials run (default: pool): ${Object.entries(executors)
          .map(([name, { summary }]) => `${name}, ${summary}`)
          .join('; ')}`,
      ).choices(Object.keys(executors)),
    )
    .option('--slurm <file>', 'what a Slurm cluster is asked for, as scenarios/slurm.example.json')
    .option('--cancel', 'end the Slurm jobs of this run; results that are there stay')
    .option(
      '--quick',
      "the scenario's own short version, an answer in minutes; goes to reports/<scenario>-quick",
    )
    .option('--dry', 'say what there is to do, how long it would take and how much memory; write nothing')
    .option(
      '--allow-program',
      'let boxes of kind "program" start what they name; a scenario of somebody else may name anything',
    )
    .option(
      '--save-chip',
      'keep every chip that is trained in this run: artefacts/chip-<trial>.safetensors in its folder',
    )
    .option('-o, --out <folder>', 'where results and report go (default: reports/<scenario>)')
    .option('-q, --quiet', 'no progress')
    .option('--json', 'print the results as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ mortal run scenarios/ff-vs-backprop.json --workers 4
  $ mortal run scenarios/ff-vs-backprop.json --set chip.cell.readNoise="2 %" --set learners.ff.epochs=30 --out reports/noisy`,
    )
    .action(
      does(async (file: string, options: RunOptions) => (await runScenario(file, options, world)).code),
    );
}

/** How a run went: its exit code, and what there is of it where it was run. */
export interface Ran {
  readonly code: number;
  readonly plan?: Plan;
  readonly found?: ReadonlyMap<string, Summary>;
}

/** Runs a scenario file as `mortal run` does. @throws InputError, OutputError */
export async function runScenario(file: string | Source, options: RunOptions, world: World): Promise<Ran> {
  const [{ load }, { plan }, { planFile }, { Store }, lab, { display }, { resolve }] = await Promise.all([
    import('../scenarios/load.ts'),
    import('../scenarios/plan.ts'),
    import('../lab/plan-file.ts'),
    import('../lab/store.ts'),
    import('../lab/run.ts'),
    import('../lab/progress.ts'),
    import('node:path'),
  ]);
  const { nearName } = await import('../scenarios/read.ts');
  const overrides = [...options.set, ...(options.seeds === undefined ? [] : [`seeds=${options.seeds}`])];
  if (options.dataFolder !== undefined) process.env.MORTAL_DATA = resolve(world.cwd, options.dataFolder); // for workers, too
  const scenario = await load(file, await world.known(), {
    overrides,
    ...(options.data !== undefined && { data: options.data }),
    quick: options.quick === true,
    ...(options.tuning && { grid: options.tuning.grid }),
    cwd: world.cwd,
  });
  const trials = plan(scenario).map(trial => (options.saveChip ? { ...trial, isKept: true } : trial));
  await checkOnly(
    options.only,
    trials.map(({ learner }) => learner),
  );

  const directory = resolve(
    world.cwd,
    options.out ?? `reports/${scenario.name}${options.data === undefined ? '' : `-${options.data}`}`,
  );
  const near = nearName(directory, world.cwd);
  const store = new Store(directory);
  const called = typeof file === 'string' ? file : file.name;
  const command = options.tuning?.command ?? commandLine(called, options);
  const whole = planFile(scenario, trials, command);
  if (options.dry) return { code: tell(await foretold(whole, directory, near, options, world), world) };
  if (options.slurm !== undefined)
    await (await import('../scenarios/slurm-file.ts')).readSlurmFile(options.slurm, world.cwd); // before anything is written
  if (options.cancel) return { code: await cancel(directory, near, world) };
  if (!options.allowProgram) await refusePrograms(called, trials);
  store.savePlan(whole);
  const todo = lab.pending(whole, store, options.only, text => void world.stderr.write(`${text}\n`));
  const other = lab.otherVersions(todo.found, (await world.versions()).mortal ?? '');
  if (other !== undefined) world.stderr.write(`${other}\n`);
  const show = display(world.stderr, todo.todo.length, options.quiet === true);
  if (options.quiet !== true)
    world.stderr.write(
      `${whatIsToDo(new Set(trials.map(({ id }) => id)).size, todo.todo.length)} Results go to ${near}.\n`,
    );

  const ending = await interruptibly(
    world,
    show,
    await executor(options, todo.todo.length, directory, show, world),
    (engine, stop) => lab.run(whole, store, todo, engine, show, stop),
    () => standsOf(directory, todo.todo),
  );
  if (ending.left > 0) {
    world.stderr.write(
      `Stopped. ${ending.left} of ${todo.todo.length} trials are left; to go on: ${command}${where(options)}\n`,
    );
    return { code: 130, plan: whole, found: todo.found };
  }
  if (options.tuning) return { code: ending.failed > 0 ? 1 : 0, plan: whole, found: todo.found };
  const report = nearName(await world.writeReport(directory), world.cwd);
  if (options.json)
    world.stdout.write(
      `${JSON.stringify({ scenario: scenario.name, folder: near, report, ...ending }, null, 1)}\n`,
    );
  else await printResults(ending, columnsOf(scenario.vary), report, world);
  return { code: ending.failed > 0 ? 1 : 0, plan: whole, found: todo.found };
}

/** Runs with Ctrl-C in mind: once lets running trials end, twice drops them. */
async function interruptibly(
  world: World,
  show: Display,
  engine: Executor,
  run: (engine: Executor, stop: AbortSignal) => Promise<Ending>,
  stands: () => readonly Stand[],
): Promise<Ending> {
  const stop = new AbortController();
  const forget = world.onInterrupt(
    () => {
      show.say(engine.stopping ?? stopping(stands()));
      stop.abort();
    },
    () => show.close(),
  );
  try {
    return await run(engine, stop.signal);
  } finally {
    forget();
    show.close();
    await engine.close();
  }
}

/** What is said at Ctrl-C. @param stands of the trials that would go on in the middle */
function stopping(stands: readonly Stand[]): string {
  const dropped =
    stands.length === 0 ? '' : `; the next run goes on with ${stands.map(standInWords).join(', ')}`;
  return `Stopping: trials that are running will end first. Ctrl-C again drops them${dropped}.`;
}

async function executor(
  { executor, workers, slurm, allowProgram }: RunOptions,
  trials: number,
  directory: string,
  show: Display,
  world: World,
): Promise<Executor> {
  if (trials === 0) return { workers: 0, run: async () => {}, close: async () => {} };
  const kind = executors[executor ?? (workers === 0 ? 'serial' : 'pool')]!;
  return kind.make({
    workers,
    trials,
    directory,
    cwd: world.cwd,
    slurm,
    allowPrograms: allowProgram === true,
    versions: await world.versions(),
    bench: world.bench,
    say: show.say,
  });
}

/** Ends what other processes have submitted. */
async function cancel(directory: string, near: string, world: World): Promise<number> {
  const { cancel } = await import('../lab/slurm.ts');
  const numbers = await cancel(directory, text => void world.stderr.write(`${text}\n`));
  world.stdout.write(
    numbers.length === 0
      ? `No Slurm job of ${near} is in the queue.\n`
      : `Cancelled: Slurm job ${numbers.join(', ')}. Results in ${near} stay.\n`,
  );
  return 0;
}

async function foretold(
  plan: Plan,
  directory: string,
  near: string,
  { only, workers, json }: RunOptions,
  world: World,
): Promise<string> {
  const { forecast, forecastText } = await import('./dry.ts');
  const found = await forecast(plan, directory, { only, ...(workers !== undefined && { workers }) }, world);
  return json ? `${JSON.stringify({ ...found, folder: near }, null, 1)}\n` : forecastText(found, near);
}

function tell(text: string, world: World): number {
  world.stdout.write(text);
  return 0;
}

async function printResults(
  { rows, failed }: Ending,
  varied: readonly string[],
  report: string,
  world: World,
): Promise<void> {
  const { resultTable } = await import('./result-table.ts');
  world.stdout.write(`\n${resultTable(rows, varied)}\n`);
  if (failed > 0) {
    const reasons = new Set(
      rows.filter(row => row.status === 'failed').map(row => `  ${row.learner}: ${row.error}`),
    );
    world.stderr.write(
      `${failed} trials failed; the next run tries them again.\n${[...reasons].join('\n')}\n`,
    );
  }
  world.stdout.write(`Report: ${report}\n`);
}

/** Of paths that change together one is enough, if its values tell the settings apart. */
const columnsOf = (vary: readonly Axis[]): string[] =>
  vary
    .filter(
      ({ zippedWith = [] }, i) =>
        !vary
          .slice(0, i)
          .some(({ path, labels }) => zippedWith.includes(path) && new Set(labels).size === labels.length),
    )
    .map(({ path }) => path);

function whatIsToDo(all: number, todo: number): string {
  if (todo === 0) return `All ${all} trials are there already.`;
  return todo < all ? `${todo} of ${all} trials to run.` : `${all} trials to run.`;
}

async function checkOnly(only: readonly string[], learners: readonly string[]): Promise<void> {
  const { didYouMean, InputError } = await import('../scenarios/problems.ts');
  const names = [...new Set(learners)];
  const problems = only
    .filter(name => !names.includes(name))
    .map(name => ({
      where: `--only ${name}`,
      path: '',
      message: `the scenario has no learner "${name}"${didYouMean(name, names)} (there are: ${names.join(', ')})`,
    }));
  if (problems.length > 0) throw new InputError(problems);
}

/** Programs are started by a person, not by a file. @throws InputError where boxes name some */
async function refusePrograms(file: string, trials: Plan['trials']): Promise<void> {
  const [{ programsOf }, { InputError }] = await Promise.all([
    import('../scenarios/brought.ts'),
    import('../scenarios/problems.ts'),
  ]);
  const programs = programsOf(trials.map(({ specification }) => specification));
  if (programs.length === 0) return;
  const message = `a box would start the program ${programs.join(' and ')}; to let it, add --allow-program to the command`;
  throw new InputError([{ where: file, path: '', message }]);
}

/** What the command that goes on has to say of where trials run. */
const where = ({ executor, slurm }: RunOptions): string =>
  executor === 'slurm' ? ` --executor slurm${slurm === undefined ? '' : ` --slurm ${quoted(slurm)}`}` : '';

const quoted = (text: string) =>
  /^[\w./=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** The command that does all of it again. */
function commandLine(
  file: string,
  { set, seeds, data, dataFolder, out, quick, allowProgram }: RunOptions,
): string {
  const options = [
    ...(allowProgram ? ['--allow-program'] : []),
    ...(quick ? ['--quick'] : []),
    ...(data === undefined ? [] : ['--data', data]),
    ...(dataFolder === undefined ? [] : ['--data-folder', dataFolder]),
    ...set.flatMap(argument => ['--set', argument]),
    ...(seeds === undefined ? [] : ['--seeds', seeds]),
    ...(out === undefined ? [] : ['--out', out]),
  ];
  return ['mortal', 'run', file, ...options].map(quoted).join(' ');
}
