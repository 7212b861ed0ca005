/**
 * @file The fast kernels say what the plain ones say. Every matrix lies between two rows of its own that must survive, so
 * that a vector that runs past an odd end is seen.
 */
import { fc, test } from '@fast-check/vitest';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type Engine, openEngine } from '../../src/engine/engine.ts';
import { type Kernels, paddedColumns, type TrainBits } from '../../src/engine/kernels.ts';
import { type Matrix, rowsOf } from '../../src/engine/matrix.ts';
import { gaussians, integers, streamOf, uniforms } from '../../src/engine/streams.ts';

interface Case {
  rows: number;
  columns: number;
  /** columns of those matrices that may be wider */
  wide: number;
  kernels: Kernels;
  /** Gaussian numbers */
  normal(rows: number, columns: number): Matrix;
  /** uniform numbers in [0.1, 1.1) */
  positive(rows: number, columns: number): Matrix;
  engine: Engine;
}

const adamStep = { rate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, step: 3, decay: 0.1 };
const momentumStep = { rate: 0.1, momentum: 0.9, scale: 0.01, decay: 0.3 };

function cellsOf({ rows, columns, positive, kernels }: Case) {
  const low = positive(rows, columns);
  kernels.addScaled(low, -2, low);
  const [up, down, high] = [positive(rows, columns), positive(rows, columns), positive(rows, columns)];
  return { up, down, low, high, step: 0.3, cycle: 0.3, maximum: 10 };
}

const streams = () => ({ rounding: streamOf(1, 'rounding'), cycle: streamOf(1, 'cycle') });

