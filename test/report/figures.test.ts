import { beforeAll, describe, expect, test, vi } from 'vitest';
import { narrow, type Specification, wide } from '../../src/report/figures/figure.ts';
import { figures } from '../../src/report/figures/index.ts';
import { render } from '../../src/report/figures/vega.ts';
import { type Study, study } from '../../src/report/study.ts';
import {
  madeUpBills,
  madeUpDistillation,
  madeUpLessons,
  madeUpLives,
  madeUpRun,
  type Table,
} from '../fixtures/made-up-study.ts';
import { axis, madeUpSweep, type Point } from '../fixtures/made-up-sweep.ts';

const whole = study(madeUpRun());

/** Two learners along read noise, one of them failing once; and the same for converters of several widths. */
const noise = axis('chip.cell.readNoise', [0, 1, 10, 50], { unit: '%' });
const bits = axis('chip.dac.bits', [2, 4, 8]);
const laws = {
  ff: (point: Point, seed: number) => 3 + Number(point['chip.cell.readNoise']) / 5 + seed / 10,
  'backprop-loop': (point: Point, seed: number) =>
    point['chip.cell.readNoise'] === 50 && seed === 1
      ? ('failed' as const)
      : 2 + Number(point['chip.cell.readNoise']) + seed / 10,
};
const line = study(madeUpSweep({ vary: [noise], laws }));
const plane = study(madeUpSweep({ vary: [bits, noise], laws }));

const told = study(madeUpDistillation());
const distilled: Record<string, Study> = {
  'transfer-error': told,
  'transfer-agreement': told,
  'agreement-matrix': told,
  alike: told,
  'two-chips': told,
  giving: study(
    madeUpDistillation(
      [0.25, 0.5, 1].flatMap((level, k) => [
        { arm: 'told', samples: 1000, level, errors: [10, 11], agreements: [90, 89] },
        {
          arm: 'copied',
          samples: 0,
          level,
          distill: { start: 'copy' },
          errors: [5 + 20 * k, 6 + 30 * k],
          agreements: [95, 94],
        },
      ]),
    ),
  ),
  lineage: study(
    madeUpDistillation([
      { arm: 'told', samples: 1000, errors: [8, 9], agreements: [90, 91], line: [6, 7, 8] },
      {
        arm: 'copied',
        samples: 0,
        distill: { start: 'copy' },
        errors: [90, 91],
        agreements: [9, 10],
        line: [80, 90, 90],
      },
    ]),
  ),
};

/** A study that a figure has something to draw of. */
const studyFor = (name: string): Study =>
  ({
    sweep: line,
    'heat-maps': plane,
    life: study(madeUpLives()),
    'box-cost': study(madeUpLessons()),
    'energy-training': study(madeUpBills()),
    'energy-answer': study(madeUpBills()),
    ...distilled,
  })[name] ?? whole;

/** The Vega-Lite specification of a figure, where it has one. */
function specificationOf(name: string, of: Study, frame = wide): Specification {
  const drawing = figures.find(figure => figure.name === name)!.panel(of)!.drawing;
  if (drawing.kind !== 'vega-lite') throw new Error(`${name} is no Vega-Lite figure`);
  return drawing.specification(frame);
}

/** Values of a field in everything a specification draws. */
const valuesOf = (specification: Specification, field: string): unknown[] =>
  (specification.data as { values: Record<string, unknown>[] }).values.flatMap(row => row[field] ?? []);

