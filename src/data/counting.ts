/**
 * @file What counting alone tells of a text: after the last so many characters, the one that has followed them most often.
 */
import type { Samples } from './data.ts';

/**
 * Error of counts made on `training`, in percent of `test`. Where the last characters never came up in training, the same is asked of one
 * fewer of them.
 *
 * @param characters before the one to be told: 0 for a unigram, 1 for a bigram, 2 for a trigram
 */
export function countingError(training: Samples, test: Samples, characters: number): number {
  const counts = Array.from({ length: characters + 1 }, () => new Map<string, Float64Array>());
  for (let s = 0; s < training.length; s++) {
    const before = charactersOf(training, s);
    counts.forEach((table, n) => {
      const key = lastOf(before, n);
      const row = table.get(key) ?? new Float64Array(training.classes);
      row[training.labels[s]!]!++;
      table.set(key, row);
    });
  }
  let wrong = 0;
  for (let s = 0; s < test.length; s++) {
    const before = charactersOf(test, s);
    let n = characters;
    while (n > 0 && !counts[n]!.has(lastOf(before, n))) n--;
    const row = counts[n]!.get(lastOf(before, n))!;
    if (row.indexOf(Math.max(...row)) !== test.labels[s]) wrong++;
  }
  return (100 * wrong) / test.length;
}

const lastOf = (characters: readonly number[], n: number): string =>
  characters.slice(characters.length - n).join();

/** The lit place of every row but the first, which is left for the label. */
function charactersOf({ pixels, inputs, width }: Samples, sample: number): number[] {
  const image = pixels.subarray(sample * inputs, (sample + 1) * inputs);
  return Array.from({ length: inputs / width - 1 }, (_, k) =>
    image.subarray((k + 1) * width, (k + 2) * width).indexOf(255),
  );
}
