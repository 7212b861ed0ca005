import { describe, expect, test } from 'vitest';
import { study } from '../../src/report/study.ts';
import { answer } from '../../src/report/words.ts';
import { learners, type MadeUp, madeUpRun } from '../fixtures/made-up-study.ts';

/** The answer to a made-up run, with plain spaces. */
function answerTo(options: MadeUp = {}) {
  const plain = (text: string) => text.replaceAll('\u00a0', ' ');
  const { headline, settings, findings, costs, cautions } = answer(study(madeUpRun(options)));
  return {
    headline: plain(headline),
    settings: Object.fromEntries(settings.map(each => [each.setting, plain(each.text)])),
    findings: findings.map(plain).join('\n'),
    costs: Object.fromEntries(costs.map(each => [each.setting, plain(each.text)])),
    cautions: cautions.map(plain).join('\n'),
  };
}

describe('on the main scenario', () => {
  const { headline, settings, findings, costs, cautions } = answerTo();

  test('the headline says how Forward-Forward fares and who does as well for less', () => {
    expect(headline).toBe(
      'Forward-Forward keeps up in all 4 settings, but `local-softmax` does as well with a quarter of the chip passes',
    );
  });

  test('each setting names the best, its access, and who is level', () => {
    expect(settings.scattering).toMatch(
      /^`local-softmax` \(measured\) errs least, 4\.\d %\. Level with it: `ff` 4\.\d %\./,
    );
  });

  test('the bound is told apart from what a chip allows', () => {
    expect(settings.comparator).toMatch(/The bound, `backprop-oracle` \(transparent\), is at 5\.\d %\./);
  });

  test('above five times the least is a collapse, worse than random is said', () => {
    expect(settings.scattering).toMatch(
      /`backprop-blind` \(documented\) collapses to 89\.\d %, worse than a random chip\./,
    );
    expect(settings.comparator).toMatch(/`backprop-loop` \(reversible\) collapses to 25\.\d %\./);
  });

  test('collapse is laid to knowledge where another backprop holds', () => {
    expect(findings).toContain(
      'That is not backprop as such: `backprop-oracle` (transparent) stays at 3.4 % to 5.1 %.',
    );
  });

  test('costs are differences to the first setting, least first', () => {
    expect(Object.keys(costs)).toEqual(['scattering', 'comparator', 'scattering everywhere']);
    expect(costs.comparator).toMatch(/^`backprop-oracle` \+1\.\d, .*`backprop-blind` \+8\d\.\d\.$/);
  });

  test('nothing is cautioned', () => {
    expect(cautions).toBe('');
  });
});

test('Forward-Forward that loses everywhere is said to lose, with numbers', () => {
  const { headline, findings } = answerTo({
    table: {
      'no box': { ff: 8, 'local-softmax': 3.2, 'readout-only': 11 },
      scattering: { ff: 14, 'local-softmax': 4.1, 'readout-only': 33 },
    },
  });
  expect(headline).toBe('Forward-Forward loses in both settings; `local-softmax` beats it everywhere');
  expect(findings).toMatch(
    /Forward-Forward loses: no box 8\.\d % against 3\.\d % of `local-softmax` and scattering 14\.\d %/,
  );
  expect(findings).toMatch(/`local-softmax` better in both settings by 4\.\d to \d+\.\d points/);
});

test('Forward-Forward that wins is said to win, and not explained away', () => {
  const { headline, findings } = answerTo({
    table: { comparator: { ff: 6.2, 'local-softmax': 9.9, 'backprop-loop': 25, 'readout-only': 60 } },
  });
  expect(headline).toBe('Forward-Forward keeps up; it beats `local-softmax`');
  expect(findings).toContain('`ff` better by 3.');
  expect(findings).not.toContain('adds nothing');
});

test('mixed results are counted', () => {
  const { headline } = answerTo({
    table: {
      a: { ff: 3.4, 'local-softmax': 3.3, 'readout-only': 11 },
      b: { ff: 9, 'local-softmax': 4.1, 'readout-only': 33 },
      c: { ff: 5, 'local-softmax': 8, 'readout-only': 33 },
    },
  });
  expect(headline).toBe('Forward-Forward keeps up in 2 of 3 settings');
});

