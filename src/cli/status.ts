/** @file `mortal status`: how a run stands, from another terminal. */
import type { Status } from '../lab/status.ts';
import type { Shell } from './main.ts';

export function addStatus({ program, world, does }: Shell): void {
  program
    .command('status')
    .description('say how a run stands: what is done, running, failed, left; changes nothing')
    .argument('<folder>', 'folder of a run, as under reports/')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ mortal status reports/ff-vs-backprop')
    .action(
      does(async (folder: string, { json }: { json?: true }) => {
        const [{ readPlan }, { Store }, { statusOf }, { nearName }, { sizesFor }, { resolve }] =
          await Promise.all([
            import('../lab/plan-file.ts'),
            import('../lab/store.ts'),
            import('../lab/status.ts'),
            import('../scenarios/read.ts'),
            import('./sizes.ts'),
            import('node:path'),
          ]);
        const { queueOf } = await import('../lab/slurm.ts');
        const directory = resolve(world.cwd, folder);
        const plan = readPlan(directory, nearName(directory, world.cwd));
        const sizes = sizesFor(await world.known());
        const status = statusOf(
          plan,
          new Store(directory),
          sizes,
          text => void world.stderr.write(`${text}\n`),
        );
        world.stdout.write(
          json
            ? `${JSON.stringify(status, null, 1)}\n`
            : `${await inWords(status)}${(await queueOf(directory)).map(line => `${line}\n`).join('')}`,
        );
        return 0;
      }),
    );
}

const mostFailures = 10;

async function inWords(status: Status): Promise<string> {
  const [{ duration }, { table }] = await Promise.all([import('../lab/progress.ts'), import('./table.ts')]);
  const { scenario, trials, done, failed, running, toGo, begun, abandoned, secondsLeft } = status;
  const counts = [
    `${done} of ${trials} trials done`,
    `${failed.length} failed`,
    `${running.length} running`,
    `${toGo} to go`,
  ];
  if (running.length + toGo > 0) {
    const pace = running.length > 0 ? '' : ' once it goes on';
    counts.push(`about ${duration(secondsLeft)} left${pace}`);
  }
  const parts = [`${scenario}: ${counts.join(', ')}\n`];
  if (abandoned > 0) parts.push(`${abandoned} were broken off; the next run tries them again\n`);
  const middle = begun.map(({ trial, epoch, epochs }) => [' ', trial, `after epoch ${epoch} of ${epochs}`]);
  if (middle.length > 0) parts.push(`to go on in the middle\n${table(middle)}`);
  const now = running.map(({ trial, pid, host, seconds, epoch, epochs }) => [
    ' ',
    trial,
    epochs > 0 ? `epoch ${epoch} of ${epochs}` : 'starting',
    `for ${duration(seconds)}`,
    `process ${pid} on ${host}`,
  ]);
  if (now.length > 0) parts.push(`running\n${table(now)}`);
  const bad = failed.slice(0, mostFailures).map(({ trial, error }) => [' ', trial, error]);
  if (bad.length > 0) parts.push(`failed\n${table(bad)}`);
  if (failed.length > bad.length) parts.push(`  and ${failed.length - bad.length} more\n`);
  return parts.join('');
}
