/** @file `mortal data`: which data sets there are, and where they were found; one that is asked for by name and does not come with the program is fetched. */
import type { Shell } from './main.ts';

export function addData({ program, world, does }: Shell): void {
  program
    .command('data')
    .description(
      'say which data sets are there, how large, and where they were found; fetch the one that is named, where it can be had',
    )
    .argument('[set]', 'name of a data set')
    .addHelpText('after', '\nExample:\n  $ mortal data mnist\n  $ mortal data cifar10')
    .action(
      does(async (set?: string) => {
        const [{ dataSetNames: names, dataSets, fetchDataSet }, { alternatives, didYouMean, InputError }] =
          await Promise.all([import('../data/index.ts'), import('../scenarios/problems.ts')]);
        if (set !== undefined && !names.includes(set)) {
          const message = `no such data set: there is ${alternatives(names)}${didYouMean(set, names)}`;
          throw new InputError([{ where: set, path: '', message }]);
        }
        let wanted = dataSets(set === undefined ? names : [set]);
        if (set !== undefined && wanted[0]!.found === undefined) {
          const tell = (folder: string) => world.stderr.write(`fetching ${set} into ${folder}\n`);
          if (fetchDataSet(set, tell) !== undefined) wanted = dataSets([set]);
        }
        for (const { name, description, source, found, problem } of wanted) {
          const lines = found
            ? [
                `found in   ${found.folder}`,
                `training   ${found.training} images of ${found.width} × ${found.height}, ${found.classes} classes`,
                `test       ${found.test}`,
                `SHA-256    ${found.digest}`,
                ...found
                  .baselines()
                  .map(({ name, errorPercent }) => `${name}: ${errorPercent.toFixed(1)} % test errors`),
              ]
            : [`not usable ${problem}`];
          const text = [
            `${name}: ${description}`,
            ...[...lines, `source     ${source}`].map(line => `  ${line}`),
          ];
          world.stdout.write(`${text.join('\n')}\n\n`);
        }
        return set !== undefined && wanted[0]!.found === undefined ? 1 : 0;
      }),
    );
}
