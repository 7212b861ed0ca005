/** @file Boxes in series, as they are written: names of files, what differs from them, and where a mistake stands. */
import { describe, expect, test } from 'vitest';
import { load } from '../../src/scenarios/load.ts';
import { freshFolder, write } from '../fixtures/folders.ts';
import { known } from '../fixtures/known.ts';
import { scenario } from '../fixtures/world.ts';

const folder = freshFolder();

/** The box between the layers of a chip that is written like this. */
async function between(box: unknown, overrides: string[] = []) {
  const chip = { model: 'ideal', boxes: { between: box } };
  write(folder, { 'scenarios/test.json': scenario({ chip }) });
  const { settings } = await load('scenarios/test.json', known, { cwd: folder, overrides });
  return settings[0]!.chip.boxes.between;
}
const linksOf = async (...given: Parameters<typeof between>) => {
  const box = await between(...given);
  if (box.kind !== 'chain') throw new Error(`a chain, not ${box.kind}`);
  return box.boxes;
};

describe('links of a chain', () => {
  test('may be names, files with changes and whole descriptions', async () => {
    const links = await linksOf({
      kind: 'chain',
      boxes: ['scattering', { model: 'gating', probability: '10 %' }, { kind: 'delay', leak: 0.5 }],
    });
    expect(links).toMatchObject([
      { kind: 'scattering', fanIn: 3, noise: 0.1 },
      { kind: 'gating', probability: 0.1, strength: 1 },
      { kind: 'delay', leak: 0.5, strength: 1 },
    ]);
  });

  test('come with a file, and are replaced all at once', async () => {
    expect((await linksOf('gated')).map(({ kind }) => kind)).toEqual(['scattering', 'gating']);
    expect(await linksOf({ model: 'gated', boxes: ['optical'] })).toMatchObject([{ kind: 'optical' }]);
  });

  test("are found from one's own file, by its folder", async () => {
    write(folder, {
      'boxes/mine.json': { kind: 'chain', boxes: ['./soft.json', 'drift'] },
      'boxes/soft.json': { model: 'saturation', ceiling: 3 },
    });
    expect(await linksOf('../boxes/mine.json')).toMatchObject([
      { kind: 'saturation', ceiling: 3, dead: 0.3 },
      { kind: 'drift' },
    ]);
  });

  test.each<[string, unknown, string]>([
    ['a name that nobody has', ['scattering', 'drifd'], 'scenarios/test.json:17:11: found "drifd"'],
    ['a chain in a chain', ['gated'], 'found "chain"'],
    ['a value out of range', [{ model: 'delay', leak: 2 }], 'chip.boxes.between.boxes.0.leak: found 2'],
    ['an unknown key', [{ model: 'delay', leek: 0.1 }], 'did you mean "leak"'],
    ['no link at all', [], 'chip.boxes.between.boxes'],
  ])('with %s are refused, with the place', async (_, boxes, message) => {
    await expect(between({ kind: 'chain', boxes })).rejects.toThrow(message);
  });

  test('that name their own chain are refused', async () => {
    write(folder, { 'boxes/loop.json': { kind: 'chain', boxes: ['./loop.json'] } });
    await expect(between('../boxes/loop.json')).rejects.toThrow('"./loop.json" starts from itself');
  });
});
