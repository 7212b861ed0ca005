/** @file `mortal check`: reads scenario and device files and explains everything that is wrong with them. */
import type { Shell } from './main.ts';

export function addCheck({ program, world, does }: Shell): void {
  program
    .command('check')
    .description('explain what is wrong with scenario or device files')
    .argument('<file...>', 'files to check')
    .addHelpText('after', '\nExample:\n  $ mortal check scenarios/*.json devices/cells/reference.json')
    .action(
      does(async (files: readonly string[]) => {
        const [{ checkFile }, { InputError }] = await Promise.all([
          import('../scenarios/check-file.ts'),
          import('../scenarios/problems.ts'),
        ]);
        const known = await world.known();
        let code = 0;
        for (const file of files) {
          try {
            world.stdout.write(`${file}: ${await checkFile(file, known, world.cwd)}\n`);
          } catch (error) {
            if (!(error instanceof InputError)) throw error;
            world.stderr.write(`${error.message}\n`);
            code = 2;
          }
        }
        return code;
      }),
    );
}
