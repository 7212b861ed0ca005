/** @file What every family of boxes keeps to, and what each is known by. A new one is tested by being entered here. */
import { beforeEach, describe, expect, test } from 'vitest';
import { type Box, type BoxModel, canBeRewired } from '../../src/chips/boxes/box.ts';
import { curveKinds } from '../../src/chips/boxes/curves.ts';
import { buildBox } from '../../src/chips/boxes/index.ts';
import { buildMixer } from '../../src/chips/boxes/mixer.ts';
import { drawMixing } from '../../src/chips/boxes/mixing.ts';
import { slopeOf } from '../../src/chips/boxes/slope.ts';
import { poisson } from '../../src/chips/boxes/spiking.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { type Matrix, rowsOf } from '../../src/engine/matrix.ts';
import { gaussians, streamOf, uniforms } from '../../src/engine/streams.ts';
import {
  apart,
  chipModel,
  chipOf,
  deviationOf,
  meanOf,
  passOf,
  pixels,
  writeWeights,
} from '../fixtures/chips.ts';

const engine = await openEngine({ product: 'plain', kernels: 'plain', bytes: 2 ** 27 });
beforeEach(() => engine.arena.reset());

type Kind = BoxModel['kind'];
type Model<K extends Kind> = Extract<BoxModel, { kind: K }>;
const strength = 1;
const lottery: Model<'lottery'> = {
  kind: 'lottery',
  strength,
  curves: [...curveKinds],
  noise: 0.1,
  smoothing: 0.5,
};
const gating: Model<'gating'> = { kind: 'gating', strength, probability: 0.3 };
const delay: Model<'delay'> = { kind: 'delay', strength, leak: 0.3 };
const drift: Model<'drift'> = { kind: 'drift', strength, mismatch: 0.1, rate: 0.2 };
const scattering: Model<'scattering'> = {
  kind: 'scattering',
  strength,
  fanIn: 3,
  curves: ['tanh', 'fold'],
  noise: 0.1,
  bits: 0,
  smoothing: 0.5,
};
const medium: Model<'scattering'> = { ...scattering, fanIn: 1000 };
const optical: Model<'optical'> = { kind: 'optical', strength, noise: 0.1 };
const value = ['+', ['tanh', ['*', ['+', 1.5, 'a'], 'x']], ['*', 0.2, 'b']] as const;
const expression: Model<'expression'> = {
  kind: 'expression',
  expression: { text: 'tanh((1.5 + a) * x) + 0.2 * b', value, slope: slopeOf(value, 'x') },
  noise: 0.1,
};
const families: Record<string, BoxModel> = {
  scattering,
  'dense scattering': medium,
  optical,
  comparator: { kind: 'comparator', fanIn: 3, noise: 0.1, smoothing: 0.5 },
  expression,
  lottery,
  gating,
  delay,
  drift,
  quantiser: { kind: 'quantiser', strength, step: 1.5 },
  saturation: { kind: 'saturation', strength, ceiling: 1, spread: 0.5, dead: 0.3 },
  hysteresis: { kind: 'hysteresis', strength, width: 0.8 },
  table: {
    kind: 'table',
    csv: {
      input: [-1, 0, 1, 3],
      outputs: [
        [0, 1, -1, 2],
        [2, 0, 1, 1],
      ],
      deviations: [
        [0.1, 0, 0.2, 0.1],
        [0.1, 0.1, 0.1, 0.1],
      ],
    },
  },
  chaotic: { kind: 'chaotic', strength, rounds: 3, low: 3.5, high: 3.99 },
  spiking: { kind: 'spiking', strength, spikes: 3 },
  'slow-net': { kind: 'slow-net', strength, hidden: 30, gain: 2, perturbation: 0.1, rate: 0 },
  chain: { kind: 'chain', boxes: [scattering, delay, gating] },
};
const [units, batch] = [24, 40];
const build = (model: BoxModel, seed = 1, most = batch): Box =>
  buildBox(model, units, most, engine, path => streamOf(seed, path))!;

