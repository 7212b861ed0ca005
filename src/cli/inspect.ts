/** @file `mortal inspect`: what a chip is made of, or what a cell does. */
import type { Shell } from './main.ts';
import { whole } from './whole.ts';
import type { World } from './world.ts';

interface Options {
  readonly data: string;
  readonly seed?: number;
  readonly json?: true;
  readonly html?: string;
  readonly trained?: string;
}

export function addInspect({ program, world, does }: Shell): void {
  program
    .command('inspect')
    .description('say what a chip is made of: crossbars, tiles, cells, flaws; or what pulses do to a cell')
    .argument(
      '<device>',
      'name of a chip in devices/chips or a cell in devices/cells, or path of such a file',
    )
    .option('--data <set>', 'the data set a chip is to see, which decides its inputs', 'mnist')
    .option('--seed <n>', 'measure the individual chip of this seed as well', whole)
    .option(
      '--html <file>',
      'draw a page of pictures of a cell, or of an individual chip (seed 1 when not given)',
    )
    .option('--trained <file>', 'with --html: a chip of `mortal run --save-chip`; what each flaw costs it')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ mortal inspect reference --seed 1 --html reference-1.html
  $ mortal inspect devices/cells/reram-es.json --html reram-es.html`,
    )
    .action(
      does(async (name: string, options: Options) => {
        const { isCell } = await import('../scenarios/load-cell.ts');
        return isCell(name, world.cwd)
          ? inspectCell(name, options, world)
          : inspectChip(name, options, world);
      }),
    );
}

async function inspectCell(
  name: string,
  { seed, json, html, trained }: Options,
  world: World,
): Promise<number> {
  const [{ basename, resolve }, { loadCell }, { cellSheet }, { cellKeys }, { cellText }, { InputError }] =
    await Promise.all([
      import('node:path'),
      import('../scenarios/load-cell.ts'),
      import('../scenarios/cell-sheet.ts'),
      import('../scenarios/cell-keys.ts'),
      import('./cell-text.ts'),
      import('../scenarios/problems.ts'),
    ]);
  if (seed !== undefined)
    throw new InputError([{ where: '--seed', path: '', message: `is for chips, and "${name}" is a cell` }]);
  if (trained !== undefined)
    throw new InputError([
      { where: '--trained', path: '', message: `is for chips, and "${name}" is a cell` },
    ]);
  const sheet = await cellSheet(await loadCell(name, world.cwd));
  const keys = cellKeys(sheet.cell.kind);
  const called = basename(name, '.json');
  if (json) world.stdout.write(`${JSON.stringify(sheet, null, 1)}\n`);
  else world.stdout.write(cellText(called, sheet, keys));
  if (html === undefined) return 0;
  const [{ cellPage }, { writeWhole }, { nearName }] = await Promise.all([
    import('../report/cell-page.ts'),
    import('../lab/files.ts'),
    import('../scenarios/read.ts'),
  ]);
  const path = resolve(world.cwd, html);
  writeWhole(path, await cellPage(called, sheet, keys));
  if (!json) world.stdout.write(`\nPage: ${nearName(path, world.cwd)}\n`);
  return 0;
}

async function inspectChip(
  name: string,
  { data, seed, json, html, trained }: Options,
  world: World,
): Promise<number> {
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
  if (html === undefined) return 0;
  const { writeChipPage } = await import('./inspect-page.ts');
  const page = { name, model, data, images: sizes.test, seed: seed ?? 1, html };
  const path = await writeChipPage({ ...page, ...(trained !== undefined && { trained }) }, world);
  if (!json) world.stdout.write(`\nPage: ${path}\n`);
  return 0;
}
