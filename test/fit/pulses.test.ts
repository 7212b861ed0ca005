import { describe, expect, test } from 'vitest';
import { readPulses } from '../../src/fit/pulses.ts';
import { freshFolder, write } from '../fixtures/folders.ts';

const folder = freshFolder();
const read = (text: string) => {
  write(folder, { 'p.csv': text });
  return readPulses('p.csv', folder);
};

/** A ramp up and down, as rows of a column after another. */
const ramp = (row: (n: number, direction: string, g: number) => string, pulses = 12) =>
  Array.from({ length: 2 * pulses + 1 }, (_, n) => {
    const up = Math.min(n, pulses);
    return row(n, n === 0 ? 'start' : n <= pulses ? 'up' : 'down', 1 + up - (n - up) * 0.9);
  }).join('\n');
const plain = `direction,conductance_uS\n${ramp((_, direction, g) => `${direction},${g}`)}`;

describe('measured pulses', () => {
  test('may be told by direction, by number and direction, or by a count that goes up and down', () => {
    const [byDirection] = read(plain).devices[0]!.runs;
    const [byNumber] = read(`pulse,direction,conductance_uS\n${ramp((n, way, g) => `${n},${way},${g}`)}`)
      .devices[0]!.runs;
    const [byCount] = read(`pulse,conductance_uS\n${ramp((n, _, g) => `${Math.min(n, 24 - n)},${g}`)}`)
      .devices[0]!.runs;
    expect([...byDirection!.pulses]).toEqual([0, ...Array(12).fill(1), ...Array(12).fill(-1)]);
    expect(byNumber).toEqual(byDirection);
    expect(byCount).toEqual(byDirection);
  });

  test('may be read after several pulses at a time', () => {
    const [run] = read(`pulse,direction,conductance_uS\n${ramp((n, way, g) => `${10 * n},${way},${g}`)}`)
      .devices[0]!.runs;
    expect([...run!.pulses].slice(11, 15)).toEqual([10, 10, -10, -10]);
  });

  test.each(['S', 'mS', 'uS', 'µS', 'nS', 'pS'])('are siemens, whatever their unit: %s', unit => {
    const factor = { S: 1, mS: 1e-3, nS: 1e-9, pS: 1e-12 }[unit] ?? 1e-6;
    const { runs } = read(plain.replace('uS', unit)).devices[0]!;
    expect(runs[0]!.conductance[3]).toBeCloseTo(4 * factor, 15);
  });

  test('belong to devices, whose rows may be mixed, and to cycles that start anew', () => {
    const head = 'device,cycle,direction,conductance_uS\n';
    const rows = ramp((_, way, g) => `a,1,${way},${g}\nb,1,${way},${2 * g}`);
    const again = ramp((_, way, g) => `a,2,${way},${3 * g}`);
    const { devices } = read(`${head}${rows}\n${again}`);
    expect(devices.map(({ name, runs }) => [name, runs.length])).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
    expect(devices[0]!.runs[1]!.pulses[0]).toBe(0);
    expect(devices[0]!.runs[1]!.conductance[0]).toBeCloseTo(3e-6, 12);
  });

  test.each([
    ['nothing in it', '', 'p.csv: the file is empty'],
    ['a head alone', 'direction,conductance_S\n', 'p.csv: has no row of measurements below its first line'],
    [
      'no conductance',
      'direction,G\nup,1',
      'p.csv:1: names no conductance: one column has to be called "conductance_S"',
    ],
    [
      'no unit',
      'direction,conductance\nup,1',
      'p.csv:1: has a column "conductance", whose unit is not known: "conductance_S"',
    ],
    [
      'another unit',
      'direction,conductance_kS\nup,1',
      'p.csv:1: has a column "conductance_kS", whose unit is not known',
    ],
    [
      'no pulses',
      'device,conductance_S\na,1',
      'p.csv:1: says nothing of the pulses: a column "pulse" or "direction" (up or down) is needed; found "device", "conductance_S"',
    ],
    [
      'a column misspelt',
      'divice,direction,conductance_S\na,up,1',
      'p.csv:1: has a column "divice"; besides the conductance there may be "device", "cycle", "pulse" or "direction"; did you mean "device"?',
    ],
    ['a column twice', 'direction,direction,conductance_S\nup,up,1', 'p.csv:1: has two columns "direction"'],
    [
      'semicolons',
      'direction;conductance_S\nup;1',
      'p.csv:1: names its columns with semicolons between them',
    ],
    [
      'a word',
      plain.replace('up,4\n', 'up,four\n'),
      'p.csv:5: has "four" under "conductance_uS", which is no number',
    ],
    [
      'a hole',
      plain.replace('up,4\n', 'up,\n'),
      'p.csv:5: has "" under "conductance_uS", which is no number',
    ],
    [
      'a negative conductance',
      plain.replace('up,4\n', 'up,-4\n'),
      'p.csv:5: has "-4" under "conductance_uS", but a conductance is not negative',
    ],
    [
      'another direction',
      plain.replace('up,4\n', 'left,4\n'),
      'p.csv:5: has "left" under "direction", but a pulse goes "up" or "down"',
    ],
    [
      'a cell too many',
      plain.replace('up,4\n', 'up,4,5\n'),
      'p.csv:5: has 3 cells, but the first line names 2',
    ],
    [
      'half a pulse',
      'pulse,conductance_S\n0,1\n0.5,2',
      'p.csv:3: has "0.5" under "pulse", but pulses are counted in whole numbers',
    ],
    [
      'no pulse between',
      'pulse,conductance_S\n0,1\n0,2',
      'p.csv:3: has "0" under "pulse", as the row before it: no pulse in between',
    ],
    [
      'numbers that go back',
      'pulse,direction,conductance_S\n5,up,1\n3,up,2',
      'p.csv:3: has "3" under "pulse", after 5: beside a direction, pulses are numbered on',
    ],
    [
      'few pulses',
      `direction,conductance_uS\n${ramp((_, way, g) => `${way},${g}`, 4)}`,
      'p.csv: device "1" has 4 measurements after up pulses and 4 after down pulses; 10 of each are needed',
    ],
    [
      'one direction',
      plain.replaceAll('down', 'up'),
      'p.csv: device "1" was pulsed in one direction only (24 measurements after up pulses, 0 after down pulses)',
    ],
    [
      'a device that never changes',
      plain.replaceAll(/,[\d.]+$/gm, ',3'),
      'p.csv: device "1" never changes its conductance (0.000003 S); leave it out, or describe such cells by "stuck"',
    ],
  ])('with %s are refused', (_, text, why) => {
    expect(() => read(text)).toThrow(why);
  });

  test('that are not there are refused', () => {
    expect(() => readPulses('missing.csv', folder)).toThrow('missing.csv: no such file');
  });
});
