/**
 * @file What a scenario varies: paths with their values, and all combinations of them.
 */
import { entry, type Place, plain, textAt, type Written, whereOf } from './locate.ts';
import { InputError, type Problem } from './problems.ts';

/** One value of a path. */
export interface Value {
  /** the value in words: in tables and figures */
  readonly label: string;
  readonly value: Written;
}

/** A path and its values. */
export interface Varied {
  readonly path: string;
  readonly place: Place;
  readonly values: readonly Value[];
}

/** One value of each varied path. */
export type Point = readonly (Value & { readonly path: string; readonly place: Place })[];

const mostPoints = 10_000;
/** Parts of a scenario that do not belong to a single trial. */
const fixed = ['$schema', 'title', 'question', 'vary', 'seeds'];

/** Reads `vary` of a scenario whose frame is in order. @throws InputError */
export function readVary(root: Written): Varied[] {
  const written = entry(root, 'vary');
  if (written?.kind !== 'record') return [];
  const problems: Problem[] = [];
  const wrong = (at: Place, message: string, path: string) =>
    problems.push({ where: whereOf(at), path, message });
  const vary = [...written.entries].map(([path, { at, value: list }]) => {
    if (fixed.includes(path.split('.')[0]!))
      wrong(at, `"${path.split('.')[0]}" cannot be varied`, `vary.${path}`);
    const values = list.kind === 'list' ? list.items.map(labelled) : [];
    values.forEach(({ label, value }, i) => {
      if (values.findIndex(other => other.label === label) < i)
        wrong(value.at, `the value "${label}" is there a second time`, `vary.${path}`);
    });
    return { path, place: at, values };
  });
  const points = vary.reduce((product, { values }) => product * values.length, 1);
  if (points > mostPoints) wrong(written.at, `${points} combinations are more than ${mostPoints}`, 'vary');
  if (problems.length > 0) throw new InputError(problems);
  return vary;
}

/** `{"label": "...", "value": ...}`, or a value that is its own label. */
function labelled(written: Written): Value {
  const label = textAt(written, 'label');
  const value = entry(written, 'value');
  if (label !== undefined && value !== undefined && written.kind === 'record' && written.entries.size === 2)
    return { label, value };
  const content = plain(written);
  return { label: typeof content === 'string' ? content : JSON.stringify(content), value: written };
}

/** All combinations, the last path changing fastest; a single empty one where nothing is varied. */
export function crossed(vary: readonly Varied[]): Point[] {
  return vary.reduce<Point[]>(
    (points, { path, place, values }) =>
      points.flatMap(point => values.map(value => [...point, { path, place, ...value }])),
    [[]],
  );
}