test('a rival that collapses too is no proof that locality withstands', () => {
  const { findings } = answerTo({
    table: { comparator: { ff: 40, 'local-softmax': 40.2, 'backprop-loop': 5, 'readout-only': 60 } },
  });
  expect(findings).toContain('level');
  expect(findings).not.toContain('withstands');
});

test('a learner at the level of the control is no better than a random chip', () => {
  const { settings, findings } = answerTo({
    table: { 'no box': { ff: 3.4, 'backprop-loop': 12.4, 'readout-only': 11.1 } },
  });
  expect(settings['no box']).toMatch(/`backprop-loop` is no better than a random chip, 12\.\d %/);
  expect(findings).toContain('Collapsed or no better than a random chip: `backprop-loop` (reversible).');
});

test('a bound that is worse than the best is not called one', () => {
  const { settings } = answerTo({ table: { a: { ff: 4, 'backprop-oracle': 7, 'readout-only': 30 } } });
  expect(settings.a).toMatch(
    /`backprop-oracle` \(transparent\), meant as a bound, reaches only 7\.\d %|reaches only 6\.\d %/,
  );
});

test('spread widens what is level, up to half of the best', () => {
  const level = { table: { a: { ff: [5, 7, 6], 'local-softmax': 5.2, 'readout-only': 30 } } } as const;
  expect(answerTo(level).headline).toContain('keeps up');
  const wide = { table: { a: { ff: [4, 21, 10], 'local-softmax': 4.2, 'readout-only': 30 } } } as const;
  expect(answerTo(wide).headline).toContain('loses');
});

test('one seed is cautioned', () => {
  const { cautions, headline } = answerTo({ seeds: [7] });
  expect(cautions).toContain('One seed, one chip');
  expect(headline).toContain('Forward-Forward keeps up');
});

test('failed and missing trials are counted and left out', () => {
  const { settings, cautions } = answerTo({
    table: {
      scattering: {
        ff: [4, 'failed', 4.2],
        'backprop-blind': 'failed',
        'local-softmax': 'missing',
        'readout-only': 33,
      },
    },
  });
  expect(settings.scattering).toMatch(/^`ff` \(measured\) errs least, 4\.1 %\./);
  expect(settings.scattering).toContain('`backprop-blind` failed on every chip.');
  expect(settings.scattering).toContain('`local-softmax` has no result yet.');
  expect(cautions).toContain('4 of 12 trials failed');
  expect(cautions).toContain('3 of 12 trials have no result yet');
});

test('nothing finished is said in so many words', () => {
  const { headline, settings } = answerTo({ table: { a: { ff: 'missing', 'local-softmax': 'failed' } } });
  expect(headline).toBe('No trial has finished yet');
  expect(settings).toEqual({});
});

test('without Forward-Forward the steady learner leads', () => {
  expect(
    answerTo({
      table: {
        a: { 'local-softmax': 4, 'backprop-loop': 9 },
        b: { 'local-softmax': 4, 'backprop-loop': 30 },
      },
    }).headline,
  ).toBe('`local-softmax` is best or level with the best in both settings');
  expect(
    answerTo({
      table: {
        a: { 'local-softmax': 4, 'backprop-loop': 9 },
        b: { 'local-softmax': 40, 'backprop-loop': 9 },
      },
    }).headline,
  ).toBe('No learner is best in both settings');
});

test('without a control nobody is compared with a random chip', () => {
  const { settings, findings } = answerTo({ table: { a: { ff: 4, 'backprop-blind': 90 } } });
  expect(JSON.stringify(settings)).not.toContain('random chip');
  expect(settings.a).toContain('collapses to');
  expect(findings).not.toContain('worse than');
});

test('a learner alone is measured against its own best setting', () => {
  const { headline, findings } = answerTo({ table: { a: { ff: 4 }, b: { ff: 60 } } });
  expect(headline).toBe('Forward-Forward keeps up in 1 of 2 settings');
  expect(findings).toContain('`ff` (measured) in b');
});

test('an entry with another name is known by its procedure', () => {
  const { headline } = answerTo({
    learners: { mine: { ...learners.ff!, procedure: 'ff' }, 'local-softmax': learners['local-softmax']! },
    table: { a: { mine: 4, 'local-softmax': 4.1 } },
  });
  expect(headline).toContain('Forward-Forward keeps up');
});
