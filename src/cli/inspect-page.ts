/** @file The page that `mortal inspect --html` draws of a chip: of one individual, trained or not. */
import type { ChipModel } from '../chips/model.ts';
import type { SavedChip } from '../scenarios/saved-chip.ts';
import type { World } from './world.ts';

interface Asked {
  /** the chip, as the user calls it */
  readonly name: string;
  readonly model: ChipModel;
  readonly data: string;
  /** how many test images there are */
  readonly images: number;
  readonly seed: number;
  /** file of a trained chip, whose model and seed then count */
  readonly trained?: string;
  readonly html: string;
}

/** Images that pass for the noise of outputs, and those that judge a trained chip. */
const seen = 200;
const judged = 2000;

/** @returns the path of the page */
export async function writeChipPage(asked: Asked, world: World): Promise<string> {
  const [{ resolve }, { anatomyPage }, { anatomyOf }, { openEngine }, { writeWhole }, { nearName }] =
    await Promise.all([
      import('node:path'),
      import('../report/anatomy-page.ts'),
      import('../scenarios/anatomy.ts'),
      import('../scenarios/inspection.ts'),
      import('../lab/files.ts'),
      import('../scenarios/read.ts'),
    ]);
  const { loadSplit } = await world.bench();
  const saved = asked.trained === undefined ? undefined : await savedAt(asked.trained, world);
  const model = saved?.specification.chip ?? asked.model;
  const seed = saved?.specification.seed ?? asked.seed;
  await mustStartNothing(model);
  const split = await loadSplit(
    saved
      ? { ...saved.specification.data, test: Math.min(judged, saved.specification.data.test) }
      : { set: asked.data, train: 0, validation: 0, test: Math.min(seen, asked.images) },
  );
  const inspection = await openEngine();
  const laid = inspection.laid({ model, seed, test: split.test, most: seen, ...(saved && { saved }) });
  const anatomy = anatomyOf(laid, inspection.engine);
  const ablation =
    saved &&
    (await import('../scenarios/ablation.ts')).ablationOf(saved, split, inspection.engine, (done, all) =>
      world.stderr.write(`${done} of ${all} variants judged\n`),
    );
  const trained = saved &&
    ablation && { file: asked.trained!, learner: saved.specification.learner, ablation };
  const path = resolve(world.cwd, asked.html);
  writeWhole(path, await anatomyPage(asked.name, anatomy, trained));
  return nearName(path, world.cwd);
}

/** @throws InputError where images could not pass without a program of somebody's being started */
async function mustStartNothing(model: ChipModel): Promise<void> {
  const [{ programsOf }, { InputError }] = await Promise.all([
    import('../scenarios/brought.ts'),
    import('../scenarios/problems.ts'),
  ]);
  const [program] = programsOf([{ chip: model }]);
  if (program === undefined) return;
  const message = `a box of the chip is the program ${program}, and inspecting starts none`;
  throw new InputError([{ where: '--html', path: '', message }]);
}

/** @throws InputError */
async function savedAt(file: string, world: World): Promise<SavedChip> {
  const [{ readFileSync }, { resolve }, { chipOfBytes }, { InputError }] = await Promise.all([
    import('node:fs'),
    import('node:path'),
    import('../scenarios/saved-chip.ts'),
    import('../scenarios/problems.ts'),
  ]);
  try {
    return chipOfBytes(readFileSync(resolve(world.cwd, file)));
  } catch (error) {
    throw new InputError([{ where: `--trained ${file}`, path: '', message: (error as Error).message }]);
  }
}