function activities(rows = batch, seed = 1, width = units): Matrix {
  const m = engine.matrix(rows, width);
  m.data.set(gaussians(streamOf(seed, 'activities'), m.data.length).map(n => Math.max(n, 0)));
  engine.kernels.normaliseRows(m, m, 1e-4);
  return m;
}
function sent(box: Box, x: Matrix): Matrix {
  const z = engine.matrix(x.rows, x.columns);
  box.send(x, z);
  return z;
}

describe.each(Object.entries(families))('a box of family %s', (_, model) => {
  test('at strength 0 is exactly a wire, both ways', () => {
    if (!('strength' in model)) return;
    const box = build({ ...model, strength: 0 } as BoxModel);
    const x = activities();
    expect(sent(box, x).data).toEqual(x.data);
    const back = engine.matrix(batch, units);
    box.pullBack(x, x, back);
    expect(back.data).toEqual(x.data);
    box.rewire?.(0.5);
    expect(sent(box, x).data).toEqual(x.data);
  });

  test('is one individual by one seed and another by another, and changes what passes', () => {
    const x = activities();
    const [one, same, other] = [1, 1, 2].map(seed => sent(build(model, seed), x).data);
    expect(same).toEqual(one);
    expect(apart(one!, x.data)).toBeGreaterThan(0.05);
    const hasFlaws = !['quantiser', 'delay'].includes(model.kind); // these two are the same for all
    expect(apart(one!, other!) > 0.01).toBe(hasFlaws);
  });

  test('treats a sample alike in a large batch and in small ones', () => {
    const x = activities();
    const whole = sent(build(model), x);
    const box = build(model);
    const parts = [0, 7, 27].map((from, k) => sent(box, rowsOf(x, from, [7, 20, 13][k]!)));
    const isFresh = 'noise' in model || ['gating', 'spiking', 'chain'].includes(model.kind);
    if (!isFresh) expect(Float32Array.from(parts.flatMap(p => [...p.data]))).toEqual(whole.data);
    expect(parts[0]!.data).toEqual(whole.data.subarray(0, 7 * units));
  });

  test('remembers only what it says it remembers', () => {
    const box = build(model);
    const x = activities();
    const y = activities(batch, 2);
    sent(box, x);
    const kept = (box.memory ?? []).map(each => each.slice());
    sent(box, y);
    box.memory?.forEach((each, k) => {
      expect(each).not.toEqual(kept[k]);
      each.set(kept[k]!);
    });
    const remembers = ['hysteresis', 'delay', 'chain'].includes(model.kind);
    expect((box.memory?.length ?? 0) > 0).toBe(remembers);
  });

  test('gives what it gives whatever sample came before, unless it remembers', () => {
    const [x, before] = [activities(2), activities(2, 2)];
    before.data.set(x.data.subarray(units), units); // two batches that differ in their first sample alone
    const [one, other] = [x, before].map(m => sent(build(model), m).data.subarray(units));
    const later = [x, before].map(m => {
      const box = build(model);
      sent(box, rowsOf(m, 0, 1));
      return sent(box, rowsOf(m, 1, 1)).data;
    });
    const remembers = ['hysteresis', 'delay', 'chain'].includes(model.kind);
    expect(apart(one!, other!) > 0.01).toBe(remembers);
    expect(apart(later[0]!, later[1]!) > 0.01).toBe(remembers);
    if (!remembers) expect([one, later[0]]).toEqual([other, later[1]]);
  });

  test('gives finite numbers for silence and for extremes', () => {
    const box = build(model);
    const x = engine.matrix(3, units);
    x.data
      .fill(0, 0, units)
      .fill(30, units, 2 * units)
      .fill(-30, 2 * units);
    expect(sent(box, x).data.every(Number.isFinite)).toBe(true);
    const back = engine.matrix(3, units);
    box.pullBack(x, activities(3), back);
    expect(back.data.every(Number.isFinite)).toBe(true);
  });
});

