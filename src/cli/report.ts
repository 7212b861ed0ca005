/** @file `mortal report`: makes the report of a run anew, or sets two runs side by side, from their folders alone. */
import type { Shell } from './main.ts';
import type { World } from './world.ts';

export function addReport({ program, world, does }: Shell): void {
  program
    .command('report')
    .description('make the report of a run anew, or set two runs side by side')
    .argument('<folder>', 'folder of a run, as under reports/')
    .argument('[other]', 'folder of another run: what differs between the two')
    .option(
      '--out <file>',
      'where the comparison of two runs goes (default: compare-<other>.html in the first)',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ mortal report reports/ff-vs-backprop
  $ mortal report reports/ff-vs-backprop reports/noisy`,
    )
    .action(
      does(async (folder: string, other: string | undefined, options: { out?: string }) =>
        other === undefined ? again(folder, options.out, world) : compare(folder, other, options.out, world),
      ),
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
