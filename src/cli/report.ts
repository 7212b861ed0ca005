/** @file `mortal report`: makes the report of a run anew, sets two runs side by side, or several in one table, from their folders alone. */
import type { Shell } from './main.ts';
import type { World } from './world.ts';

interface Options {
  readonly out?: string;
  readonly table?: true;
}

export function addReport({ program, world, does }: Shell): void {
  program
    .command('report')
    .description('make the report of a run anew, set two runs side by side, or several in one table')
    .argument('<folder>', 'folder of a run, as under reports/')
    .argument(
      '[others...]',
      'folder of another run: what differs between the two; with --table, of more runs',
    )
    .option('--table', 'all runs in one table, with the numbers of papers that their scenarios name')
    .option(
      '--out <file>',
      'where the comparison of two runs goes (default: compare-<other>.html in the first), or the table (default: report.html beside the first)',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ mortal report reports/ff-vs-backprop
  $ mortal report reports/ff-vs-backprop reports/noisy
  $ mortal report --table reports/paper/*/`,
    )
    .action(
      does(async (folder: string, others: string[], { out, table: isTable }: Options) => {
        const [other, ...more] = others;
        if (isTable) return table([folder, ...others], out, world);
        if (other === undefined) return again(folder, out, world);
        if (more.length === 0) return compare(folder, other, out, world);
        world.stderr.write('more than two runs go into one table: add --table\n');
        return 2;
      }),
    );
}

/** The tables and the report of one run. */
async function again(folder: string, out: string | undefined, world: World): Promise<number> {
  const [{ readPlan }, { gather }, { nearName }, { resolve }] = await Promise.all([
    import('../lab/plan-file.ts'),
    import('./gather.ts'),
    import('../scenarios/read.ts'),
    import('node:path'),
  ]);
  if (out !== undefined) {
    world.stderr.write('--out is for two runs side by side; the report of one run stays in its folder\n');
    return 2;
  }
  const directory = resolve(world.cwd, folder);
  const plan = readPlan(directory, nearName(directory, world.cwd));
  world.stdout.write(`Report: ${nearName(await gather(directory, plan, world), world.cwd)}\n`);
  return 0;
}

/** Two runs side by side. */
async function compare(
  folder: string,
  other: string,
  out: string | undefined,
  world: World,
): Promise<number> {
  const [{ readPlan }, { writeComparison }, { nearName }, { resolve }] = await Promise.all([
    import('../lab/plan-file.ts'),
    import('../report/index.ts'),
    import('../scenarios/read.ts'),
    import('node:path'),
  ]);
  const [first, second] = [resolve(world.cwd, folder), resolve(world.cwd, other)];
  for (const directory of [first, second]) readPlan(directory, nearName(directory, world.cwd)); // complains by the name as typed
  const path = await writeComparison(first, second, out && resolve(world.cwd, out));
  world.stdout.write(`Comparison: ${nearName(path, world.cwd)}\n`);
  return 0;
}

/** Several runs in one table. */
async function table(folders: readonly string[], out: string | undefined, world: World): Promise<number> {
  const [{ readPlan }, { writePaperTable }, { nearName }, { dirname, join, resolve }] = await Promise.all([
    import('../lab/plan-file.ts'),
    import('../report/index.ts'),
    import('../scenarios/read.ts'),
    import('node:path'),
  ]);
  const directories = folders.map(folder => resolve(world.cwd, folder));
  for (const directory of directories) readPlan(directory, nearName(directory, world.cwd));
  const to = out === undefined ? join(dirname(directories[0]!), 'report.html') : resolve(world.cwd, out);
  world.stdout.write(`Table: ${nearName(await writePaperTable(directories, to), world.cwd)}\n`);
  return 0;
}