describe('the derivative of the mean', () => {
  test.each<[string, BoxModel, number]>([
    ['lottery', { ...lottery, curves: ['tanh', 'sine', 'square', 'clip'], noise: 0 }, 1],
    ['saturation', families.saturation!, 1],
    ['chaotic', { ...(families.chaotic as Model<'chaotic'>), strength: 0.6, rounds: 2 }, 1],
    ['drift', drift, 1],
    ['dense scattering', { ...medium, curves: ['tanh'], noise: 0 }, 1],
    ['dense scattering of half strength', { ...medium, curves: ['tanh'], noise: 0, strength: 0.5 }, 1],
    ['optical', { ...optical, noise: 0 }, 1],
    ['optical of half strength', { ...optical, noise: 0, strength: 0.5 }, 1],
    ['expression', { ...expression, noise: 0 }, 1],
    ['slow-net', families['slow-net']!, 1],
    ['gating', gating, 4000],
    ['spiking', families.spiking!, 4000],
    [
      'chain',
      {
        kind: 'chain',
        boxes: [{ ...lottery, curves: ['tanh'], noise: 0 }, families['slow-net'] as Model<'slow-net'>],
      },
      1,
    ],
  ])('%s: is the slope along any direction', (_, model, repeats) => {
    expect(slopeError(model, repeats)).toBeLessThan(repeats > 1 ? 0.02 : 0.002);
  });

  test.each<[string, BoxModel]>([
    ['lottery', { ...lottery, curves: ['tanh', 'sine'], noise: 0 }],
    ['scattering', { ...scattering, curves: ['tanh'], noise: 0 }],
    ['dense scattering', { ...medium, curves: ['tanh'], noise: 0 }],
    ['optical', { ...optical, noise: 0 }],
    ['expression', { ...expression, noise: 0 }],
    ['slow-net', families['slow-net']!],
  ])('%s: still is after an accident', (_, model) => {
    expect(slopeError(model, 1, box => box.rewire!(0.5))).toBeLessThan(0.002);
  });
});

/**
 * By how much what `pullBack` claims and what differences show are apart, as a share of the largest slope there may be: along a random
 * direction and along the claimed gradient itself, the larger.
 */
function slopeError(model: BoxModel, repeats: number, happened: (box: Box) => void = () => {}): number {
  const x = activities(4);
  const d = engine.matrix(4, units);
  d.data.set(gaussians(streamOf('d', 'x'), d.data.length));
  const boxNow = () => {
    const box = build(model, 3, 4); // the same noise every time
    happened(box);
    return box;
  };
  const back = engine.matrix(4, units);
  boxNow().pullBack(x, d, back);
  const out = engine.matrix(4, units);
  const there = engine.matrix(4, units);
  const h = repeats > 1 ? 0.1 : 2e-3;
  const moved = (along: Float32Array, step: number): number => {
    there.data.set(x.data.map((v, k) => v + step * along[k]!));
    const box = boxNow();
    let sum = 0;
    for (let k = 0; k < repeats; k++) {
      box.send(there, out);
      sum += out.data.reduce((s, z, i) => s + z * d.data[i]!, 0) / repeats;
    }
    return sum;
  };
  const gradient = Math.hypot(...back.data) / Math.sqrt(back.data.length);
  const directions = [gaussians(streamOf('along', 'x'), d.data.length), back.data.map(g => g / gradient)];
  const errors = directions.map(direction => {
    // only where there is activity: a spike count has a kink at silence
    const along = direction.map((v, k) => (x.data[k]! > 0.2 ? v : 0));
    const slope = (moved(along, h) - moved(along, -h)) / (2 * h);
    const claimed = back.data.reduce((s, g, k) => s + g * along[k]!, 0);
    const most = Math.hypot(...back.data.map((g, k) => (along[k] === 0 ? 0 : g))) * Math.hypot(...along);
    return Math.abs(slope - claimed) / most;
  });
  return Math.max(...errors);
}

