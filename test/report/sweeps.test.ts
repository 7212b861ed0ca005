import { describe, expect, test } from 'vitest';
import { slicesOf } from '../../src/report/axes.ts';
import { study } from '../../src/report/study.ts';
import { crossing, type Endurance, endurances } from '../../src/report/thresholds.ts';
import { answer } from '../../src/report/words.ts';
import type { Outcome } from '../fixtures/made-up-study.ts';
import { axis, type MadeUpSweep, madeUpSweep, type Point } from '../fixtures/made-up-sweep.ts';

const noise = axis('chip.cell.readNoise', [0, 5, 10, 20], { unit: '%' });
/** A law by the level of the only axis. */
const by =
  (law: (level: number, seed: number) => Outcome, path = noise.path) =>
  (point: Point, seed: number) =>
    law(Number(point[path]), seed);

const sorted = (options: MadeUpSweep) => study(madeUpSweep(options));

/** What each learner bears along the first slice. */
function borne(options: MadeUpSweep): Record<string, Endurance> {
  const of = sorted(options);
  const last = of.axes.at(-1)!;
  return Object.fromEntries(
    endurances(of, last, slicesOf(of, last)[0]!).map(each => [each.learner.name, each]),
  );
}

/** The answer with plain spaces. */
function told(options: MadeUpSweep) {
  const { headline, findings, settings } = answer(sorted(options));
  const plain = (text: string) => text.replaceAll('\u00a0', ' ');
  return {
    headline: plain(headline),
    first: plain(findings[0]!),
    findings: findings.map(plain).join('\n'),
    settings: settings.map(each => plain(each.setting)),
  };
}

describe('axes', () => {
  test('are read from the plan, or from values in words where it is silent', () => {
    const planned = sorted({ vary: [noise], laws: { ff: by(x => x + 3) } }).axes;
    const { vary: _, ...run } = madeUpSweep({ vary: [noise], laws: { ff: by(x => x + 3) } });
    const read = study({ ...run, vary: [] }).axes;
    for (const axes of [planned, read])
      expect(axes).toMatchObject([
        { name: 'read noise', unit: '%', scale: 'linear', levels: [0, 5, 10, 20] },
      ]);
  });

  test('are logarithmic where the plan says so or numbers are far apart, with a straight piece to 0', () => {
    const scaleOf = (levels: number[], scale: 'linear' | 'log') =>
      sorted({ vary: [axis('a.b', levels, { scale })], laws: { ff: by(x => x + 3, 'a.b') } }).axes[0]!.scale;
    expect(scaleOf([1, 2, 4], 'log')).toBe('log');
    expect(scaleOf([1, 2, 4], 'linear')).toBe('linear');
    expect(scaleOf([1, 10, 100], 'linear')).toBe('log');
    expect(scaleOf([0, 1, 100], 'linear')).toBe('symlog');
  });

  test('two values or words make none', () => {
    const two = { vary: [axis('a.b', [1, 2])], laws: { ff: () => 4 } };
    expect(sorted(two).axes).toEqual([]);
    const words = { vary: [{ path: 'a.b', labels: ['1', '2', 'off'] }], laws: { ff: () => 4 } };
    expect(sorted(words).axes).toEqual([]);
  });

  test('paths that go together are one axis', () => {
    const zipped = { ...axis('chip.cell.programmingNoise', [1, 2, 3, 4]), zippedWith: [noise.path] };
    const of = sorted({ vary: [noise, zipped], laws: { ff: () => 4 } });
    expect(of.settings).toHaveLength(4);
    expect(of.axes.map(each => each.path)).toEqual([noise.path]);
    expect(slicesOf(of, of.axes[0]!)).toHaveLength(1);
  });
});

