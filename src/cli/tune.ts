/** @file `mortal tune`: tries every learner of a scenario with the same number of settings and keeps what came of each. */
import type { Shell } from './main.ts';
import { runScenario } from './run.ts';
import { whole } from './whole.ts';
import type { World } from './world.ts';

interface Options {
  readonly grid: readonly string[];
  readonly set: readonly string[];
  readonly seeds: string;
  readonly workers?: number;
  readonly quick?: true;
  readonly quiet?: true;
  readonly allowProgram?: true;
  readonly out?: string;
}

const collected = (value: string, before: readonly string[]) => [...before, value];

export function addTune({ program, world, does }: Shell): void {
  program
    .command('tune')
    .description('choose options by validation error, with the same effort for every learner')
    .argument('<file>', 'scenario file: its chips, data and learners')
    .option(
      '-g, --grid <option=values>',
      'an option of every learner and what to try, "rate=0.001,0.003,0.01"; "rate" alone tries a third of the default, the default and three times it (may be repeated: values are then tried together, first with first)',
      collected,
      [],
    )
    .option('-s, --set <path=value>', 'change a value of the scenario (may be repeated)', collected, [])
    .option('--seeds <list>', 'chips to tune on; no report should show them', '[101]')
    .option('-w, --workers <n>', 'trials at a time (default: one per core)', whole)
    .option('--quick', "tune on the scenario's own short version")
    .option('--allow-program', 'let boxes of kind "program" start what they name')
    .option('-q, --quiet', 'no progress')
    .option('-o, --out <file>', 'the tuning file (default: scenarios/tuning/<scenario>.json)')
    .addHelpText(
      'after',
      `
A run that is broken off goes on where it stopped. Trials are judged on validation images; the test images (100, because a trial has some) are looked at by nobody.
In a scenario, "tuned": "tuning/NAME.json" lets learners start from what was chosen.

Examples:
  $ mortal tune scenarios/rivals.json
  $ mortal tune my-chip.json --grid rate --set 'learners=["ff","local-softmax"]'`,
    )
    .action(does((file: string, options: Options) => act(file, options, world)));
}

async function act(file: string, options: Options, world: World): Promise<number> {
  const [{ load }, { nearName }, { join, resolve }, { writeWhole }] = await Promise.all([
    import('../scenarios/load.ts'),
    import('../scenarios/read.ts'),
    import('node:path'),
    import('../lab/files.ts'),
  ]);
  const known = await world.known();
  const { set, quick, allowProgram } = options;
  const untuned = [...set, 'tuned=null'];
  const scenario = await load(file, known, { overrides: untuned, quick: quick === true, cwd: world.cwd });
  const grid = await gridOf(options.grid, scenario.settings[0]!.entries);
  const directory = join('reports', 'tuning', scenario.name);
  const changes = [
    ...untuned,
    `zip=${JSON.stringify(grid)}`,
    `seeds=${options.seeds}`,
    'checkpoints=1',
    'data.test=100',
  ];
  const { code, plan, found } = await runScenario(
    file,
    {
      set: changes,
      only: [],
      untold: true,
      out: directory,
      ...(quick && { quick }),
      ...(allowProgram && { allowProgram }),
      ...(options.quiet && { quiet: true as const }),
      ...(options.workers !== undefined && { workers: options.workers }),
    },
    world,
  );
  if (!plan || !found || code === 130) return code;
  const { tuningOf } = await import('../lab/tuning.ts');
  const tuning = tuningOf({ ...plan, command: commandLine(file, options) }, found, known.learners);
  const out = resolve(world.cwd, options.out ?? join('scenarios', 'tuning', `${scenario.name}.json`));
  writeWhole(out, `${JSON.stringify(tuning, null, 2)}\n`);
  await tell(tuning, nearName(out, world.cwd), world);
  return 0;
}

type Entries = readonly {
  name: string;
  learner: { options: { properties: Record<string, { default?: unknown }> } };
}[];

/** Paths of every learner's options and their values, as many for each. @throws InputError */
async function gridOf(asked: readonly string[], entries: Entries): Promise<Record<string, unknown[]>> {
  const [{ around }, { InputError }] = await Promise.all([
    import('../lab/tuning.ts'),
    import('../scenarios/problems.ts'),
  ]);
  const wrong = (where: string, message: string) =>
    new InputError([{ where: `--grid ${where}`, path: '', message }]);
  const grid: Record<string, unknown[]> = {};
  for (const each of asked.length > 0 ? asked : ['rate']) {
    const [option = '', list] = each.split('=', 2);
    for (const { name, learner } of entries) {
      const described = learner.options.properties[option];
      if (!described) throw wrong(each, `"${name}" has no option "${option}"`);
      const values = list?.split(',').map(value => (Number.isFinite(Number(value)) ? Number(value) : value));
      if (!values && typeof described.default !== 'number')
        throw wrong(each, `"${option}" of "${name}" is no number; say what to try: ${option}=...,...`);
      grid[`learners.${name}.${option}`] = values ?? around(described.default as number);
    }
  }
  const lengths = new Set(Object.values(grid).map(values => values.length));
  if (lengths.size > 1)
    throw wrong(asked.join(' '), 'options that are tried together need as many values each');
  return grid;
}

async function tell(
  tuning: import('../scenarios/tuning-file.ts').TuningFile,
  near: string,
  world: World,
): Promise<void> {
  const { table } = await import('./table.ts');
  const lines = Object.entries(tuning.learners).map(([name, { tried, chosen, isAtEdge }]) => [
    name,
    ...tried.map(({ options, mean }) => `${Object.values(options).join(' ')}: ${mean.toFixed(2)}`),
    `→ ${Object.values(chosen).join(' ')}${isAtEdge ? ' (at the edge)' : ''}`,
  ]);
  world.stdout.write(
    `\nValidation error, %, mean over the settings\n${table(lines)}\nTuning file: ${near}\n`,
  );
}

const quoted = (text: string) => (/^[\w./=:,[\]-]+$/.test(text) ? text : `'${text}'`);

function commandLine(file: string, { grid, set, seeds, quick, allowProgram }: Options): string {
  const parts = [
    ...grid.flatMap(each => ['--grid', each]),
    ...set.flatMap(each => ['--set', each]),
    ...(seeds === '[101]' ? [] : ['--seeds', seeds]),
    ...(quick ? ['--quick'] : []),
    ...(allowProgram ? ['--allow-program'] : []),
  ];
  return ['mortal', 'tune', file, ...parts].map(quoted).join(' ');
}
