/**
 * @file From a scenario file and what the command line changes to a scenario with nothing left open. Everything that is wrong is
 * gathered and told at once.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, resolve, sep } from 'node:path';
import { ChipModel } from '../chips/model.ts';
import { derivativeProblems, frontProblems, modelProblems } from './brought.ts';
import { Devices } from './devices.ts';
import { readEntries } from './entries.ts';
import { entry, type Place, parse, type Source, textAt, type Written, whereOf, without } from './locate.ts';
import { type Override, put, readOverride } from './overrides.ts';
import { InputError, type Problem } from './problems.ts';
import { readSource } from './read.ts';
import { armFrom, distillProblems, pupils, readDistill } from './read-distill.ts';
import { type Entry, type Known, type Scenario, ScenarioFrame, type Setting } from './schema.ts';
import { accidentProblems, chipProblems, dataProblems, networkProblems, sizeProblems } from './sense.ts';
import { readTuning } from './tuning-file.ts';
import { check } from './validate.ts';
import { alsoZipped, axesOf, crossed, type Grid, readVary, type Varied } from './vary.ts';

export interface LoadOptions {
  /** `path=value`, as after `--set` */
  readonly overrides?: readonly string[];
  /** another data set, as after `--data` */
  readonly data?: string;
  /** with what `quick` of the scenario changes, under a name of its own */
  readonly quick?: boolean;
  /** paths that change together, beside what the scenario varies */
  readonly grid?: Grid;
  /** folder that `file` is relative to and errors are told from */
  readonly cwd?: string;
}

/** Reads a scenario: a file, or a text that is called by its title. @throws InputError */
export async function load(
  file: string | Source,
  known: Known,
  { overrides = [], data, quick = false, grid, cwd = process.cwd() }: LoadOptions = {},
): Promise<Scenario> {
  return readScenario(typeof file === 'string' ? readSource(file, cwd) : file, known, {
    overrides: [
      ...(data === undefined ? [] : [readOverride(`data.set=${data}`, cwd, `--data ${data}`)]),
      ...overrides.map(argument => readOverride(argument, cwd)),
    ],
    quick,
    grid,
    cwd,
  });
}

