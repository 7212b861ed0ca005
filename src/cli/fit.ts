/** @file `mortal fit`: a cell file, and a page of pictures, from measured pulse responses. */
import type { Shell } from './main.ts';

interface Options {
  readonly model: string;
  readonly out?: string;
  readonly force?: true;
}

export function addFit({ program, world, does }: Shell): void {
  program
    .command('fit')
    .description('make a cell file from measured pulse responses')
    .argument('<pulses>', 'CSV file: a conductance after each pulse; devices/README.md says how')
    .option(
      '--model <name>',
      'constant, linear, soft-bounds, power, exponential, piecewise, or the best of them',
      'best',
    )
    .option('--out <file>', 'cell file to write, with a page beside it (default: named after the CSV file)')
    .option('--force', 'also where no model explains the data')
    .addHelpText(
      'after',
      `
Examples:
  $ mortal fit pulses.csv
  $ mortal fit pulses.csv --model soft-bounds --out my-cell.json`,
    )
    .action(
      does(async (csv: string, { model, out, force }: Options) => {
        const [
          { existsSync },
          { basename, dirname, extname, join, resolve },
          { fitFile },
          { cellFile },
          { cellKeys, cellProblems },
          { fitPage },
          { writeWhole },
          { nearName },
          { InputError },
        ] = await Promise.all([
          import('node:fs'),
          import('node:path'),
          import('../fit/index.ts'),
          import('../fit/cell-file.ts'),
          import('../scenarios/cell-keys.ts'),
          import('../report/fit-page.ts'),
          import('../lab/files.ts'),
          import('../scenarios/read.ts'),
          import('../scenarios/problems.ts'),
        ]);
        const path = resolve(world.cwd, out ?? `${csv.slice(0, csv.length - extname(csv).length)}.json`);
        if (extname(path) !== '.json')
          throw new InputError([
            { where: `--out ${out}`, path: '', message: 'a cell file is called <name>.json' },
          ]);
        const fitted = fitFile(csv, { model, force: force ?? false }, world.cwd);
        const { best, fits, words, pulses } = fitted;
        const schema = join(dirname(dirname(path)), 'cell.schema.json');
        const { mortal = '' } = await world.versions();
        const named = { ...pulses, name: basename(pulses.name) };
        const text = cellFile(
          best,
          words,
          named,
          mortal,
          existsSync(schema) ? '../cell.schema.json' : undefined,
        );
        const problems = await cellProblems(text, `the fitted ${best.model.name} cell`);
        if (problems.length > 0) throw new InputError(problems);
        const descriptions = Object.fromEntries(
          Object.entries(cellKeys(best.model.kind)).map(([key, { description }]) => [key, description]),
        );
        const page = path.replace(/\.json$/, '.html');
        const markup = await fitPage({ ...fitted, pulses: named }, text, descriptions);
        writeWhole(path, text);
        writeWhole(page, markup);
        const { fitText } = await import('./fit-text.ts');
        world.stdout.write(fitText(best, fits, words.parameters));
        world.stdout.write(`\nCell: ${nearName(path, world.cwd)}\nPage: ${nearName(page, world.cwd)}\n`);
        return 0;
      }),
    );
}