/** One call each; returns what the call returns. */
const calls: Record<string, (c: Case) => unknown> = {
  normaliseRows: c => c.kernels.normaliseRows(c.normal(c.rows, c.columns), c.normal(c.rows, c.wide), 1e-6),
  'normaliseRows in place': c => {
    const x = c.normal(c.rows, c.columns);
    return c.kernels.normaliseRows(x, x, 1e-6);
  },
  normaliseRowsBack: c => {
    const [x, d] = [c.normal(c.rows, c.columns), c.normal(c.rows, c.wide)];
    return c.kernels.normaliseRowsBack(x, d, c.normal(c.rows, c.columns), 0.1);
  },
  sumSquares: c => c.kernels.sumSquares(c.normal(c.rows, c.columns), c.normal(c.rows, 1)),
  columnMeans: c => c.kernels.columnMeans(c.normal(c.rows, c.columns), c.normal(1, c.columns)),
  columnSums: c => c.kernels.columnSums(c.normal(c.rows, c.columns), c.normal(1, c.columns)),
  scaleRows: c => {
    const [x, factors] = [c.normal(c.rows, c.columns), c.normal(c.rows, 1)];
    return c.kernels.scaleRows(x, factors, c.normal(c.rows, c.columns));
  },
  addRow: c => c.kernels.addRow(c.normal(c.rows, c.columns), c.normal(1, c.columns)),
  transpose: c => c.kernels.transpose(c.normal(c.rows, c.wide), c.normal(c.columns, c.rows)),
  'copy to a wider one': c => c.kernels.copy(c.normal(c.rows, c.columns), c.normal(c.rows, c.wide)),
  'copy from a wider one': c => c.kernels.copy(c.normal(c.rows, c.wide), c.normal(c.rows, c.columns)),
  fill: c => c.kernels.fill(c.normal(c.rows, c.columns), 0.3),
  addScaled: c => c.kernels.addScaled(c.normal(c.rows, c.columns), 0.3, c.normal(c.rows, c.columns)),
  gate: c => c.kernels.gate(c.normal(c.rows, c.columns), c.normal(c.rows, c.wide)),
  quantise: c => c.kernels.quantise(c.normal(c.rows, c.wide), c.columns, -0.8, 1.1, 8),
  'quantise symmetrically': c => c.kernels.quantise(c.normal(c.rows, c.wide), c.columns, -1, 1, 255),
  isFinite: c => c.kernels.isFinite(c.normal(c.rows, c.columns)),
  rectify: c => c.kernels.rectify(c.normal(c.rows, c.columns), ...circuits(c), c.normal(c.rows, c.columns)),
  rectifyBack: c =>
    c.kernels.rectifyBack(c.normal(c.rows, c.columns), ...circuits(c), c.normal(c.rows, c.wide)),
  addGaussian: c => {
    const stream = { ...streamOf(3, 'noise'), position: 2 ** 32 - 3 }; // the counter carries
    c.kernels.addGaussian(c.normal(c.rows, c.columns), 0.3, stream);
    return stream.position;
  },
  addGaussianRows: c => {
    const stream = streamOf(3, 'noise');
    c.kernels.addGaussianRows(c.normal(c.rows, c.columns), c.normal(c.rows, 1), stream);
    return stream.position;
  },
  uniform: c => {
    const stream = streamOf(3, 'noise');
    c.kernels.uniform(c.normal(c.rows, c.columns), 1, 2, stream);
    return stream.position;
  },
  signs: c => {
    const stream = { ...streamOf(3, 'noise'), position: 2 ** 32 - 3 };
    c.kernels.signs(c.normal(c.rows, c.columns), 0.3, stream);
    return stream.position;
  },
  mixRows: c => {
    const [x, out] = [c.normal(c.rows + 2, c.columns), c.normal(c.rows, c.columns)];
    return c.kernels.mixRows(x, indices(c), c.normal(c.rows, 3).data, 3, out);
  },
  mixRowsBack: c => {
    const [d, out] = [c.normal(c.rows, c.columns), c.normal(c.rows + 2, c.columns)];
    return c.kernels.mixRowsBack(d, indices(c), c.normal(c.rows, 3).data, 3, out);
  },
  adam: c => {
    const [gradient, first, weights] = [0, 1, 2].map(() => c.normal(c.rows, c.columns));
    return c.kernels.adam(gradient!, first!, c.positive(c.rows, c.columns), weights!, adamStep);
  },
  'adam on neighbours': c => {
    const all = c.normal(4 * c.rows, c.columns);
    const [gradient, first, second, weights] = [0, 1, 2, 3].map(i => rowsOf(all, i * c.rows, c.rows));
    second!.data.forEach((value, k) => {
      second!.data[k] = Math.abs(value);
    });
    return c.kernels.adam(gradient!, first!, second!, weights!, adamStep);
  },
  momentum: c => {
    const [gradient, velocity, weights] = [0, 1, 2].map(() => c.normal(c.rows, c.columns));
    return c.kernels.momentum(gradient!, velocity!, weights!, momentumStep);
  },
  'momentum on neighbours': c => {
    const all = c.normal(3 * c.rows, c.columns);
    const [gradient, velocity, weights] = [0, 1, 2].map(i => rowsOf(all, i * c.rows, c.rows));
    return c.kernels.momentum(gradient!, velocity!, weights!, momentumStep);
  },
  writeBounded: c => {
    const [weights, change, response] = [0, 1, 2].map(() => c.normal(c.rows, c.columns));
    const { low, high } = cellsOf(c);
    return c.kernels.writeBounded(weights!, change!, response!, low, high);
  },
  pulseConstant: c =>
    c.kernels.pulseConstant(c.normal(c.rows, c.columns), c.normal(c.rows, c.columns), cellsOf(c), streams()),
  pulseSoftBounds: c =>
    c.kernels.pulseSoftBounds(
      c.normal(c.rows, c.columns),
      c.normal(c.rows, c.columns),
      cellsOf(c),
      streams(),
    ),
  coincideConstant: c =>
    c.kernels.coincideConstant(
      c.normal(c.rows, c.columns),
      trainsOf(c, 3, 0.4),
      cellsOf(c),
      streamOf(6, 'cycle'),
    ),
  coincideSoftBounds: c =>
    c.kernels.coincideSoftBounds(
      c.normal(c.rows, c.columns),
      trainsOf(c, 8, 0.4),
      cellsOf(c),
      streamOf(6, 'cycle'),
    ),
  'coincideSoftBounds, few pulses': c =>
    c.kernels.coincideSoftBounds(
      c.normal(c.rows, c.columns),
      trainsOf(c, 1, 0.02),
      cellsOf(c),
      streamOf(6, 'cycle'),
    ),
  'pulseSoftBounds, few pulses': c => {
    const cells = { ...cellsOf(c), step: 30 };
    return c.kernels.pulseSoftBounds(
      c.normal(c.rows, c.columns),
      c.normal(c.rows, c.columns),
      cells,
      streams(),
    );
  },
};

