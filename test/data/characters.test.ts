/** @file Text as pictures, and what counting tells of it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fc, test } from '@fast-check/vitest';
import { describe, expect, vi } from 'vitest';
import { characters, stringsOf, symbols, windowsOf } from '../../src/data/characters.ts';
import { countingError } from '../../src/data/counting.ts';
import type { Samples } from '../../src/data/data.ts';
import { freshFolder, write } from '../fixtures/folders.ts';

const placesOf = (text: string) => Uint8Array.from(text, c => symbols.indexOf(c));

/** What a picture shows, row by row; `_` for a dark row. */
function textOf({ pixels, inputs, width }: Samples, sample: number): string {
  const rows = Array.from({ length: inputs / width }, (_, k) =>
    pixels.subarray(sample * inputs + k * width, sample * inputs + (k + 1) * width),
  );
  return rows.map(row => (row.some(v => v > 0) ? symbols[row.indexOf(255)] : '_')).join('');
}

describe('a text', () => {
  test('is read without capitals, with one blank for any white space and one symbol for what is not there', () => {
    const line = 'The "GNU" General\n   Public License, v. 3: '.repeat(4);
    const [first] = stringsOf(line);
    const read = Array.from(first!, place => symbols[place]).join('');
    expect(read).toBe('the *gnu* general public license, v. ** '.repeat(4).slice(0, 100));
    expect(symbols.length).toBe(30);
  });

  test.prop([fc.string({ minLength: 0, maxLength: 700 })])('is cut in strings of a hundred', text => {
    const strings = stringsOf(text);
    for (const string of strings) expect(string.length).toBe(100);
    expect(strings.length).toBeLessThanOrEqual(text.length / 100);
  });

  test('becomes windows of ten characters and the one behind, which never cross from string to string', () => {
    const samples = windowsOf([placesOf('abcdefghijklm'), placesOf('to be or not')]);
    expect(samples).toMatchObject({ length: 5, width: 30, height: 11, inputs: 330, classes: 30 });
    expect(Array.from({ length: 5 }, (_, s) => textOf(samples, s))).toEqual([
      '_abcdefghij',
      '_bcdefghijk',
      '_cdefghijkl',
      '_to be or n',
      '_o be or no',
    ]);
    expect(Array.from(samples.labels, place => symbols[place]).join('')).toBe('klmot');
    expect(samples.pixels.filter(v => v > 0).length).toBe(5 * 10);
  });
});

describe('counting', () => {
  const ofText = (text: string) => windowsOf([placesOf(text)]);

  test('without context tells the most frequent character', () => {
    const training = ofText('aaaaaaaaaaaaaaaaaaaaaab');
    expect(countingError(training, ofText('cccccccccccaabb'), 0)).toBeCloseTo((100 * 3) / 5, 9); // c a a b b
  });

  test('with two characters of context tells what one cannot', () => {
    const text = 'abac'.repeat(30); // after a come b and c as often
    expect(countingError(ofText(text), ofText(text), 2)).toBe(0);
    expect(countingError(ofText(text), ofText(text), 1)).toBeCloseTo(25, 0);
  });

  test('asks fewer characters where these never came up', () => {
    const training = ofText('abcabcabcabcabcabc');
    // what follows ten z is guessed wrong; after za, as after any a, comes b
    expect(countingError(training, ofText('zzzzzzzzzzabc'), 2)).toBeCloseTo(100 / 3, 9);
  });
});

describe('the text of this machine', () => {
  const isThere = existsSync('/usr/share/common-licenses/GPL-3');

  test.skipIf(!isThere)('has the windows it always had, and longer counts err less', () => {
    const { training, test: judged } = characters.load();
    expect([training.length, judged.length]).toEqual([26460, 4320]);
    const errors = [0, 1, 2].map(before => countingError(training, judged, before));
    expect(errors.map(e => e.toFixed(1))).toEqual(['83.8', '73.5', '55.2']);
  });

  test('is refused when it is another', () => {
    const folder = freshFolder();
    write(folder, { 'characters/GPL-3': 'Sing, goddess, the anger of Peleus’ son' });
    vi.stubEnv('MORTAL_DATA', folder);
    expect(() => characters.load()).toThrow(
      `${join(folder, 'characters/GPL-3')} is not the file it should be: wanted SHA-256`,
    );
    vi.unstubAllEnvs();
  });
});
