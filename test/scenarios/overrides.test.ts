import { describe, expect, test } from 'vitest';
import { parse, plain, type Source, type Written } from '../../src/scenarios/locate.ts';
import { put, readOverride } from '../../src/scenarios/overrides.ts';
import { known } from '../fixtures/known.ts';

const source = (text: string): Source => ({ name: 'x.json', text, folder: '/', kind: 'file' });
const root = parse(
  source(
    JSON.stringify({
      chip: 'reference',
      data: { set: 'tiny', train: 10 },
      learners: ['ff', { learner: 'ff', as: 'ff, long', epochs: 9 }, 'readout-only'],
      seeds: 1,
    }),
  ),
);

/** The scenario after `--set argument`. */
function changedBy(argument: string, of: Written = root): Record<string, unknown> {
  const { path, value } = readOverride(argument, '/');
  return plain(put(of, path, value, value.at, known.learners)) as Record<string, unknown>;
}

describe('an override', () => {
  test.each([
    ['seeds=5', { seeds: 5 }],
    ['seeds=[3,4]', { seeds: [3, 4] }],
    ['data.train=20', { data: { set: 'tiny', train: 20 } }],
    ['chip=ideal', { chip: 'ideal' }],
    ['chip.cell.readNoise=5 %', { chip: { model: 'reference', cell: { readNoise: '5 %' } } }],
    [
      'chip.boxes.between.strength=0.5',
      { chip: { model: 'reference', boxes: { between: { strength: 0.5 } } } },
    ],
    ['chip.boxes.between=comparator', { chip: { model: 'reference', boxes: { between: 'comparator' } } }],
    ['chip.layers=[10,10]', { chip: { model: 'reference', layers: [10, 10] } }],
    ['vary.chip.cell.readNoise=[0,1]', { vary: { 'chip.cell.readNoise': [0, 1] } }],
    ['title=a = b', { title: 'a = b' }],
  ])('%s puts its value at its path', (argument, changed) => {
    expect(changedBy(argument)).toEqual({ ...(plain(root) as object), ...changed });
  });

  test('of a learner finds it by its name in the scenario', () => {
    const [ff, long] = changedBy('learners.ff, long.epochs=20').learners as unknown[];
    expect(ff).toBe('ff');
    expect(long).toEqual({ learner: 'ff', as: 'ff, long', epochs: 20 });
  });

  test('of all learners reaches those that have the option', () => {
    expect(changedBy('learners.*.rate=0.1').learners).toEqual([
      { learner: 'ff', rate: 0.1 },
      { learner: 'ff', as: 'ff, long', epochs: 9, rate: 0.1 },
      'readout-only',
    ]);
  });

  test('goes through a device that is named', () => {
    const named = parse(source('{"chip": {"model": "reference", "cell": "ideal"}}'));
    expect(changedBy('chip.cell.readNoise=0.1', named)).toEqual({
      chip: { model: 'reference', cell: { model: 'ideal', readNoise: 0.1 } },
    });
  });

  test('reaches into lists by place', () => {
    const list = parse(source('{"chip": {"layers": [10, 20]}}'));
    expect(changedBy('chip.layers.1=30', list)).toEqual({ chip: { layers: [10, 30] } });
  });

  test.each([
    ['nonsense', 'path=value is needed'],
    ['=5', 'path=value is needed'],
    ['chip..cell=5', 'a name is missing between the dots'],
    ['learners.fff.epochs=5', 'the scenario has no learner "fff"; did you mean "ff"?'],
    ['learners.*=5', 'an option is needed behind "learners.*"'],
    ['learners.*.rat=5', 'no learner of the scenario has an option "rat"'],
    ['seeds.first=5', 'there is no "first" inside 1'],
  ])('%s leads nowhere', (argument, message) => {
    expect(() => changedBy(argument)).toThrow(message);
    expect(() => changedBy(argument)).toThrow(`--set ${argument}`);
  });
});
