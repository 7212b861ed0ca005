import { describe, expect, test } from 'vitest';
import { inUnit, needed } from '../../src/scenarios/units.ts';

describe('quantities', () => {
  test.each([
    ['25 uS', 'S', 25e-6],
    ['50 uS', 'S', 50e-6], // mathjs alone says 4.9999999999999996e-5
    ['25 µS', 'S', 25e-6],
    ['25 μS', 'S', 25e-6],
    ['25uS', 'S', 25e-6],
    [' 1e-3  mS ', 'S', 1e-6],
    ['.5 S', 'S', 0.5],
    ['0.35 ohm', 'ohm', 0.35],
    ['3 Ohm', 'ohm', 3],
    ['3 Ω', 'ohm', 3],
    ['3 \u2126', 'ohm', 3],
    ['2 MOhm', 'ohm', 2e6],
    ['2 Mohm', 'ohm', 2e6],
    ['2 kΩ', 'ohm', 2000],
    ['10 ns', 's', 1e-8],
    ['1 day', 's', 86400],
    ['2 h', 's', 7200],
    ['0.291e-12 J', 'J', 0.291e-12],
    ['0.291 pJ', 'J', 0.291e-12],
    ['-0.2 V', 'V', -0.2],
    ['3 mV', 'V', 0.003],
    ['25 degC', 'K', 298.15],
    ['4 GHz', 'Hz', 4e9],
    ['2 S/m', 'S/m', 2],
    ['0.1 1/ohm', 'S', undefined],
    ['5 %', '1', 0.05],
    ['5%', '1', 0.05],
    ['0.3 %', '1', 0.003],
    ['-1.5 %', '1', -0.015],
    ['0.05', '1', 0.05],
    ['1e-3', '1', 0.001],
    ['5 V', 'S', undefined],
    ['5 V', '1', undefined],
    ['50', 'S', undefined],
    ['uS', 'S', undefined],
    ['', 'S', undefined],
    ['', '1', undefined],
    ['5 % %', '1', undefined],
    ['5 % S', 'S', undefined],
    ['five', '1', undefined],
    ['25 uSS', 'S', undefined],
    ['1e999 S', 'S', undefined],
    ['1e999', '1', undefined],
    ['NaN S', 'S', undefined],
    ['25 uS; import("x")', 'S', undefined],
  ])('"%s" in %s is %s', async (text, unit, expected) => {
    if (expected === undefined) await expect(inUnit(text, unit)).rejects.toThrow(needed(unit));
    else expect(await inUnit(text, unit)).toBe(expected);
  });

  test('a unit that is not known is named', async () => {
    await expect(inUnit('25 uSiemensen', 'S')).rejects.toThrow(
      'a conductance is needed (for example "25 uS"), and "uSiemensen" is no unit',
    );
  });

  test('a unit without a name of its own is asked for by its symbol', () => {
    expect(needed('V^2/Hz')).toBe('a quantity in V^2/Hz is needed');
  });
});