test('the derivative of a delay is that for the sample itself, of hysteresis and a quantiser a wire', () => {
  const [x, d] = [activities(3), activities(3, 2)];
  const pulled = (model: BoxModel) => {
    const out = engine.matrix(3, units);
    build(model).pullBack(x, d, out);
    return out.data;
  };
  expect(
    apart(
      pulled(delay),
      d.data.map(v => 0.7 * v),
    ),
  ).toBeLessThan(1e-6);
  for (const kind of ['hysteresis', 'quantiser']) expect(pulled(families[kind]!)).toEqual(d.data);
});

describe('what each is known by', () => {
  test('a medium in which every output hears every input is the product with its matrix', () => {
    const dense = drawMixing(units, 1000, 1, engine, path => streamOf(1, path));
    expect(dense.fanIn).toBe(units);
    const x = activities(5);
    const mixed = buildMixer(dense, units, batch, engine).mix(x);
    for (const [b, i] of [
      [0, 0],
      [2, 7],
      [4, units - 1],
    ] as const) {
      let sum = 0;
      for (let k = 0; k < units; k++)
        sum += dense.weights[i * units + k]! * x.data[b * units + dense.indices[i * units + k]!]!;
      expect(mixed.data[i * 5 + b]).toBeCloseTo(sum, 5);
    }
    expect(deviationOf([...dense.weights]) * Math.sqrt(units)).toBeCloseTo(1, 2); // rows of length 1
  });

  test('speckle: intensities are exponential of mean 1, and never below 0', () => {
    const wide = 200;
    const model = { ...optical, noise: 0 };
    const all = Array.from({ length: 20 }, (_, seed) => {
      const box = buildBox(model, wide, 10, engine, path => streamOf(seed, path))!;
      return [...sent(box, activities(10, seed, wide)).data];
    }).flat();
    expect(Math.min(...all)).toBeGreaterThanOrEqual(0);
    expect(Math.abs(meanOf(all) - 1)).toBeLessThan(0.05);
    expect(Math.abs(deviationOf(all) - 1)).toBeLessThan(0.1);
    for (const t of [0.5, 1, 2])
      expect(all.filter(z => z > t).length / all.length / Math.exp(-t)).toBeCloseTo(1, 1);
  });

  test('light loses its sign and nothing else: the opposite field gives the same picture', () => {
    const box = build({ ...optical, noise: 0 });
    const x = activities(3);
    const one = sent(box, x).data.slice();
    const opposite = engine.matrix(3, units);
    opposite.data.set(x.data.map(v => -v));
    expect(sent(box, opposite).data).toEqual(one);
  });

  test('gating shuts that share off and keeps the mean', () => {
    const x = engine.matrix(batch, units);
    x.data.fill(1);
    const box = build(gating);
    const all = Array.from({ length: 50 }, () => [...sent(box, x).data]).flat();
    expect(all.filter(z => z === 0).length / all.length).toBeCloseTo(0.3, 1);
    expect(meanOf(all)).toBeCloseTo(1, 1);
    expect(new Set(all).size).toBe(2);
  });

  test.each([0.3, 2, 9, 29, 80])('spikes of mean %d have that mean and variance', mean => {
    const counts = Array.from(uniforms(streamOf('poisson', String(mean)), 40000), u => poisson(mean, u));
    expect(Math.abs(meanOf(counts) / mean - 1)).toBeLessThan(0.03);
    expect(Math.abs(deviationOf(counts) ** 2 / mean - 1)).toBeLessThan(0.05);
    expect(counts.every(k => Number.isInteger(k) && k >= 0)).toBe(true);
  });

  test('an activity of 1 sends the mean number of spikes, a negative one none', () => {
    const x = engine.matrix(batch, units);
    x.data.fill(1);
    const counts = sent(build(families.spiking!), x).data.map(z => 3 * z);
    expect(meanOf(counts)).toBeCloseTo(3, 0);
    expect(counts.every(k => Math.abs(k - Math.round(k)) < 1e-4)).toBe(true);
    x.data.fill(-1);
    expect(Math.max(...sent(build(families.spiking!), x).data)).toBe(0);
    const back = engine.matrix(batch, units);
    build(families.spiking!).pullBack(x, activities(), back);
    expect(back.data.every(g => g === 0)).toBe(true);
  });

  test('delay mixes the previous sample in, across passes', () => {
    const x = activities(2);
    const box = build(delay);
    const z = [0, 1].flatMap(b => [...sent(box, rowsOf(x, b, 1)).data]);
    const wanted = [...x.data].map((n, k) => (k < units ? 0.7 * n : 0.7 * n + 0.3 * x.data[k - units]!));
    expect(apart(z, wanted)).toBeLessThan(1e-6);
  });

  test('hysteresis follows with play: up and down the same input gives two outputs, apart by the play', () => {
    const box = build(families.hysteresis!);
    const ramp = (...values: number[]): Matrix => {
      const x = engine.matrix(values.length, units);
      values.forEach((v, b) => {
        x.data.fill(v, b * units, (b + 1) * units);
      });
      return sent(box, x);
    };
    ramp(0, 1, 2, 3);
    const up = ramp(0, 2).data.slice(units); // reached from below
    const down = ramp(4, 2).data.slice(units); // and from above
    down.forEach((z, j) => {
      const play = z - up[j]!;
      expect(play).toBeGreaterThan(0.79);
      expect(play).toBeLessThan(2.41);
    });
    const still = ramp(2, 2).data;
    expect(still.subarray(0, units)).toEqual(still.subarray(units)); // within its play it rests
  });

  test('dead units always give the same, the others follow up to their ceilings', () => {
    const box = build({ kind: 'saturation', strength, ceiling: 1, spread: 0, dead: 0.25 });
    const values = [0.2, 0.9, 5].map(level => {
      const x = engine.matrix(1, units);
      x.data.fill(level);
      return sent(box, x).data;
    });
    const dead = [...values[0]!.keys()].filter(j => values[0]![j] === values[2]![j]);
    expect(dead.length).toBe(6);
    for (let j = 0; j < units; j++) {
      if (dead.includes(j)) continue;
      expect(values.map(v => v[j])).toEqual([0.2, 0.9, 1].map(Math.fround));
    }
  });

  test('drift walks away as the square root of time, however the time is cut', () => {
    const spreadAfter = (...days: number[]): number => {
      const gains: number[] = [];
      for (let seed = 0; seed < 60; seed++) {
        const box = build({ ...drift, mismatch: 0 }, seed);
        for (const day of days) box.age!(day * 86400);
        const x = engine.matrix(2, units);
        x.data.fill(1, units);
        const { data } = sent(box, x);
        for (let j = 0; j < units; j++) gains.push(Math.log(data[units + j]! - data[j]!)); // offset taken off
      }
      return deviationOf(gains);
    };
    expect(spreadAfter(1)).toBeCloseTo(0.2, 1);
    expect(spreadAfter(4) / 0.4).toBeCloseTo(1, 1);
    expect(spreadAfter(1, 1, 1, 1) / 0.4).toBeCloseTo(1, 1);
  });

  test('a chain of wires and one box is that box, and two boxes are one after the other', () => {
    const x = activities();
    const still: Model<'lottery'> = { ...lottery, noise: 0 };
    const alone = buildBox(still, units, batch, engine, path => streamOf(1, `2/${path}`))!;
    const wired = build({ kind: 'chain', boxes: [{ kind: 'none' }, still] });
    expect(sent(wired, x).data).toEqual(sent(alone, x).data);

    const first = buildBox(still, units, batch, engine, path => streamOf(1, `1/${path}`))!;
    const between = sent(first, x);
    engine.kernels.normaliseRows(between, between, 1e-4);
    expect(sent(build({ kind: 'chain', boxes: [still, still] }), x).data).toEqual(sent(alone, between).data);
    expect(
      buildBox({ kind: 'chain', boxes: [{ kind: 'none' }] }, units, batch, engine, path => streamOf(1, path)),
    ).toBeUndefined();
  });
});

