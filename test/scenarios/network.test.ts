/** @file A learner that needs a resistive network is told where it stands beside a chip that cannot be one. */
import { describe, expect, test } from 'vitest';
import { learners } from '../../src/learners/index.ts';
import { load } from '../../src/scenarios/load.ts';
import { freshFolder, write } from '../fixtures/folders.ts';
import { known } from '../fixtures/known.ts';
import { scenario } from '../fixtures/world.ts';

const name = 'equilibrium-propagation';
const all = { ...known, learners: { ...known.learners, [name]: learners[name]! } };

function loaded(changes: Record<string, unknown>) {
  const cwd = freshFolder();
  write(cwd, { 'scenarios/test.json': scenario(changes) });
  return load('scenarios/test.json', all, { cwd });
}
const chip = (given: Record<string, unknown>) => ({ model: 'reference', ...given });

describe('a scenario with a learner that needs a resistive network', () => {
  test('is taken where the chip has no boxes', async () => {
    const { settings } = await loaded({ learners: ['ff', name] });
    expect(settings[0]!.entries.map(entry => entry.name)).toEqual(['ff', name]);
  });

  test.each([
    [
      'a box between layers',
      chip({ boxes: { front: 'none', between: 'scattering' } }),
      'a box lets nothing back',
    ],
    ['a box in front', chip({ boxes: { front: 'scattering', between: 'none' } }), 'a box lets nothing back'],
    ['other circuits than rectifiers', chip({ neuron: 'student-t' }), 'not student-t circuits'],
  ])('is refused where the chip has %s, at the entry of that learner', async (_name, given, words) => {
    const asked = loaded({ chip: given, learners: ['ff', name] });
    await expect(asked).rejects.toThrow(words);
    await expect(asked).rejects.toThrow(/test\.json:\d+:\d+ learners\.1: "equilibrium-propagation" needs/);
  });

  test('is refused where one setting of many has a box', async () => {
    const vary = { 'chip.boxes.between': ['none', 'scattering'] };
    await expect(loaded({ learners: [name], vary })).rejects.toThrow('a box lets nothing back');
  });
});