describe.each(figures.map(figure => [figure.name, figure] as const))('%s', (name, figure) => {
  const panel = figure.panel(studyFor(name))!;
  const svgs: string[] = [];
  const warned = vi.spyOn(console, 'warn');

  beforeAll(async () => {
    const { drawing } = panel;
    if (drawing.kind === 'markup') svgs.push(drawing.markup.markup);
    else
      for (const frame of [wide, narrow])
        svgs.push(await render(drawing.specification(frame), `${name}-${frame.width}`));
  });

  test('is drawn without a warning and without broken numbers', () => {
    expect(warned).not.toHaveBeenCalled();
    for (const svg of svgs) expect(svg).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  // maps have colours of their own, the same on paper and in the dark, and letters in them
  test.skipIf(name === 'heat-maps')('takes its colours from the page', () => {
    for (const svg of svgs) expect(svg).not.toMatch(/(fill|stroke)="#|fill="white"|fill="black"/);
  });

  test('fits its frame', () => {
    const widths = svgs.map(svg => Number(svg.match(/^<svg[^>]* width="(\d+)"/)?.[1] ?? 0));
    for (const [k, width] of widths.entries())
      expect(width).toBeLessThanOrEqual([wide, narrow][k]!.width + 12);
  });

  test('has its numbers in lines of the same columns', () => {
    const [first, ...others] = (panel.numbers ?? []).map(each => Object.keys(each).join());
    for (const each of others) expect(each).toBe(first);
  });

  test('has words', () => {
    expect(panel.title.length).toBeGreaterThan(10);
    expect(panel.caption).toMatch(/\.$/);
  });

  test('has nothing to draw where nothing has finished, or draws the plan', () => {
    const empty = study(madeUpRun({ table: { a: { ff: 'missing', 'backprop-blind': 'failed' } } }));
    expect(figure.panel(empty) === undefined).toBe(name !== 'chip');
  });
});

test('the same specification gives the same bytes, however often', async () => {
  const specification = specificationOf('errors', whole);
  expect(await render(specification, 'a')).toBe(await render(specification, 'a'));
});

describe('errors', () => {
  test('every caption names the interval and the number of chips', () => {
    const caption = (table: Table, seeds: number[]) =>
      figures[0]!.panel(study(madeUpRun({ table, seeds })))!.caption.replaceAll('\u00a0', ' ');
    expect(caption({ a: { ff: 4 } }, [1, 2, 3])).toContain(
      'n = 3 chips, one for each seed; whiskers reach from the best chip to the worst',
    );
    expect(caption({ a: { ff: 4 } }, [1, 2, 3, 4, 5])).toContain(
      'n = 5 chips, one for each seed; whiskers are 95 % Student-t intervals',
    );
    expect(caption({ a: { ff: 4 } }, [1])).toContain('no whiskers: one chip shows no spread');
  });

  test('an error of nothing is drawn at the foot of the logarithmic axis', () => {
    const specification = specificationOf(
      'errors',
      study(madeUpRun({ table: { a: { ff: [0, 0, 0], 'local-softmax': 3 } } })),
    );
    for (const error of valuesOf(specification, 'error')) expect(error).toBeGreaterThan(0);
    expect(valuesOf(specification, 'label')).toContain('0.0');
  });

  test('failed trials leave a mark', () => {
    const specification = specificationOf(
      'errors',
      study(madeUpRun({ table: { a: { ff: 4, 'backprop-blind': 'failed' } } })),
    );
    expect(valuesOf(specification, 'text')).toContain('backprop-blind, a: 3 of 3 trials failed');
  });

  test('where several paths vary, all but the last make panels', () => {
    const run = madeUpRun({ table: { x: { ff: 4 }, y: { ff: 5 } } });
    const twice = ['8', '4'].flatMap(bits =>
      run.trials.map(trial => ({
        ...trial,
        planned: { ...trial.planned, settings: { 'chip.dac.bits': bits, ...trial.planned.settings } },
      })),
    );
    const specification = specificationOf('errors', study({ ...run, trials: twice }));
    expect(specification.facet).toMatchObject({ sort: ['bits 8', 'bits 4'] });
    expect(new Set(valuesOf(specification, 'value'))).toEqual(new Set(['x', 'y']));
  });
});

describe('sweeps', () => {
  test('numbers in one direction make lines, in two maps, words groups', () => {
    const drawn = (of: Study) =>
      figures
        .filter(figure => ['errors', 'sweep', 'heat-maps'].includes(figure.name) && figure.panel(of))
        .map(figure => figure.name);
    expect([whole, line, plane].map(drawn)).toEqual([['errors'], ['sweep'], ['heat-maps']]);
  });

  test('what else varies makes panels', () => {
    const words = { path: 'chip.boxes.between', labels: ['none', 'comparator'] };
    const sorted = study(madeUpSweep({ vary: [words, noise], laws }));
    expect(specificationOf('sweep', sorted).facet).toMatchObject({ sort: ['none', 'comparator'] });
  });

  test('three axes make a map for each learner and level of the first', () => {
    const cube = study(madeUpSweep({ vary: [axis('chip.layers', [1, 2, 3]), bits, noise], laws }));
    expect((specificationOf('heat-maps', cube).facet as { sort: string[] }).sort).toEqual([
      'ff, layers 1',
      'backprop-loop, layers 1',
      'ff, layers 2',
      'backprop-loop, layers 2',
      'ff, layers 3',
      'backprop-loop, layers 3',
    ]);
  });

  test('failed trials leave a mark and a count', () => {
    for (const [name, of] of [
      ['sweep', line],
      ['heat-maps', plane],
    ] as const) {
      const panel = figures.find(figure => figure.name === name)!.panel(of)!;
      expect(panel.caption).toMatch(/[13] of (24|72) trials failed/);
      expect(valuesOf(specificationOf(name, of), 'text').join()).toContain('1 of 3 trials failed');
    }
  });

  test('many settings are shown by the ends of the axes, all are in the numbers', () => {
    expect(plane.settings).toHaveLength(12);
    const settings = new Set(valuesOf(specificationOf('learning-curves', plane), 'setting'));
    expect(settings).toEqual(new Set(plane.detailed.map(setting => setting.label)));
    expect(settings.size).toBe(4);
    expect(figures.find(figure => figure.name === 'heat-maps')!.panel(plane)!.numbers).toHaveLength(24);
  });
});

test('learners that learn in software have no line over chip passes', () => {
  const values = (specificationOf('passes', whole).data as { values: { part: string; learner: string }[] })
    .values;
  expect(values.some(row => row.learner === 'backprop-blind' && row.part === 'curve')).toBe(false);
  expect(values.some(row => row.learner === 'ff' && row.part === 'curve')).toBe(true);
});

test('who was still improving is said', () => {
  const panel = figures.find(figure => figure.name === 'learning-curves')!.panel(whole)!;
  expect(panel.title).toBe('Everyone had finished learning when training ended');
  const run = madeUpRun({ table: { a: { ff: 4, 'local-softmax': 4 } } });
  const trials = run.trials.map(trial => {
    if (trial.planned.learner !== 'ff') return trial;
    const curve = {
      ...trial.result!.curve,
      validationErrorPercent: trial.result!.curve.epoch.map(epoch => 30 - epoch),
    };
    return { ...trial, result: { ...trial.result!, curve } };
  });
  const improving = figures
    .find(figure => figure.name === 'learning-curves')!
    .panel(study({ ...run, trials }))!;
  expect(improving.title).toBe('`ff` was still improving when training ended');
});

test('layers are taken from names of readouts', () => {
  const rows = (specificationOf('layers', whole).data as { values: { layer: number; learner: string }[] })
    .values;
  expect(new Set(rows.map(row => row.layer))).toEqual(new Set([1, 2, 3]));
  expect(new Set(rows.map(row => row.learner))).toEqual(new Set(['ff', 'local-softmax']));
});