describe('an accident', () => {
  const still: Model<'scattering'> = { ...scattering, noise: 0 };
  test.each<[string, BoxModel]>([
    ['scattering', still],
    ['scattering of half strength', { ...still, strength: 0.5 }],
    ['lottery', { ...lottery, noise: 0 }],
    ['comparator', { kind: 'comparator', fanIn: 3, noise: 0, smoothing: 0.5 }],
    ['comparator of all inputs', { kind: 'comparator', fanIn: 1000, noise: 0, smoothing: 0.5 }],
    ['optical', { ...optical, noise: 0 }],
    ['expression', { ...expression, noise: 0 }],
    ['slow-net', families['slow-net']!],
    ['a chain', { kind: 'chain', boxes: [delay, still] }],
  ])('%s: changes units up to that share, and no others; a second one is another', (_, model) => {
    const x = activities(30);
    const box = build(model);
    const memory = (box.memory ?? []).map(each => each.slice());
    const again = () => {
      box.memory?.forEach((each, k) => {
        each.set(memory[k]!);
      });
      return sent(box, x).data;
    };
    const before = again();
    box.rewire!(0.25);
    const after = again();
    const changed = Array.from({ length: units }, (_u, j) => j).filter(j =>
      [...Array(30).keys()].some(b => before[b * units + j] !== after[b * units + j]),
    );
    expect(changed.length).toBeLessThanOrEqual(6);
    expect(changed.length).toBeGreaterThan(2);
    box.rewire!(0.25);
    const twice = again();
    expect(twice).not.toEqual(after);
    box.rewire!(0);
    expect(again()).toEqual(twice);
  });

  test.each<[string, BoxModel]>([
    ['dense scattering', { ...still, fanIn: 1000, curves: ['tanh'] }],
    ['comparator', { kind: 'comparator', fanIn: 3, noise: 0, smoothing: 0.5 }],
    ['optical', { ...optical, noise: 0 }],
    ['slow-net', families['slow-net']!],
  ])('%s: that hits all units leaves nothing of the old box', (_, model) => {
    const wide = 200;
    const x = activities(10, 1, wide);
    const box = buildBox(model, wide, 10, engine, path => streamOf(1, path))!;
    const before = sent(box, x).data;
    box.rewire!(1);
    const after = sent(box, x).data;
    const [one, other] = [before, after].map(z => z.map(v => v - meanOf([...z])));
    const together = one!.reduce((sum, v, k) => sum + v * other![k]!, 0);
    expect(Math.abs(together) / (Math.hypot(...one!) * Math.hypot(...other!))).toBeLessThan(0.25);
  });
});

test('a chip that is looked at unnoticed has its boxes remember what they did', () => {
  const model = chipModel({ boxes: { front: delay, between: families.hysteresis! } });
  const chip = chipOf(model, engine, { batch: 4 });
  writeWeights(chip, engine);
  const images = pixels(engine, 4, 6);
  passOf(chip, images);
  const before = passOf(chip, images).delivered.data.slice();
  const twin = chipOf(model, engine, { batch: 4 });
  writeWeights(twin, engine);
  passOf(twin, images);
  twin.unnoticed(() => passOf(twin, pixels(engine, 4, 6, 'others')));
  expect(passOf(twin, images).delivered.data.slice()).toEqual(before);
});

test.each(
  Object.entries({
    ...families,
    comparator: { kind: 'comparator' as const, fanIn: 3, noise: 0, smoothing: 0.5 },
  }),
)('%s can be rewired exactly if its description says so', (_, model) => {
  expect(build(model).rewire !== undefined).toBe(canBeRewired(model));
});
