/**
 * @file Text, as pictures: ten characters in a row, and which one comes next. Every row of a picture is a character, one of thirty places
 * lit; the first row is dark, for that is where a learner may put the label (`LabelEntry` "pixels"), which is the eleventh character of
 * the window. The text is the GNU General Public License, version 3, which nearly every Linux machine has; it is cut in strings of a
 * hundred characters, and no window crosses from one into another. Every seventh string is for tests.
 *
 * After an early draft of Hinton 2022 (see its section 5): 248 strings of a hundred characters of Aesop's fables, thirty symbols.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { countingError } from './counting.ts';
import type { DataSet, Samples } from './data.ts';
import { filesIn, placesOf } from './places.ts';

/** The thirty symbols, in the order of their places; the last one stands for every other character. */
export const symbols = 'abcdefghijklmnopqrstuvwxyz .,*';
/** Characters of a window before the one to be told. */
const context = 10;
const stringLength = 100;
const everyTest = 7;

const file = 'GPL-3';
const sum = '3972dc9744f6499f0f9b2dbf76696f2ae7ad8af9b23dde66d6af86c9dfb36986';

const places = () => placesOf('characters', ['/usr/share/common-licenses']);

export const characters: DataSet = {
  name: 'characters',
  description: 'ten characters of a legal text as pictures of 30 × 11 pixels, and which of 30 comes next',
  source: 'Free Software Foundation 2007, "GNU General Public License", version 3',
  places,
  load() {
    const found = places().find(folder => filesIn(folder, [file]));
    if (found === undefined)
      throw new Error(
        `data set characters not found: wanted ${file}, the text of the GNU General Public License, in one of ${places().join(', ')}; put https://www.gnu.org/licenses/gpl-3.0.txt there under that name`,
      );
    const path = join(found, file);
    const text = readFileSync(path);
    const got = createHash('sha256').update(text).digest('hex');
    if (got !== sum)
      throw new Error(
        `${path} is not the file it should be: wanted SHA-256 ${sum} but got ${got}: fetch it again`,
      );
    const strings = stringsOf(text.toString('latin1'));
    return {
      folder: found,
      training: windowsOf(strings.filter((_, k) => k % everyTest !== everyTest - 1)),
      test: windowsOf(strings.filter((_, k) => k % everyTest === everyTest - 1)),
    };
  },
  baselines: (training, test) =>
    ['unigrams', 'bigrams', 'trigrams'].map((grams, before) => ({
      name: `counted ${grams}`,
      errorPercent: countingError(training, test, before),
    })),
};

/** Places of the characters of a text in `symbols`, capitals as small letters and any white space as one blank, cut in strings of a hundred. */
export function stringsOf(text: string): Uint8Array[] {
  const plain = text.toLowerCase().replace(/\s+/g, ' ').trim();
  const all = Uint8Array.from(plain, character => {
    const place = symbols.indexOf(character);
    return place < 0 ? symbols.length - 1 : place;
  });
  return Array.from({ length: Math.floor(all.length / stringLength) }, (_, k) =>
    all.subarray(k * stringLength, (k + 1) * stringLength),
  );
}

/** Every window of ten characters of every string that has another one behind it. */
export function windowsOf(strings: readonly Uint8Array[]): Samples {
  const width = symbols.length;
  const height = context + 1;
  const inputs = width * height;
  const length = strings.reduce((windows, string) => windows + Math.max(0, string.length - context), 0);
  const pixels = new Uint8Array(length * inputs);
  const labels = new Uint8Array(length);
  let sample = 0;
  for (const string of strings)
    for (let next = context; next < string.length; next++, sample++) {
      labels[sample] = string[next]!;
      for (let k = 0; k < context; k++)
        pixels[sample * inputs + (k + 1) * width + string[next - context + k]!] = 255;
    }
  return { pixels, labels, inputs, width, height, classes: width, length };
}
