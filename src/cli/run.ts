/** @file `mortal run`: runs a scenario, or what is left of it. */
import type { Executor } from '../lab/executor.ts';
import type { Display } from '../lab/progress.ts';
import type { Ending } from '../lab/run.ts';
import type { Shell } from './main.ts';
import { whole } from './whole.ts';
import type { World } from './world.ts';

interface Options {
  readonly set: readonly string[];
  readonly only: readonly string[];
  readonly seeds?: string;
  readonly workers?: number;
  readonly out?: string;
  readonly quiet?: true;
  readonly json?: true;
}

const collected = (value: string, before: readonly string[]) => [...before, value];

export function addRun({ program, world, does }: Shell): void {
  program
    .command('run')
    .description('run a scenario; what is done already is not repeated')
    .argument('<file>', 'scenario file')
    .option('-s, --set <path=value>', 'change a value of the scenario (may be repeated)', collected, [])
    .option('--seeds <n>', 'how many seeds, in place of what the scenario says')
    .option('--only <learner>', 'run this learner only (may be repeated)', collected, [])
    .option(
      '-w, --workers <n>',
      'trials at a time; 0 runs them in this process (default: one per core)',
      whole,
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
    .action(does((file: string, options: Options) => act(file, options, world)));
}

async function act(file: string, options: Options, world: World): Promise<number> {
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
  const scenario = await load(file, await world.known(), { overrides, cwd: world.cwd });
  const trials = plan(scenario);
  await checkOnly(
    options.only,
    trials.map(({ learner }) => learner),
  );

  const directory = resolve(world.cwd, options.out ?? `reports/${scenario.name}`);
  const near = nearName(directory, world.cwd);
  const store = new Store(directory);
  const command = commandLine(file, options);
  const whole = planFile(scenario, trials, command);
  store.savePlan(whole);
  const todo = lab.pending(whole, store, options.only, text => void world.stderr.write(`${text}\n`));
  const show = display(world.stderr, todo.todo.length, options.quiet === true);
  if (options.quiet !== true)
    world.stderr.write(
      `${whatIsToDo(new Set(trials.map(({ id }) => id)).size, todo.todo.length)} Results go to ${near}.\n`,
    );

  const ending = await interruptibly(
    world,
    show,
    await executor(options.workers, todo.todo.length, world),
    (engine, stop) => lab.run(whole, store, todo, engine, show, stop),
  );
  if (ending.left > 0) {
    world.stderr.write(
      `Stopped. ${ending.left} of ${todo.todo.length} trials are left; to go on: ${command}\n`,
    );
    return 130;
  }
  const report = nearName(await world.writeReport(directory), world.cwd);
  if (options.json)
    world.stdout.write(
      `${JSON.stringify({ scenario: scenario.name, folder: near, report, ...ending }, null, 1)}\n`,
    );
  else
    await printResults(
      ending,
      scenario.vary.map(({ path }) => path),
      report,
      world,
    );
  return ending.failed > 0 ? 1 : 0;
}

/** Runs with Ctrl-C in mind: once lets running trials end, twice drops them. */
async function interruptibly(
  world: World,
  show: Display,
  engine: Executor,
  run: (engine: Executor, stop: AbortSignal) => Promise<Ending>,
): Promise<Ending> {
  const stop = new AbortController();
  const forget = world.onInterrupt(
    () => {
      show.say('Stopping: trials that are running will end first. Ctrl-C again drops them.');
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

async function executor(workers: number | undefined, trials: number, world: World): Promise<Executor> {
  if (trials === 0) return { workers: 0, run: async () => {}, close: async () => {} };
  const bench = await world.bench();
  if (workers === 0) return (await import('../lab/serial.ts')).serial(bench);
  const { availableParallelism } = await import('node:os');
  const width = Math.max(1, Math.min(workers ?? availableParallelism(), trials));
  return (await import('../lab/pool.ts')).pool(width, bench);
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

/** The command that does all of it again. */
function commandLine(file: string, { set, seeds, out }: Options): string {
  const quoted = (text: string) =>
    /^[\w./=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const options = [
    ...set.flatMap(argument => ['--set', argument]),
    ...(seeds === undefined ? [] : ['--seeds', seeds]),
    ...(out === undefined ? [] : ['--out', out]),
  ];
  return ['mortal', 'run', file, ...options].map(quoted).join(' ');
}
