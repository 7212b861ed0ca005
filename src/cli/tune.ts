/** @file `mortal tune`: tries every learner of a scenario with the same number of settings and keeps what came of each. */
import { InvalidArgumentError } from 'commander';
import type { Plan } from '../lab/plan-file.ts';
import type { Found } from '../lab/tuning.ts';
import type { TuningFile } from '../scenarios/tuning-file.ts';
import type { Shell } from './main.ts';
import { runScenario } from './run.ts';
import { whole } from './whole.ts';
import type { World } from './world.ts';

interface Options {
  readonly learner: readonly string[];
  readonly chip?: string;
  readonly box: readonly string[];
  readonly grid: readonly string[];
  readonly settings?: number;
  readonly extend?: number;
  readonly set: readonly string[];
  readonly seeds: readonly number[];
  readonly workers?: number;
  readonly quick?: true;
  readonly quiet?: true;
  readonly allowProgram?: true;
  readonly out?: string;
}

const collected = (value: string, before: readonly string[]) => [...before, value];
const usualSeeds = [101];

export function addTune({ program, world, does }: Shell): void {
  program
    .command('tune')
    .description('choose options by validation error, with the same effort for every learner')
    .argument('[file]', 'scenario file: its chips, data and learners')
    .option('--learner <name>', 'without a file: a learner (may be repeated)', collected, [])
    .option('--chip <chip>', 'without a file: a chip, by name or path')
    .option('--box <box>', 'without a file: a box between its layers (may be repeated)', collected, [])
    .option(
      '-g, --grid <option=values>',
      'an option of every learner and what to try, "rate=0.001,0.003,0.01"; "rate" alone, as is usual, tries a third of the default, the default and three times it (may be repeated: values are then tried together, first with first)',
      collected,
      [],
    )
    .option(
      '--settings <n>',
      'try the default and n - 1 random draws, a tenth of it to ten times it, the same factors for every learner',
      drawnCount,
    )
    .option(
      '--extend <n>',
      'then n settings more for every learner, one by one: beyond the edge where the best lies there, else beside the best',
      whole,
    )
    .option('-s, --set <path=value>', 'change a value of the scenario (may be repeated)', collected, [])
    .option('--seeds <list>', 'chips to tune on, "101,102"; no report should show them', seedList, usualSeeds)
    .option('-w, --workers <n>', 'trials at a time (default: one per core)', whole)
    .option('--quick', "tune on the scenario's own short version")
    .option('--allow-program', 'let boxes of kind "program" start what they name')
    .option('-q, --quiet', 'no progress')
    .option('-o, --out <file>', 'the tuning file (default: scenarios/tuning/<scenario>.json)')
    .addHelpText(
      'after',
      `
Every learner is tried with as many settings and as many training images, and judged on validation images. Test images (100, because a trial has some) decide nothing; neither the tuning file nor the report of a tuning shows what came of them.
A run that is broken off goes on where it stopped. Its table, tuning.csv, and its report go to reports/tuning/<scenario>.
In a scenario, "tuned": "tuning/NAME.json" lets learners start from what was chosen.

Examples:
  $ mortal tune scenarios/rivals.json
  $ mortal tune scenarios/rivals.json --grid rate=0.001,0.003,0.01 --extend 1 --seeds 101,102
  $ mortal tune --learner ff --learner local-softmax --chip my-chip.json --box scattering --settings 8`,
    )
    .action(does((file: string | undefined, options: Options) => act(file, options, world)));
}

/** `101,102`, or in brackets. @throws InvalidArgumentError */
function seedList(text: string): number[] {
  const seeds = text
    .replace(/^\[|\]$/g, '')
    .split(',')
    .map(each => each.trim());
  if (!seeds.every(each => /^\d{1,9}$/.test(each)))
    throw new InvalidArgumentError('Whole numbers are needed, as in 101,102.');
  return seeds.map(Number);
}

/** @throws InvalidArgumentError */
function drawnCount(text: string): number {
  const n = whole(text);
  if (n < 2 || n > 100) throw new InvalidArgumentError('A number from 2 to 100 is needed.');
  return n;
}

