import { describe, expect, test } from 'vitest';
import {
  commonScale,
  counted,
  duration,
  listed,
  percent,
  plural,
  points,
  quantityIn,
  significant,
} from '../../src/report/numbers.ts';

/** With plain spaces, to read the tests. */
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('numbers are written', () => {
  test.each([
    [percent(3.46), '3.5 %'],
    [points(0.74), '+0.7'],
    [points(-0.12), '−0.1'],
    [points(0.02), '±0'],
    [counted(60000), '60,000'],
    [counted(9.75), '9.8'],
    [significant(0.012345), '0.0123'],
    [significant(4.567), '4.57'],
    [significant(12345.6), '12,346'],
    [significant(0), '0'],
    [plural(1, 'chip'), '1 chip'],
    [plural(3, 'chip'), '3 chips'],
    [listed(['a', 'b', 'c']), 'a, b and c'],
    [listed(['a']), 'a'],
    [quantityIn(25e-6, 'S'), '25 µS'],
    [quantityIn(0.291e-12, 'J'), '291 fJ'],
    [quantityIn(0, 'S'), '0 S'],
    [duration(3.21), '3.2 s'],
    [duration(3600 + 120), '1 h 2 min'],
  ])('%s', (written, wanted) => {
    expect(plain(written)).toBe(wanted);
  });

  test('a column has one scale', () => {
    expect(commonScale([0.69e-3, 2.76e-3, 0], 'J')).toEqual({ factor: 1e-3, unit: 'mJ' });
    expect(commonScale([1e-9, 1e-3], 'J').unit).toBe('µJ');
    expect(commonScale([], 'J')).toEqual({ factor: 1, unit: 'J' });
  });
});
