/** @file `mortal schema` (not in the help): writes the JSON Schemas that editors complete and check scenario and device files with. */
import type { Shell } from './main.ts';

export function addSchema({ program, world, does }: Shell): void {
  program
    .command('schema', { hidden: true })
    .description('write scenarios/*.schema.json and devices/*.schema.json')
    .action(
      does(async () => {
        const [{ schemaFiles }, { writeFileSync }, { resolve }] = await Promise.all([
          import('../scenarios/editor.ts'),
          import('node:fs'),
          import('node:path'),
        ]);
        for (const [path, text] of schemaFiles(await world.known())) {
          writeFileSync(resolve(world.cwd, path), text);
          world.stdout.write(`${path}\n`);
        }
        return 0;
      }),
    );
}
