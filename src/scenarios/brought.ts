/**
 * @file Boxes that users bring, as parts of chips: whether a model fits where it stands, who may not learn behind a box without a
 * derivative, and which programs a chip would start.
 */
import type { BoxModel } from '../chips/boxes/box.ts';
import type { NamedFile } from '../chips/boxes/named-file.ts';
import { commandText } from '../chips/boxes/program.ts';
import { checkCurves } from '../chips/boxes/table.ts';
import { unitsOf } from '../chips/fields/local-fields.ts';
import type { ChipModel } from '../chips/model.ts';
import { problem } from './explain.ts';
import type { Path, Written } from './locate.ts';
import type { Problem } from './problems.ts';
import type { Entry } from './schema.ts';
import type { TrialSpecification } from './trial-files.ts';

/** A box of a chip, or a link of a chain, and where in the chip it stands. */
interface Placed {
  readonly at: Path;
  readonly box: BoxModel;
}

const placed = (box: BoxModel, at: Path): Placed[] =>
  box.kind === 'chain' ? box.boxes.map((link, k) => ({ at: [...at, 'boxes', k], box: link })) : [{ at, box }];
const between = ({ boxes }: ChipModel) => placed(boxes.between, ['boxes', 'between']);
const front = ({ boxes }: ChipModel) => placed(boxes.front, ['boxes', 'front']);
const all = (chip: ChipModel) => [...front(chip), ...between(chip)];

/** Boxes whose derivative nobody knows, not even the simulator. */
const opaque: readonly BoxModel['kind'][] = ['onnx', 'program'];

/** Curves and ONNX models between the layers of a chip that are made for other sizes than its layers'. */
export const modelProblems = (chip: ChipModel, written: Written, above: Path = []): Promise<Problem[]> =>
  misfits(between(chip), [...new Set(chip.layers.map(unitsOf))], written, above);

/** Those in front of a chip that do not take what images have. @param inputs pixels of an image */
export const frontProblems = (
  chip: ChipModel,
  inputs: number,
  written: Written,
  above: Path,
): Promise<Problem[]> => misfits(front(chip), [inputs], written, above);

async function misfits(
  boxes: readonly Placed[],
  sizes: readonly number[],
  written: Written,
  above: Path,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const { at, box } of boxes) {
    try {
      if (box.kind === 'table') for (const size of sizes) checkCurves(box.csv, size);
      if (box.kind === 'onnx') await checkModel(box.file, sizes);
    } catch (error) {
      const key = box.kind === 'table' ? 'csv' : 'file';
      problems.push(problem(written, [...at, key], above, (error as Error).message));
    }
  }
  return problems;
}

/** @throws Error saying what does not fit */
async function checkModel(file: NamedFile, sizes: readonly number[]): Promise<void> {
  const { openOnnx, tryOnnx } = await import('../chips/boxes/onnx-model.ts');
  const model = openOnnx(file);
  try {
    const other = sizes.find(size => model.units !== undefined && size !== model.units);
    if (other !== undefined)
      throw new Error(`the model is for ${model.units} activities, but ${other} pass here`);
    for (const size of sizes) tryOnnx(model, size);
  } finally {
    model.close();
  }
}

/**
 * A learner that would ask for derivatives nobody knows. What stands in front of the first crossbar may be unknown: no error goes back
 * that far.
 *
 * @param path of its entry in `written`
 */
export function derivativeProblems(
  chip: ChipModel,
  { name, learner }: Entry,
  written: Written,
  path: Path,
  above: Path,
): Problem[] {
  const found = between(chip).find(({ box }) => opaque.includes(box.kind));
  if (found === undefined || learner.access !== 'transparent') return [];
  const message = `"${name}" needs the derivative of every box between layers (access "transparent"), but one of kind "${found.box.kind}" has none; leave one of the two out`;
  return [problem(written, path, above, message)];
}

/** Commands of the programs that some trials would start, each once. */
export function programsOf(
  specifications: readonly Pick<TrialSpecification, 'chip' | 'distill'>[],
): string[] {
  const chips = specifications.flatMap(({ chip, distill }) =>
    distill ? [chip, distill.teacher.chip as ChipModel] : [chip],
  );
  const commands = [...new Set(chips)].flatMap(chip =>
    all(chip).flatMap(({ box }) => (box.kind === 'program' ? [commandText(box.command)] : [])),
  );
  return [...new Set(commands)];
}