/** Reads a scenario from text. @throws InputError */
async function readScenario(
  source: Source,
  known: Known,
  {
    overrides,
    quick,
    grid,
    cwd,
  }: { overrides: readonly Override[]; quick: boolean; grid: Grid | undefined; cwd: string },
): Promise<Scenario> {
  const file = parse(source);
  const changes = quick ? [...quickened(file), ...overrides] : overrides;
  const changed = changes.reduce(
    (at, { path, value }) => put(at, path, value, value.at, known.learners),
    file,
  );
  const root = grid ? alsoZipped(changed, grid) : changed;
  const frame = await check(ScenarioFrame, root);
  if (frame.problems.length > 0) throw new InputError(frame.problems);
  const { title, question, seeds, tuned, paper } = frame.value as ScenarioFrame;
  const tuning = typeof tuned === 'string' ? await tuningIn(tuned, entry(root, 'tuned')!) : undefined;
  const vary = await readVary(root);
  refuseOverruled(changes, vary.flat());

  const devices = new Devices(cwd);
  const fixed = root.kind === 'record' ? without(root, 'vary', 'zip', 'quick') : root;
  const parts: Parts = {
    chip: readOnce(written => readChip(written, devices)),
    entries: readOnce(written => readEntries(written, known.learners, tuning?.content)),
  };
  const settings: Setting[] = [];
  const problems: Problem[] = [];
  for (const point of crossed(vary)) {
    try {
      const written = point.reduce<Written>(
        (at, { path, place, value }) =>
          put(at, path, path === 'distill' ? armFrom(entry(at, path), value) : value, place, known.learners),
        fixed,
      );
      const labels = Object.fromEntries(point.map(({ path, label }) => [path, label]));
      settings.push(await readSetting(written, labels, parts, known));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new InputError(problems);
  return {
    name:
      (source.kind === 'file' ? nameInFolder(resolve(source.folder, basename(source.name))) : titled(title)) +
      (quick ? '-quick' : ''),
    title: quick ? `${title} (quick)` : title,
    question,
    vary: axesOf(vary),
    seeds: Array.isArray(seeds) ? seeds : Array.from({ length: seeds }, (_, i) => i + 1),
    settings,
    devices: devices.used,
    ...(paper && { paper }),
    ...(tuning && { tuning }),
  };
}

/** The tuning file that a scenario names, relative to where it is named. @throws InputError */
async function tuningIn(name: string, written: Written): Promise<NonNullable<Scenario['tuning']>> {
  const path = resolve(written.at.source.folder, name);
  if (!existsSync(path))
    throw new InputError([
      {
        where: whereOf(written.at),
        path: 'tuned',
        message: `found "${name}", but there is no such file; \`mortal tune\` makes one`,
      },
    ]);
  return { file: name, content: await readTuning(path, written.at.source.folder) };
}

/** What `quick` changes. @throws InputError where the scenario has none */
function quickened(file: Written): Override[] {
  const quick = entry(file, 'quick');
  if (quick?.kind !== 'record' || quick.entries.size === 0) {
    const message = 'the scenario has no "quick" (path → value), so it cannot be run with --quick';
    throw new InputError([{ where: whereOf((quick ?? file).at), path: '', message }]);
  }
  return [...quick.entries].map(([path, { value }]) => ({ path, value }));
}

/** Readers of what most settings have in common. */
interface Parts {
  chip(written: Written): Promise<ChipModel>;
  entries(written: Written): Promise<Entry[]>;
}

/** `read`, once for the same part: what a setting does not change is the same object in all of them. */
function readOnce<T>(read: (written: Written) => Promise<T>): (written: Written) => Promise<T> {
  const known = new WeakMap<Written, Promise<T>>();
  return written => {
    const found = known.get(written) ?? read(written);
    known.set(written, found);
    return found;
  };
}

/** Everything of one point of what is varied. @throws InputError with the problems of all parts */
async function readSetting(
  root: Written,
  labels: Setting['labels'],
  parts: Parts,
  known: Known,
): Promise<Setting> {
  const frame = await check(ScenarioFrame, root);
  if (frame.problems.length > 0) throw new InputError(frame.problems);
  const { data, checkpoints, life, distill: transfer } = frame.value as ScenarioFrame;
  const writtenChip = entry(root, 'chip')!;
  const problems = dataProblems(data, known.dataSets, entry(root, 'data')!, ['data']);
  const writtenDistill = entry(root, 'distill')!;
  const [chip, entries, distill] = await Promise.all([
    gathered(problems, () => parts.chip(writtenChip)),
    gathered(problems, () => parts.entries(entry(root, 'learners')!)),
    transfer &&
      gathered(problems, () =>
        readDistill(transfer, writtenDistill, own => parts.chip(own ?? writtenChip), known.learners),
      ),
  ]);
  const set = known.dataSets[data.set];
  if (chip !== undefined && set !== undefined && 'inputs' in set)
    problems.push(
      ...sizeProblems(chip, set, writtenChip, ['chip']),
      ...(await frontProblems(chip, set.inputs, writtenChip, ['chip'])),
    );
  if (chip !== undefined && life !== undefined)
    problems.push(...accidentProblems(chip, life, entry(root, 'life')!, ['life']));
  if (chip !== undefined && entries !== undefined)
    for (const [k, one] of entries.entries())
      problems.push(
        ...derivativeProblems(chip, one, entry(root, 'learners')!, [k], ['learners']),
        ...networkProblems(chip, one, entry(root, 'learners')!, [k], ['learners']),
      );
  if (chip && entries && distill && set !== undefined && 'classes' in set) {
    const teacherChip = entry(writtenDistill, 'teacherChip');
    if (teacherChip)
      problems.push(
        ...sizeProblems(distill.teacher.chip, set, teacherChip, ['distill', 'teacherChip']),
        ...(await frontProblems(distill.teacher.chip, set.inputs, teacherChip, ['distill', 'teacherChip'])),
      );
    problems.push(
      ...derivativeProblems(
        distill.teacher.chip,
        distill.teacher.entry,
        writtenDistill,
        ['teacher'],
        ['distill'],
      ),
      ...networkProblems(
        distill.teacher.chip,
        distill.teacher.entry,
        writtenDistill,
        ['teacher'],
        ['distill'],
      ),
      ...distillProblems(distill, { data, chip, entries }, set, writtenDistill, ['distill']),
    );
  }
  if (problems.length > 0 || chip === undefined || entries === undefined) throw new InputError(problems);
  return {
    labels,
    data,
    chip,
    chipName: chipName(writtenChip),
    entries: distill ? pupils(entries, distill) : entries,
    checkpoints,
    ...(life && { life }),
    ...(distill && { distill }),
  };
}

/** What `read` returns; where it finds something wrong, that is added to `problems` instead. */
async function gathered<T>(problems: Problem[], read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

/** A chip, whole. @throws InputError */
export async function readChip(written: Written, devices: Devices): Promise<ChipModel> {
  const whole = await devices.whole('chip', written);
  const { value, problems } = await check(ChipModel, whole, ['chip']);
  const chip = value as ChipModel;
  const odd =
    problems.length > 0
      ? problems
      : [...chipProblems(chip, whole, ['chip']), ...(await modelProblems(chip, whole, ['chip']))];
  if (odd.length > 0) throw new InputError(odd);
  return withoutWords(chip);
}

/** A description without what it says of itself: words are not part of what is asked, a better one must not cost a run. */
function withoutWords<T>(described: T): T {
  if (Array.isArray(described)) return described.map(withoutWords) as T;
  if (typeof described !== 'object' || described === null) return described;
  const kept = Object.entries(described).filter(
    ([key]) => !['$schema', 'description', 'source'].includes(key),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutWords(value)])) as T;
}

function chipName(written: Written): string {
  const name = written.kind === 'value' ? String(written.value) : textAt(written, 'model');
  return name === undefined ? 'own' : basename(name, '.json');
}

/** A path that is varied takes its values from there, so an override of it, or of something in it, would be lost. */
function refuseOverruled(overrides: readonly Override[], vary: readonly Varied[]): void {
  const problems = overrides.flatMap(({ path, value }) =>
    vary
      .filter(varied => `${path}.`.startsWith(`${varied.path}.`) && !isBelowArms(path, varied))
      .map(varied => ({
        where: whereOf(value.at as Place),
        path: '',
        message: `the scenario varies ${varied.path}, which would overrule this; --set 'vary.${varied.path}=[...]' changes its values`,
      })),
  );
  if (problems.length > 0) throw new InputError(problems);
}

/** Whether a path is of what all arms of a distillation start from. */
function isBelowArms(path: string, { path: varied, values }: Varied): boolean {
  const [first, key = ''] = path.split('.');
  const says = (written: Written) => entry(written, 'teacher') ?? entry(written, key);
  return first === 'distill' && varied === first && key !== '' && !values.some(({ value }) => says(value));
}

/** `paper/x` for `…/scenarios/paper/x.json`, `x` for a file elsewhere. */
function nameInFolder(path: string): string {
  const folders = dirname(path).split(sep);
  const from = folders.lastIndexOf('scenarios');
  const inside = from < 0 ? [] : folders.slice(from + 1);
  return [...inside, basename(path, '.json')].join('/');
}

/** `ff-on-my-chip`. */
const titled = (title: string): string => title.replace(/[^\w.]+/g, '-');
