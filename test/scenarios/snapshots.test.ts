/**
 * @file A trial that was broken off and goes on from its snapshot ends with the same bits as one that was not, whatever its chip is made
 * of; and a snapshot that does not fit is not taken up. Every learner is broken off in `test/learners/trial.test.ts`.
 */
import { describe, expect, test } from 'vitest';
import { BoxModel } from '../../src/chips/boxes/box.ts';
import { Update } from '../../src/chips/updates/index.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { hashOf } from '../../src/scenarios/canonical.ts';
import { standOf, TrainingSnapshots } from '../../src/scenarios/snapshots.ts';
import { brokenOff, inMemory } from '../fixtures/broken-off.ts';
import { chipModel, chipOf } from '../fixtures/chips.ts';
import { type Asked, chips, old, run } from '../fixtures/small-trials.ts';

/** Expects the same of a trial, broken off at a snapshot or not. */
async function staysTheSame(asked: Asked, at = 1): Promise<void> {
  const { result, told } = await brokenOff(snapshots => run(asked, snapshots), at);
  expect(told).toEqual([expect.stringMatching(/^on after /)]);
  const straight = await run(asked);
  expect(result.losses.slice(at - 1)).toEqual(straight.losses.slice(at - 1));
  expect(JSON.stringify(result.result)).toBe(JSON.stringify(straight.result));
}

describe('a trial that is broken off goes on with the same bits', () => {
  test.each(Object.entries(chips))('on a chip with %s', (_, asked) => staysTheSame(asked));

  test('in later life', () => staysTheSame(old, 3));

  test('when softmaxes learn on alone', () =>
    staysTheSame({ learner: 'ff-unsupervised', options: { refit: 2 } }, 3));

  test('in the training of a teacher, of a population, of a student', async () => {
    const asked: Asked = { distill: { start: 'robust' } };
    const straight = JSON.stringify(await run(asked));
    for (const at of [1, 3, 5]) {
      const made = new Map<string, Uint8Array>();
      const artefacts = { read: (key: string) => made.get(key), write: made.set.bind(made) };
      const { result, told } = await brokenOff(snapshots => run({ ...asked, artefacts }, snapshots), at);
      expect(told).toEqual(['on after 1 of 2']);
      expect(made.size).toBe(2);
      expect(JSON.stringify(result.result)).toBe(JSON.stringify(JSON.parse(straight).result));
    }
  });
});

describe('among these chips', () => {
  const kindsIn = (union: unknown) =>
    (union as { oneOf: { properties: { kind: { const: string } } }[] }).oneOf.map(
      ({ properties }) => properties.kind.const,
    );
  const text = JSON.stringify(chips);
  const isThere = (kind: string) => text.includes(`"kind":"${kind}"`);

  test('is one with every kind of update', () => {
    expect(kindsIn(Update).filter(kind => kind !== 'ideal' && !isThere(kind))).toEqual([]);
  });

  test('is one with every kind of box that changes or remembers', () => {
    const same = ['none', 'quantiser', 'saturation', 'chaotic'];
    const sameButForNoise = ['table', 'onnx', 'comparator', 'expression', 'optical'];
    const outOfReach = ['program'];
    const others = kindsIn(BoxModel).filter(
      kind => ![...same, ...sameButForNoise, ...outOfReach].includes(kind),
    );
    expect(others.filter(kind => !isThere(kind))).toEqual([]);
  });
});

describe('a snapshot', () => {
  const asked = chips['the update mixed-precision']!;

  /** Bytes of one, with what is said about it changed. */
  async function taken(change: (header: Record<string, unknown>) => object = header => header) {
    const memory = inMemory();
    await brokenOff(snapshots => run(asked, snapshots), 1, memory);
    const file = memory.file!;
    const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
    const { __metadata__, ...entries } = JSON.parse(Buffer.from(file.subarray(8, 8 + length)).toString());
    const header = change(JSON.parse(__metadata__.header));
    const sealed = { ...__metadata__, header: JSON.stringify(header), seal: hashOf(header) };
    const text = JSON.stringify({ __metadata__: sealed, ...entries });
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
    return Buffer.concat([size, Buffer.from(text), file.subarray(8 + length)]);
  }

  /** The same bytes but for a text. */
  function altered(file: Uint8Array, from: string, to: string): Uint8Array {
    const out = Buffer.from(file);
    out.write(to, out.indexOf(from));
    return out;
  }

  test.each<[string, RegExp, (file: Uint8Array) => Uint8Array, ((header: object) => object)?]>([
    ['that is damaged', /SHA-256 differs/, file => file.with(file.length - 1, 3)],
    ['whose header is damaged', /its header/, file => altered(file, '"epoch\\":1', '"epoch\\":2')],
    ['that is cut off', /SHA-256 differs/, file => file.subarray(0, -100)],
    ['that is empty', /0 bytes long/, () => new Uint8Array()],
    ['of another trial', /another trial/, file => file, header => ({ ...header, trial: 'other' })],
    ['of another version', /by mortal 9/, file => file, header => ({ ...header, versions: { mortal: '9' } })],
    [
      'of a chip that is made otherwise',
      /otherwise now/,
      file => file,
      header => ({ ...header, extent: {} }),
    ],
    ['of more than there is', /otherwise now/, file => file, header => ({ ...header, entered: {} })],
  ])('%s is refused, and the trial starts over', async (_, why, change, told) => {
    const memory = inMemory();
    memory.file = change(await taken(told));
    const again = await run(asked, memory.until(Number.POSITIVE_INFINITY));
    expect(memory.told).toEqual([expect.stringMatching(why)]);
    expect(again).toEqual(await run(asked));
  });

  test('of another training of the trial is left alone', async () => {
    const memory = inMemory();
    memory.file = await taken(header => ({ ...header, stage: 'another' }));
    expect(await run(asked, memory.until(Number.POSITIVE_INFINITY))).toEqual(await run(asked));
    expect(memory.told).toEqual([]);
  });

  test('tells how far it is by its first bytes alone', async () => {
    const file = await taken();
    const read = (into: Uint8Array, at: number) => {
      if (at + into.length > 100_000) throw new Error('read too far');
      into.set(file.subarray(at, at + into.length));
    };
    expect(standOf({ size: file.length, read })).toMatchObject({ epoch: 1, epochs: 3 });
    expect(standOf({ size: 5, read })).toBeUndefined();
  });

  test('is not taken where the state of a part is out of reach, which is told once', async () => {
    const engine = await openEngine({ product: 'plain', kernels: 'plain', bytes: 2 ** 22 });
    const program = { kind: 'program' as const, command: ['never-started'], timeout: 1 };
    chipOf(chipModel({ boxes: { front: { kind: 'none' }, between: program } }), engine);
    const memory = inMemory();
    const snapshots = new TrainingSnapshots('any', engine, memory.until(1), () => {}, true);
    expect(snapshots.begin(() => {})).toBe(0);
    for (const epoch of [1, 2]) snapshots.lived({ epoch, epochs: 2, loss: 0 });
    expect(memory.file).toBeUndefined();
    expect(memory.told).toEqual([
      'no snapshot can be taken: nobody knows the state of the program never-started',
    ]);
  });
});
