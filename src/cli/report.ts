/** @file `mortal report`: makes the report of a run anew, from its folder alone. */
import type { Shell } from './main.ts';

export function addReport({ program, world, does }: Shell): void {
  program
    .command('report')
    .description('make the report of a run anew, from its folder')
    .argument('<folder>', 'folder of a run, as under reports/')
    .addHelpText('after', '\nExample:\n  $ mortal report reports/ff-vs-backprop')
    .action(
      does(async (folder: string) => {
        const [{ readPlan }, { Store }, { nearName }, { resolve }] = await Promise.all([
          import('../lab/plan-file.ts'),
          import('../lab/store.ts'),
          import('../scenarios/read.ts'),
          import('node:path'),
        ]);
        const directory = resolve(world.cwd, folder);
        const plan = readPlan(directory, nearName(directory, world.cwd));
        const store = new Store(directory);
        store.derive(
          plan,
          store.read(plan.trials, text => void world.stderr.write(`${text}\n`)),
        );
        world.stdout.write(`Report: ${nearName(await world.writeReport(directory), world.cwd)}\n`);
        return 0;
      }),
    );
}