describe('thresholds', () => {
  test('are interpolated where the way passes the limit', () => {
    const way = [
      { place: 0, error: 3 },
      { place: 10, error: 5 },
      { place: 20, error: 5 },
    ];
    expect(crossing(way, 4)).toBe(5);
    expect(crossing(way, 5)).toBe(10);
    expect(crossing(way, 6)).toBeUndefined();
    expect(crossing(way, 2)).toBe(0);
  });

  test('are means over chips with a Student-t interval', () => {
    // chips lose a point at 4, 5 and 6 %: mean 5, s = 1, half = 4.303 / √3 = 2.484
    const { ff } = borne({ vary: [noise], laws: { ff: by((x, seed) => 3 + x / (3 + seed)) } });
    expect(ff!.point).toMatchObject({ kind: 'reached', chips: 3 });
    const { level, low, high } = ff!.point as { level: number; low: number; high: number };
    expect(level).toBeCloseTo(5, 2);
    expect(low).toBeCloseTo(5 - 2.484, 2);
    expect(high).toBeCloseTo(5 + 2.484, 2);
  });

  test('not reached is said with the harshest level, reached by some with their number', () => {
    const { ff, 'backprop-loop': loop } = borne({
      vary: [noise],
      laws: { ff: by(() => 4), 'backprop-loop': by((x, seed) => (seed === 1 ? 3 : 3 + x / 5)) },
    });
    expect(ff!.point).toEqual({ kind: 'not reached', level: 20, chips: 3 });
    expect(loop!.point).toMatchObject({ kind: 'partly', reached: 2, chips: 3, level: 5 });
  });

  test('chance is within two points of guessing, not nine tenths of the way', () => {
    const at = (end: number) =>
      borne({ vary: [noise], laws: { ff: by(x => (x === 20 ? end : 3)) } }).ff!.chance.kind;
    expect(at(87)).toBe('not reached');
    expect(at(88.5)).toBe('reached');
  });

  test('are found downwards where less is harsher', () => {
    const bits = axis('chip.dac.bits', [2, 4, 6, 8]);
    const { ff } = borne({ vary: [bits], laws: { ff: by(x => (x >= 6 ? 3 : 3 + (6 - x)), bits.path) } });
    expect(ff!.point).toMatchObject({ kind: 'reached', level: 5 });
  });
});

describe('a sweep in words', () => {
  const laws = {
    ff: by(x => 4 + x / 5),
    'backprop-loop': by(x => Math.min(90, 2 + 4.4 * x)),
    'local-softmax': by(x => 4.5 + 0.01 * x),
  };

  test('says who loses a point where, who guesses, who is best at the end and who crosses whom', () => {
    const { headline, first, settings } = told({ vary: [noise], laws });
    expect(headline).toBe(
      '`ff` loses a point at read noise 5 %, `backprop-loop` at 0.23 %, `local-softmax` nowhere',
    );
    expect(first).toContain(
      'One point of error is lost at read noise: `ff` at 5 % [5, 5], `backprop-loop` at 0.23 % [0.23, 0.23]; not up to 20 % by `local-softmax`.',
    );
    expect(first).toContain('Down to guessing (90 %): `backprop-loop` at 20 %');
    expect(first).toContain('At the harsh end, read noise 20 %, `local-softmax` errs least, 4.7 %.');
    expect(first).toMatch(
      /`ff` overtakes `backprop-loop` at 0\.48 % and `local-softmax` overtakes `backprop-loop`/,
    );
    expect(settings).toEqual(['read noise 0 %', 'read noise 20 %']);
  });

  test('says that nobody loses', () => {
    const { headline, first } = told({ vary: [noise], laws: { ff: () => 4, 'local-softmax': () => 4.1 } });
    expect(headline).toMatch(/^Forward-Forward keeps up in all 4 settings/);
    expect(first).toContain('Nobody loses a point up to read noise 20 %.');
  });

  test('says that everybody guesses', () => {
    const { first } = told({ vary: [noise], laws: { ff: by(x => (x > 5 ? 90 : 3)) } });
    expect(first).toContain('At the harsh end, read noise 20 %, everybody guesses.');
  });

  test('follows each setting of what else varies', () => {
    const { findings } = told({
      vary: [{ path: 'chip.boxes', labels: ['none', 'comparator'] }, noise],
      laws,
    });
    expect(findings).toContain('With none: One point');
    expect(findings).toContain('With comparator: One point');
  });

  test('has nothing to say before there are results', () => {
    const { headline } = answer(sorted({ vary: [noise], laws: { ff: () => 'missing' } }));
    expect(headline).toBe('No trial has finished yet');
  });
});