function circuits(c: Case): [gain: Matrix, offset: Matrix, knee: Matrix, compression: Matrix] {
  return [
    c.positive(1, c.columns),
    c.normal(1, c.columns),
    c.positive(1, c.columns),
    c.positive(1, c.columns),
  ];
}

/** Trains that fire at random in a share of the slots, with either sign. */
function trainsOf({ engine, rows, columns }: Case, words: number, share: number): TrainBits {
  const padded = paddedColumns(columns);
  const pair = (lines: number, used: number, at: (line: number, word: number) => number, path: string) => {
    const [plus, minus] = [engine.arena.indices(lines * words), engine.arena.indices(lines * words)];
    const draws = uniforms(streamOf(5, path), lines * words * 32);
    for (let line = 0; line < used; line++)
      for (let slot = 0; slot < 32 * words; slot++) {
        const u = draws[line * words * 32 + slot]!;
        if (u < share) (u < share / 2 ? plus : minus)[at(line, slot >> 5)]! |= 1 << (slot & 31);
      }
    return { plus, minus };
  };
  const row = pair(rows, rows, (line, word) => line * words + word, 'rows');
  const column = pair(padded, columns, (line, word) => word * padded + line, 'columns');
  return {
    words,
    rowPlus: row.plus,
    rowMinus: row.minus,
    columnPlus: column.plus,
    columnMinus: column.minus,
  };
}

/** Three for each of the case's rows. */
function indices({ engine, rows }: Case): Uint32Array {
  const list = engine.arena.indices(3 * rows);
  list.set(integers(streamOf(4, 'indices'), list.length, rows + 2));
  return list;
}

describe('fast and plain kernels agree:', () => {
  const engines: Engine[] = [];
  beforeAll(async () => {
    for (const kernels of ['wasm', 'plain'] as const)
      engines.push(await openEngine({ product: 'plain', kernels, bytes: 2 ** 24 }));
  });
  afterAll(() => {
    for (const engine of engines) engine.close();
  });

  /** Everything the call could see and change, and what it returned. */
  function run(engine: Engine, call: (c: Case) => unknown, rows: number, columns: number, wide: number) {
    engine.arena.reset();
    const seen: Matrix[] = [];
    const make = (r: number, c: number, draw: (n: number) => Float32Array): Matrix => {
      const m = engine.matrix(r + 2, c);
      m.data.set(draw(m.data.length));
      seen.push(m);
      return rowsOf(m, 1, r);
    };
    const stream = streamOf(rows + 1000 * columns, 'inputs');
    const result = call({
      rows,
      columns,
      wide,
      engine,
      kernels: engine.kernels,
      normal: (r, c) => make(r, c, n => gaussians(stream, n)),
      positive: (r, c) => make(r, c, n => uniforms(stream, n).map(u => u + 0.1)),
    });
    return { result, seen };
  }

  const sizes = fc.record({
    rows: fc.integer({ min: 1, max: 40 }),
    columns: fc.integer({ min: 1, max: 75 }),
    more: fc.integer({ min: 0, max: 5 }),
  });
  const examples: [{ rows: number; columns: number; more: number }][] = [
    [{ rows: 3, columns: 700, more: 3 }],
    [{ rows: 1, columns: 1024, more: 0 }],
    [{ rows: 600, columns: 5, more: 1 }],
  ];

  for (const [name, call] of Object.entries(calls)) {
    test.prop([sizes], { numRuns: 25, seed: 1, examples })(name, ({ rows, columns, more }) => {
      const [fast, plain] = engines.map(engine => run(engine, call, rows, columns, columns + more));
      expect(fast!.result).toBe(plain!.result);
      fast!.seen.forEach((m, i) => {
        expectClose(m.data, plain!.seen[i]!.data);
      });
    });
  }
});

