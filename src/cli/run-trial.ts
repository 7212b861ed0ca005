/** @file `mortal run-trial` (not in the help): what a task of a Slurm job runs on its node. */
import type { Shell } from './main.ts';
import { whole } from './whole.ts';

interface Options {
  readonly job: string;
  readonly index: number;
  readonly allowProgram?: boolean;
}

export function addRunTrial({ program, world, does }: Shell): void {
  program
    .command('run-trial', { hidden: true })
    .description('run one task of a job that mortal run --executor slurm has submitted')
    .argument('<folder>', 'folder of the run')
    .requiredOption('--job <key>', 'name of the job')
    .requiredOption('--index <n>', 'which task', whole)
    .option('--allow-program', 'let boxes start programs')
    .action(
      does(async (folder: string, { job, index, allowProgram = false }: Options) => {
        const [{ runTask }, { resolve }, { readPlan }, { Store }, { gather }] = await Promise.all([
          import('../lab/slurm/task.ts'),
          import('node:path'),
          import('../lab/plan-file.ts'),
          import('../lab/store.ts'),
          import('./gather.ts'),
        ]);
        const directory = resolve(world.cwd, folder);
        await runTask(directory, job, index, {
          versions: await world.versions(),
          bench: world.bench,
          allowPrograms: allowProgram,
        });
        // the task that ends last gathers, so that a run whose submitting process is gone has its tables and report
        const plan = readPlan(directory, folder);
        if (new Store(directory).isComplete(plan.trials)) await gather(directory, plan, world);
        return 0;
      }),
    );
}
