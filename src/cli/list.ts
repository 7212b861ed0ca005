/** @file `mortal list`: what there is to name in a scenario. */
import { Argument } from 'commander';
import type { Shell } from './main.ts';
import type { World } from './world.ts';

type Line = readonly string[];

/** What can be listed, and how. */
const kinds: Readonly<Record<string, (world: World) => Promise<Line[]>>> = {
  learners: async world => {
    const { learners } = await world.known();
    return Object.values(learners).map(({ name, access, summary }) => [name, access, summary]);
  },
  chips: () => devices('chip'),
  cells: () => devices('cell'),
  neurons: () => devices('neuron'),
  boxes: () => devices('box'),
  scenarios: async world => {
    const { scenarioFiles } = await import('../scenarios/catalogue.ts');
    return scenarioFiles(world.cwd).map(({ path, title }) => [path, title]);
  },
  data: async () => {
    const { dataSets } = await import('../data/index.ts');
    return dataSets().map(({ name, description, found }) => [
      name,
      found ? description : `${description} (not there; see mortal data ${name})`,
    ]);
  },
};

async function devices(kind: 'chip' | 'cell' | 'neuron' | 'box'): Promise<Line[]> {
  const { deviceFiles } = await import('../scenarios/catalogue.ts');
  return deviceFiles(kind).map(({ name, description }) => [name, description]);
}

export function addList({ program, world, does }: Shell): void {
  program
    .command('list')
    .description('list what a scenario can name')
    .addArgument(new Argument('[what]', 'one kind alone').choices(Object.keys(kinds)))
    .addHelpText('after', '\nExample:\n  $ mortal list learners')
    .action(
      does(async (what?: string) => {
        const { table } = await import('./table.ts');
        if (what !== undefined) {
          world.stdout.write(table(await kinds[what]!(world)));
          return 0;
        }
        for (const [kind, lines] of Object.entries(kinds))
          world.stdout.write(`${kind}\n${table((await lines(world)).map(line => [' ', ...line]))}\n`);
        return 0;
      }),
    );
}