function expectClose(got: Float32Array, expected: Float32Array): void {
  for (let k = 0; k < expected.length; k++) {
    const wanted = expected[k]!;
    if (!(Math.abs(got[k]! - wanted) <= 2e-5 * (1 + Math.abs(wanted))))
      expect({ index: k, value: got[k] }).toEqual({ index: k, value: wanted });
  }
}

describe.each(['wasm', 'plain'] as const)('%s kernels', kind => {
  let engine: Engine;
  let k: Kernels;
  beforeAll(async () => {
    engine = await openEngine({ product: 'plain', kernels: kind, bytes: 2 ** 24 });
    k = engine.kernels;
  });
  afterAll(() => engine.close());

  const matrix = (rows: number, columns: number, numbers: Iterable<number>): Matrix => {
    const m = engine.matrix(rows, columns);
    m.data.set([...numbers]);
    return m;
  };
  const random = (rows: number, columns: number, path = 'x') =>
    matrix(rows, columns, gaussians(streamOf(1, path), rows * columns));

  test('normalised rows have rms 1, and a row of zeros stays zero', () => {
    const x = random(3, 77);
    rowsOf(x, 1, 1).data.fill(0);
    k.normaliseRows(x, x, 1e-12);
    const squares = engine.matrix(3, 1);
    k.sumSquares(x, squares);
    expect([...squares.data].map(s => Math.round(1e4 * s) / 1e4)).toEqual([77, 0, 77]);
  });

  test('normaliseRowsBack is the gradient of normaliseRows', () => {
    const [x, d, back] = [random(2, 11), random(2, 11, 'd'), engine.matrix(2, 11)];
    k.normaliseRowsBack(x, d, back, 0.2);
    const out = engine.matrix(2, 11);
    expectClose2(
      back.data,
      slopes(x, () => k.normaliseRows(x, out, 0.2), out, d),
    );
  });

  test('normaliseRowsBack of a row of zeros is d / ε', () => {
    const [x, d] = [engine.matrix(1, 3), matrix(1, 3, [1, 2, 3])];
    k.normaliseRowsBack(x, d, d, 0.5);
    expect([...d.data]).toEqual([2, 4, 6]);
  });

  test('rectifyBack is the gradient of rectify', () => {
    const a = matrix(2, 6, [-2, -1, 0.5, 1, 2, 3, 0.3, -0.4, 0.7, 1.5, 2.5, 4]);
    const d = random(2, 6, 'd');
    const circuit = [
      [1, 0.8, 1.2, 1, 1.1, 0.9],
      [0.1, 0, -0.2, 0, 0.2, 0],
      [0, 0.5, 0.3, 0, 0.2, 1],
      [0, 0, 0.1, 0.3, 0.2, 0.1],
    ].map(row => matrix(1, 6, row)) as [Matrix, Matrix, Matrix, Matrix];
    const out = engine.matrix(2, 6);
    const expected = slopes(a, () => k.rectify(a, ...circuit, out), out, d);
    k.rectifyBack(a, ...circuit, d);
    expectClose2(d.data, expected);
  });

  test('the nominal rectifier is exactly max(a, 0), and not-a-number is not hidden', () => {
    const a = random(7, 45);
    a.data[3] = Number.NaN;
    const [one, zero, out] = [matrix(1, 45, Array(45).fill(1)), engine.matrix(1, 45), engine.matrix(7, 45)];
    k.rectify(a, one, zero, zero, zero, out);
    expect(out.data).toEqual(a.data.map(value => Math.max(value, 0)));
  });

  test('a quantiser has its ends, its number of levels, and zero where zero is a level', () => {
    const x = matrix(
      1,
      2001,
      Float32Array.from({ length: 2001 }, (_, i) => (i - 1000) / 500),
    );
    const y = matrix(1, 2001, x.data);
    k.quantise(x, 2001, -1, 1, 15);
    k.quantise(y, 2001, 0, 1.7, 256);
    expect(new Set(x.data).size).toBe(15);
    expect(new Set(y.data).size).toBe(256);
    expect([x.data[0], x.data[1000], x.data[2000]]).toEqual([-1, 0, 1]);
    expect([y.data[0], y.data[1000], y.data[2000]]).toEqual([0, 0, Math.fround(1.7)]);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'isFinite finds one %f',
    value => {
      const x = random(1, 37);
      expect(k.isFinite(x)).toBe(true);
      for (const place of [0, 20, 36]) {
        const kept = x.data[place]!;
        x.data[place] = value;
        expect(k.isFinite(x)).toBe(false);
        x.data[place] = kept;
      }
    },
  );

  test('signs are of one size, fair, and none like its neighbours, over more than one chunk', () => {
    const x = engine.matrix(1, 100_000);
    const stream = streamOf(1, 'signs');
    k.signs(x, 0.25, stream);
    expect(x.data.every(v => Math.abs(v) === 0.25)).toBe(true);
    expect(stream.position).toBe(Math.ceil(100_000 / 128));
    for (const lag of [0, 1, 32, 4096, 32768]) {
      let sum = 0;
      for (let i = lag; i < 100_000; i++)
        sum += lag === 0 ? 4 * x.data[i]! : 16 * x.data[i]! * x.data[i - lag]!;
      expect(Math.abs(sum)).toBeLessThan(4 * Math.sqrt(100_000)); // four standard deviations
    }
  });

  test('uniform numbers stay below the upper end where rounding would reach it', () => {
    const x = engine.matrix(100, 1000);
    k.uniform(x, 2 ** 24 - 1, 2 ** 24, streamOf(1, 'u'));
    expect(Math.max(...x.data)).toBeLessThan(2 ** 24);
  });

  test('mixRowsBack is the transpose of mixRows: d · mix(x) = x · back(d)', () => {
    const [x, d] = [random(5, 9), random(7, 9, 'd')];
    const [mixed, back, weights] = [engine.matrix(7, 9), engine.matrix(5, 9), random(7, 2, 'w').data];
    const inside = engine.arena.indices(14);
    inside.forEach((_, i) => {
      inside[i] = (3 * i) % 5;
    });
    k.mixRows(x, inside, weights, 2, mixed);
    k.mixRowsBack(d, inside, weights, 2, back);
    expect(dot(d, mixed)).toBeCloseTo(dot(x, back), 4);
    inside[3] = 5;
    expect(() => k.mixRows(x, inside, weights, 2, mixed)).toThrow('beyond the 5 rows');
  });

  test('wrong sizes are refused', () => {
    const [a, b] = [engine.matrix(2, 3), engine.matrix(3, 2)];
    expect(() => k.addScaled(a, 1, b)).toThrow('addScaled: expected 2 × 3 but got 3 × 2');
    expect(() => k.normaliseRows(a, engine.matrix(2, 2), 0)).toThrow(RangeError);
    expect(() => k.transpose(a, engine.matrix(4, 2))).toThrow(RangeError);
    expect(() => k.quantise(a, 4, 0, 1, 8)).toThrow(RangeError);
    expect(() => k.quantise(a, 3, 1, 0, 8)).toThrow(RangeError);
  });
});

test('matrices of another memory are refused by the fast kernels', async () => {
  const { kernels } = await openEngine({ product: 'plain', bytes: 2 ** 20 });
  expect(() => kernels.isFinite({ rows: 1, columns: 1, data: new Float32Array(1) })).toThrow(
    'outside the memory',
  );
});

const dot = (a: Matrix, b: Matrix) => a.data.reduce((sum, value, k) => sum + value * b.data[k]!, 0);

/** Central differences of d · out by each element of x, where `compute` makes out of x. */
function slopes(x: Matrix, compute: () => void, out: Matrix, d: Matrix): Float32Array {
  const h = 2 ** -7;
  return x.data.map((value, i) => {
    x.data[i] = value + h;
    compute();
    const above = dot(d, out);
    x.data[i] = value - h;
    compute();
    const below = dot(d, out);
    x.data[i] = value;
    return (above - below) / (2 * h);
  });
}

function expectClose2(got: Float32Array, expected: Float32Array): void {
  got.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 3);
  });
}
