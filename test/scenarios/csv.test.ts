import { join } from 'node:path';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { readCurves } from '../../src/scenarios/csv.ts';
import { freshFolder, write } from '../fixtures/folders.ts';

const folder = freshFolder();
const read = (text: string) => {
  write(folder, { 'x.csv': text });
  return readCurves('x.csv', folder);
};

describe('curves in a file', () => {
  test('are columns over one grid of inputs', () => {
    expect(read('input,a,b\n-1,0,2\n0.5,1e-1,-.5\n2,+3,4.\n')).toEqual({
      input: [-1, 0.5, 2],
      outputs: [
        [0, 0.1, 3],
        [2, -0.5, 4],
      ],
    });
  });

  test('may have noise, some of them', () => {
    expect(read('input, a sd, a, b\n0, 0.1, 1, 2\n1, 0.2, 3, 4')).toEqual({
      input: [0, 1],
      outputs: [
        [1, 3],
        [2, 4],
      ],
      deviations: [
        [0.1, 0.2],
        [0, 0],
      ],
    });
  });

  test('may have remarks, quotes, empty lines and the line ends of any machine', () => {
    const plain = read('input,a\n0,1\n1,2');
    expect(
      read('\ufeff# measured on a Monday, at 21 degrees\r\n"input","a"\r\n\r\n0,1\r\n,\r\n1,2\r\n'),
    ).toEqual(plain);
  });

  test('are found beside the file that names them, or where a path says', () => {
    write(folder, { 'below/y.csv': 'input,a\n0,1\n1,2' });
    expect(readCurves('y.csv', join(folder, 'below'))).toEqual(readCurves('below/y.csv', folder));
  });

  const finite = fc.double({ noNaN: true, min: -1e6, max: 1e6 });
  test.prop([
    fc.uniqueArray(finite, { minLength: 2, maxLength: 30, comparator: 'SameValueZero' }),
    fc.array(finite, { minLength: 30, maxLength: 30 }),
  ])('come out with every bit that was written', (inputs, outputs) => {
    const sorted = inputs.map(x => x + 0).sort((a, b) => a - b);
    const {
      input,
      outputs: [first],
    } = read(`input,a\n${sorted.map((x, i) => `${x},${outputs[i]}`).join('\n')}`);
    expect(input).toEqual(sorted.map(Number));
    expect(first!.map(y => y + 0)).toEqual(outputs.slice(0, sorted.length).map(y => y + 0));
  });

  test.each([
    ['nothing in it', '', 'the file is empty'],
    ['remarks alone', '# nothing\n', 'the file is empty'],
    [
      'no names',
      '0,1\n1,2',
      'line 1 of the file begins with "0"; it names the columns, and the first of them is "input"',
    ],
    ['one column', 'input\n0\n1', 'line 1 of the file names no curve'],
    ['noise alone', 'input,a sd\n0,1\n1,1', 'line 1 of the file has a column "a sd", but none "a"'],
    ['a name twice', 'input,a,a\n0,1,1\n1,1,1', 'line 1 of the file has two columns "a"'],
    ['no name', 'input,\n0,1\n1,1', 'line 1 of the file has a column without a name'],
    ['one row', 'input,a\n0,1', 'the file has 1 rows of numbers; a curve needs two'],
    ['a word', '# here\ninput,a\n0,1\n1,high', 'line 4 of the file has "high" under "a", which is no number'],
    ['a hole', 'input,a\n0,\n1,2', 'line 2 of the file has "" under "a", which is no number'],
    [
      'no finite number',
      'input,a\n0,1e999\n1,2',
      'line 2 of the file has "1e999" under "a", which is no number',
    ],
    ['hexadecimal', 'input,a\n0,0x10\n1,2', '"0x10" under "a"'],
    [
      'a comma in a number',
      'input,a\n0,1\n1,2,5',
      'line 3 of the file has 3 cells, but its first line names 2',
    ],
    ['semicolons', 'input;a\n0;1\n1;2', 'line 1 of the file begins with "input;a"'],
    [
      'inputs that fall',
      'input,a\n0,1\n2,1\n1,1',
      'line 4 of the file has the input 1 after 2: inputs must increase',
    ],
    ['an input twice', 'input,a\n0,1\n0,2', 'line 3 of the file has the input 0 after 0'],
    [
      'negative noise',
      'input,a,a sd\n0,1,0\n1,1,-2',
      'line 3 of the file has -2 under "a sd", but a standard deviation is not negative',
    ],
    [
      'very much in it',
      `input,a\n${Array.from({ length: 10_001 }, (_, i) => `${i},1`).join('\n')}`,
      'the file has 20002 numbers (10001 rows of 2), but 20000 are the most, for every trial carries them all',
    ],
    ['megabytes', `input,a\n${'0,1\n'.repeat(300_000)}`, 'larger than 1 MiB'],
  ])('with %s are refused', (_, text, why) => {
    expect(() => read(text)).toThrow(why);
  });

  test('that are not there are refused', () => {
    expect(() => readCurves('missing.csv', folder)).toThrow('no such file');
    expect(() => readCurves('.', folder)).toThrow('a folder, but a file is needed');
  });
});
