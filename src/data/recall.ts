/**
 * @file Associative recall, as pictures: four letters with a digit behind each, then one of the letters again; which digit was it? Every row is a
 * symbol, one of twenty places lit: ten letters, then ten digits. The first row is dark, for that is where a learner may put the label.
 * The sequences are made here, the same on every machine. After the task of Ba et al. 2016 (arXiv 1610.06258, section 4.1).
 */
import { integers, permutation, streamOf } from '../engine/streams.ts';
import type { DataSet, Samples } from './data.ts';

const pairs = 4;
const kinds = 10;

export const recall: DataSet = {
  name: 'recall',
  description: 'four letters with a digit each, then a letter, as pictures of 20 × 10 pixels: which digit?',
  source: 'made here, after Ba, Hinton, Mnih, Leibo and Ionescu 2016, arXiv 1610.06258',
  places: () => [],
  load: () => ({
    folder: 'this program',
    training: sequences(20000, 'training'),
    test: sequences(4000, 'test'),
  }),
  baselines: (_training, test) => [
    { name: 'the digit behind the first letter', errorPercent: firstDigitError(test) },
  ],
};

/** @param name keys the random numbers: other names, other sequences */
export function sequences(length: number, name: string): Samples {
  const width = 2 * kinds;
  const height = 2 * pairs + 2;
  const inputs = width * height;
  const pixels = new Uint8Array(length * inputs);
  const labels = new Uint8Array(length);
  const [letters, others] = ['letters', 'digits'].map(what => streamOf('recall', `${name}/${what}`));
  for (let s = 0; s < length; s++) {
    const order = permutation(letters!, kinds);
    const [digits, [asked]] = [integers(others!, pairs, kinds), integers(others!, 1, pairs)];
    const symbols = Array.from({ length: pairs }, (_, k) => [order[k]!, kinds + digits[k]!]).flat();
    [...symbols, order[asked!]!].forEach((symbol, row) => {
      pixels[s * inputs + (row + 1) * width + symbol] = 255;
    });
    labels[s] = kinds + digits[asked!]!;
  }
  return { pixels, labels, inputs, width, height, classes: width, length };
}

function firstDigitError({ pixels, labels, inputs, width, length }: Samples): number {
  let wrong = 0;
  labels.forEach((label, s) => {
    if (pixels[s * inputs + 2 * width + label] === 0) wrong++;
  });
  return (100 * wrong) / length;
}
