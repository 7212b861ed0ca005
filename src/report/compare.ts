/**
 * @file Two runs side by side: what differs in what was asked, and what differs in what came out, chip by chip where both have the
 * same learner, setting and seed.
 */
import type { PlannedTrial } from '../scenarios/trial-files.ts';
import { banded, holm, pairedP, type Summary } from './statistics.ts';
import { type Cell, cellOf, distinct, type Learner, type Setting, type Study, testError } from './study.ts';

/** One learner in one setting that both runs have. */
export interface Pair {
  readonly learner: Learner;
  readonly setting: Setting;
  readonly first: Summary | undefined;
  readonly second: Summary | undefined;
  /** trials that failed, in the first and in the second run */
  readonly failed: readonly [number, number];
  /** test error of the second run less that of the first, percentage points, over the seeds that both have */
  readonly difference: Summary | undefined;
  /** two-sided p of a paired t-test, corrected by Holm for all pairs */
  readonly p: number | undefined;
}

/** Something that was asked differently. */
export interface Discrepancy {
  /** "chip.cell.readNoise", "ff: epochs", "data.train" */
  readonly path: string;
  readonly first: string;
  readonly second: string;
}

/** What there is to say of two runs. */
export interface ComparedRuns {
  readonly pairs: readonly Pair[];
  readonly discrepancies: readonly Discrepancy[];
  /** trials of the same specification in both runs, and how many of these came out with the same weights */
  readonly same: { readonly trials: number; readonly identical: number };
  /** learners and settings of one run only */
  readonly alone: { readonly first: readonly string[]; readonly second: readonly string[] };
}

/** Compares two runs, learner by learner and setting by setting. */
export function compareRuns(first: Study, second: Study): ComparedRuns {
  const settings = commonSettings(first, second);
  const learners = first.learners.flatMap(a => {
    const b = second.learners.find(each => each.name === a.name);
    return b ? [[a, b] as const] : [];
  });
  const raw = settings.flatMap(([s, t]) =>
    learners.flatMap(([a, b]) => {
      const [x, y] = [cellOf(first, a, s), cellOf(second, b, t)];
      return x && y ? [{ learner: a, setting: s, x, y, differences: differencesOf(x, y) }] : [];
    }),
  );
  const probabilities = raw.map(({ differences }) => pairedP(differences));
  const tested = probabilities.flatMap((p, k) => (p === undefined ? [] : [k]));
  const corrected = holm(tested.map(k => probabilities[k]!));
  const pairs = raw.map(
    ({ learner, setting, x, y, differences }, k): Pair => ({
      learner,
      setting,
      first: banded(x.done.map(testError)),
      second: banded(y.done.map(testError)),
      failed: [x.failed.length, y.failed.length],
      difference: banded(differences),
      p: corrected[tested.indexOf(k)],
    }),
  );
  const names = (study: Study) => [
    ...study.learners.map(({ name }) => name),
    ...(study.settings.length > 1 || settings.length === 0 ? study.settings.map(({ label }) => label) : []),
  ];
  const without = (all: string[], others: string[]) => all.filter(name => !others.includes(name));
  return {
    pairs,
    discrepancies: discrepanciesOf(first, second),
    same: sameTrials(first, second),
    alone: { first: without(names(first), names(second)), second: without(names(second), names(first)) },
  };
}

/** Settings of the same name; where there are none, those that ask for the same chip and data; of single settings the two. */
function commonSettings(first: Study, second: Study): (readonly [Setting, Setting])[] {
  if (first.settings.length === 1 && second.settings.length === 1)
    return [[first.settings[0]!, second.settings[0]!]];
  const [byName, byChip] = [({ label }: Setting) => label, chipOf].map(key => {
    const others = new Map(second.settings.map(setting => [key(setting, second), setting]));
    return first.settings.flatMap(setting => {
      const other = others.get(key(setting, first));
      return other ? [[setting, other] as const] : [];
    });
  });
  const isOneToOne = new Set(byChip!.map(([, other]) => other)).size === byChip!.length;
  return byName!.length > 0 || !isOneToOne ? byName! : byChip!;
}

/** Chip and data of a setting, as text; its own label where its trials do not agree. */
function chipOf(setting: Setting, { trials, settingOf }: Study): string {
  const asked = trials.flatMap(({ planned }, k) =>
    settingOf[k] === setting
      ? [JSON.stringify([planned.specification.chip, planned.specification.data])]
      : [],
  );
  return new Set(asked).size === 1 ? asked[0]! : setting.label;
}

/** Errors of the second less those of the first on the same seed. */
function differencesOf(first: Cell, second: Cell): number[] {
  const before = new Map(first.done.map(result => [result.specification.seed, testError(result)]));
  return second.done.flatMap(result => {
    const { seed } = result.specification;
    return before.has(seed) ? [testError(result) - before.get(seed)!] : [];
  });
}

function sameTrials(first: Study, second: Study): ComparedRuns['same'] {
  const results = new Map(second.trials.map(({ planned, result }) => [planned.id, result]));
  const shared = [...new Map(first.trials.map(trial => [trial.planned.id, trial])).values()].filter(
    ({ planned, result }) => result && results.get(planned.id),
  );
  const identical = shared.filter(
    ({ planned, result }) => result!.weightsDigest === results.get(planned.id)!.weightsDigest,
  );
  return { trials: shared.length, identical: identical.length };
}

/** Parts of a specification whose values differ between the runs, taken over all trials of each. */
function discrepanciesOf(first: Study, second: Study): Discrepancy[] {
  const [a, b] = [valuesOf(first), valuesOf(second)];
  return distinct([...a.keys(), ...b.keys()]).flatMap(path => {
    const [x, y] = [written(a.get(path)), written(b.get(path))];
    return x === y ? [] : [{ path, first: x, second: y }];
  });
}

const notAsked = ['description', 'source', '$schema'];

/** Path → all values it takes in a run. */
function valuesOf({ trials }: Study): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const seen = new Set<string>();
  const note = (path: string, value: unknown): void => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [key, inner] of Object.entries(value))
        if (!notAsked.includes(key)) note(`${path}.${key}`, inner);
      return;
    }
    if (!found.has(path)) found.set(path, new Set());
    found.get(path)!.add(typeof value === 'string' ? value : JSON.stringify(value));
  };
  const noteOnce = (path: string, value: unknown) => {
    const text = `${path} ${JSON.stringify(value)}`;
    if (seen.has(text)) return;
    seen.add(text);
    note(path, value);
  };
  for (const { planned } of trials) {
    const { chip, data, options, learner, seed, checkpoints }: PlannedTrial['specification'] =
      planned.specification;
    noteOnce('chip', chip);
    noteOnce('data', data);
    noteOnce(`learners.${planned.learner}`, { learner, ...options });
    noteOnce('seeds', seed);
    noteOnce('checkpoints', checkpoints);
  }
  return found;
}

/** At most a dozen values of a path. */
function written(values: Set<string> | undefined): string {
  if (!values) return '–';
  const all = [...values];
  return all.length > 12 ? `${all.slice(0, 11).join(', ')}, … (${all.length})` : all.join(', ');
}