async function act(file: string | undefined, options: Options, world: World): Promise<number> {
  const [{ load }, { gridOf, extended, optionsIn }, { mustBeFair, scenarioOf, wordsOf }, { join }] =
    await Promise.all([
      import('../scenarios/load.ts'),
      import('./tune-grid.ts'),
      import('./tune-scenario.ts'),
      import('node:path'),
    ]);
  const known = await world.known();
  const { set, seeds, quick, allowProgram, quiet, workers } = options;
  const asked = scenarioOf(file, options, world.cwd);
  const command = commandLine(file === undefined ? wordsOf(options) : [file], options);

  const untuned = { overrides: [...set, 'tuned=null'], quick: quick === true, cwd: world.cwd };
  const scenario = await load(asked, known, untuned);
  let grid = await gridOf(options, scenario);
  const changes = [...untuned.overrides, `seeds=${JSON.stringify(seeds)}`, 'checkpoints=1', 'data.test=100'];
  const tried = await load(asked, known, { ...untuned, overrides: changes, grid });
  mustBeFair(tried, scenario.seeds, file ?? 'mortal tune');

  const directory = join('reports', 'tuning', scenario.name);
  for (let left = options.extend ?? 0; ; left--) {
    const { code, plan, found } = await runScenario(
      asked,
      {
        set: changes,
        only: [],
        tuning: { grid, command },
        out: directory,
        ...(quick && { quick }),
        ...(allowProgram && { allowProgram }),
        ...(quiet && { quiet }),
        ...(workers !== undefined && { workers }),
      },
      world,
    );
    if (!plan || !found || code === 130) return code;
    const { tuningOf } = await import('../lab/tuning.ts');
    const versions = await world.versions();
    const tuning = tuningOf(plan, found, {
      options: optionsIn(options.grid),
      known: known.learners,
      versions,
    });
    if (left > 0) {
      grid = extended(grid, tuning, scenario.settings[0]!.entries);
      continue;
    }
    const out = options.out ?? join('scenarios', 'tuning', `${scenario.name}.json`);
    const report = await keep({ plan, found, tuning }, directory, out, world);
    await tell(tuning, { out, report }, options, world);
    return 0;
  }
}

/** Writes the tuning file, and into the folder of the run its table and its report. @returns the path of the report */
async function keep(
  { plan, found, tuning }: { plan: Plan; found: Found; tuning: TuningFile },
  directory: string,
  out: string,
  { cwd, writeReport }: World,
): Promise<string> {
  const [{ writeWhole }, { Store }, { csv }, { tuningRows }, { nearName }, { join, resolve }] =
    await Promise.all([
      import('../lab/files.ts'),
      import('../lab/store.ts'),
      import('../lab/rows.ts'),
      import('../lab/tuning.ts'),
      import('../scenarios/read.ts'),
      import('node:path'),
    ]);
  const folder = resolve(cwd, directory);
  writeWhole(resolve(cwd, out), `${JSON.stringify(tuning, null, 2)}\n`);
  writeWhole(join(folder, 'tuning.csv'), csv(tuningRows(plan, found, tuning)));
  new Store(folder).savePlan({ ...plan, tuning: { file: out, content: tuning } });
  return nearName(await writeReport(folder), cwd);
}

async function tell(
  { learners, settings, samples, seeds }: TuningFile,
  { out, report }: { out: string; report: string },
  { extend }: Options,
  world: World,
): Promise<void> {
  const { table } = await import('./table.ts');
  const words = (options: Readonly<Record<string, unknown>>) => Object.values(options).join(' ');
  const all = Object.entries(learners);
  const lines = all.map(([name, { tried, chosen, isAtEdge }]) => [
    name,
    ...tried.map(({ options, mean }) => `${words(options)}: ${mean.toFixed(2)}`),
    `→ ${words(chosen)}${isAtEdge ? ' (at the edge)' : ''}`,
  ]);
  const failed = all.reduce((sum, [, { tried }]) => sum + tried.reduce((n, each) => n + each.failed, 0), 0);
  const atEdge = all.filter(([, { isAtEdge }]) => isAtEdge).length;
  world.stdout.write(`
Validation error, %, mean over the settings; seeds ${seeds.join(', ')}
${table(lines)}
${settings} settings and ${samples} training images for every learner.
${failed > 0 ? `${failed} trials failed and count as 100 %.\n` : ''}${atEdge > 0 ? `At the edge of what was tried: ${atEdge} of ${all.length}. Better settings may lie beyond; --extend ${(extend ?? 0) + 1} tries ${extend ? 'yet ' : ''}one more for every learner.\n` : ''}Tuning file: ${out}
Report: ${report}
`);
}

const quoted = (text: string) =>
  /^[\w./=:,[\]-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** The command that does all of it again. */
function commandLine(asked: readonly string[], options: Options): string {
  const { grid, settings, extend, set, seeds, quick, allowProgram, out } = options;
  const parts = [
    ...grid.flatMap(each => ['--grid', each]),
    ...(settings === undefined ? [] : ['--settings', String(settings)]),
    ...(extend === undefined ? [] : ['--extend', String(extend)]),
    ...set.flatMap(each => ['--set', each]),
    ...(seeds === usualSeeds ? [] : ['--seeds', seeds.join(',')]),
    ...(quick ? ['--quick'] : []),
    ...(allowProgram ? ['--allow-program'] : []),
    ...(out === undefined ? [] : ['--out', out]),
  ];
  return ['mortal', 'tune', ...asked, ...parts].map(quoted).join(' ');
}
