/** @file `mortal inspect`: what a chip is made of. */
import type { Shell } from './main.ts';
import { whole } from './whole.ts';

interface Options {
  readonly data: string;
  readonly seed?: number;
  readonly json?: true;
}

export function addInspect({ program, world, does }: Shell): void {
  program
    .command('inspect')
    .description('say what a chip is made of: crossbars, tiles, cells, flaws')
    .argument('<chip>', 'name of a chip in devices/chips, or path of a chip file')
    .option('--data <set>', 'the data set it is to see, which decides its inputs', 'mnist')
    .option('--seed <n>', 'measure the individual of this seed as well', whole)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ mortal inspect reference --seed 1')
    .action(
      does(async (name: string, { data, seed, json }: Options) => {
        const [{ loadChip }, { describeChip, sizesOf }, { chipText, individualText }] = await Promise.all([
          import('../scenarios/load-chip.ts'),
          import('../scenarios/describe-chip.ts'),
          import('./chip-text.ts'),
        ]);
        const model = await loadChip(name, world.cwd);
        const sizes = sizesOf((await world.known()).dataSets, data);
        const about = describeChip(model, sizes.inputs);
        const individual =
          seed === undefined
            ? undefined
            : await (await import('../scenarios/individual.ts')).individualOf(model, sizes, seed);
        if (json) world.stdout.write(`${JSON.stringify({ ...about, seed, individual }, null, 1)}\n`);
        else {
          world.stdout.write(chipText(about));
          if (individual !== undefined) world.stdout.write(`\n${individualText(individual, seed!)}`);
        }
        return 0;
      }),
    );
}
