/**
 * @file What a person did wrong, in words: where it stands, what was found, what is allowed. Nothing of this is a bug of ours, so
 * the command line prints the lines without a stack and ends with exit code 2.
 */

/** One thing that is wrong with what was written. */
export interface Problem {
  /** `scenarios/x.json:9:42`, or `--set chip.cell.readNoise=5 V` */
  readonly where: string;
  /** `chip.cell.readNoise`; empty for the file as a whole */
  readonly path: string;
  readonly message: string;
}

/** Everything that is wrong with the input, at once. */
export class InputError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const inOrder = [...problems].sort((a, b) => a.where.localeCompare(b.where, 'en', { numeric: true }));
    const lines = [...new Set(inOrder.map(inWords))]; // one mistake shows up in every setting that it is part of
    super(lines.join('\n'));
    this.name = 'InputError';
    this.problems = inOrder;
  }
}

/** An output folder that cannot be written to: no room left, no right to write. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}

/** One line a person can act on. */
export const inWords = ({ where, path, message }: Problem): string =>
  `${where}${path === '' ? '' : ` ${path}`}: ${message}`;

/** The member of `names` that was probably meant by `name`, as the end of a sentence; empty where nothing is near. */
export function didYouMean(name: string, names: readonly string[]): string {
  const near = names
    .map(candidate => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.min(name.length, candidate.length) / 3))
    .sort((a, b) => a.distance - b.distance)[0];
  return near === undefined ? '' : `; did you mean "${near.candidate}"?`;
}

/** `"a", "b" or "c"`. */
export function alternatives(names: readonly string[]): string {
  const quoted = names.map(name => `"${name}"`);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

/**
 * Least number of letters to insert, drop, replace or swap with their neighbour.
 * @see Damerau 1964; the restricted form, where no stretch is edited twice
 */
function editDistance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = 0; i <= a.length; i++) {
    for (let j = 0; j <= b.length; j++) {
      if (i === 0 || j === 0) {
        rows[i]![j] = i + j;
        continue;
      }
      const replaced = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? rows[i - 2]![j - 2]! + 1
          : Infinity;
      rows[i]![j] = Math.min(rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1, replaced, swapped);
    }
  }
  return rows[a.length]![b.length]!;
}
