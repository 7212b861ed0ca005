/** @file `tuned`: a scenario whose learners start from what `mortal tune` has chosen. */
import { describe, expect, test } from 'vitest';
import { load } from '../../src/scenarios/load.ts';
import type { TuningFile } from '../../src/scenarios/tuning-file.ts';
import { freshFolder, write } from '../fixtures/folders.ts';
import { known } from '../fixtures/known.ts';
import { mortal, plainChip, scenario } from '../fixtures/world.ts';

function folderWith(changes: Record<string, unknown>) {
  const folder = freshFolder();
  write(folder, { 'scenarios/x.json': scenario({ chip: plainChip, ...changes }) });
  return folder;
}

describe('a scenario that names a tuning file', () => {
  const tuning: TuningFile = {
    format: 1,
    rule: 'lowest',
    command: 'mortal tune x',
    versions: {},
    data: {},
    chips: [],
    seeds: [101],
    settings: 0,
    samples: 0,
    learners: {
      ff: { learner: 'ff', chosen: { rate: 0.5 }, isAtEdge: false, passes: 0, tried: [] },
      oracle: { learner: 'backprop-oracle', chosen: { rate: 0.25 }, isAtEdge: true, passes: 0, tried: [] },
    },
  };
  const optionsIn = async (folder: string) => {
    const { settings, tuning: used } = await load('scenarios/x.json', known, { cwd: folder });
    return { rates: settings[0]!.entries.map(({ options }) => options.rate), used };
  };

  test('lets learners start from what was chosen, unless they say themselves', async () => {
    const folder = folderWith({
      learners: [
        'ff',
        { learner: 'ff', as: 'own', rate: 0.75 },
        { learner: 'backprop-oracle', as: 'oracle' },
      ],
      tuned: 't.json',
    });
    write(folder, { 'scenarios/t.json': tuning });
    const { rates, used } = await optionsIn(folder);
    expect(rates).toEqual([0.5, 0.75, 0.25]);
    expect(used).toMatchObject({ file: 't.json', content: { seeds: [101] } });
  });

  test.each([
    ['is not there', undefined, 'there is no such file'],
    ['is something else', { title: 'no tuning' }, 'this is no tuning file'],
    [
      'chooses what the learner does not allow',
      { ...tuning, learners: { ff: { ...tuning.learners.ff!, chosen: { rate: 7 } } } },
      'rate',
    ],
  ])('that %s is refused, with file and line', async (_, content, message) => {
    const folder = folderWith({ learners: ['ff'], tuned: 't.json' });
    if (content) write(folder, { 'scenarios/t.json': content });
    const { code, err } = await mortal(folder, ['check', 'scenarios/x.json']);
    expect(code).toBe(2);
    expect(err).toMatch(/\.json:\d+/);
    expect(err).toContain(message);
  });
});
