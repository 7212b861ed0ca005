/** @file Boxes that users bring: measured curves, models of another program's, programs. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fc, test } from '@fast-check/vitest';
import type onnxProto from 'onnx-proto';
import { beforeEach, describe, expect } from 'vitest';
import type { Box, BoxModel } from '../../src/chips/boxes/box.ts';
import { buildBox } from '../../src/chips/boxes/index.ts';
import { identified } from '../../src/chips/boxes/named-file.ts';
import { openOnnx, tryOnnx } from '../../src/chips/boxes/onnx-model.ts';
import type { Curves } from '../../src/chips/boxes/table.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import { streamOf } from '../../src/engine/streams.ts';
import { deviationOf, meanOf } from '../fixtures/chips.ts';
import { freshFolder, write } from '../fixtures/folders.ts';
import { type Asked, onnxModel } from '../fixtures/onnx-models.ts';

const engine = await openEngine({ product: 'plain', kernels: 'plain', bytes: 2 ** 26 });
beforeEach(() => engine.arena.reset());

/** Rows of numbers as a matrix. */
function matrix(rows: readonly (readonly number[])[]): Matrix {
  const m = engine.matrix(rows.length, rows[0]!.length);
  m.data.set(rows.flat());
  return m;
}
function sent(box: Box, input: Matrix): number[] {
  const out = engine.matrix(input.rows, input.columns);
  box.send(input, out);
  return [...out.data];
}
function pulled(box: Box, input: Matrix): number[] {
  const [d, out] = [engine.matrix(input.rows, input.columns), engine.matrix(input.rows, input.columns)];
  engine.kernels.fill(d, 2);
  box.pullBack(input, d, out);
  return [...out.data];
}

describe('a table', () => {
  const table = (csv: Curves, units = 1, batch = 40, seed = 1) =>
    buildBox({ kind: 'table', csv }, units, batch, engine, path => streamOf(seed, path))!;
  const bent: Curves = { input: [-1, 0, 2], outputs: [[0, 1, -3]] };

  test('is straight between its points and constant beyond them', () => {
    const inputs = [-50, -1, -0.75, 0, 0.5, 1.5, 2, 2.01, 1e30];
    expect(sent(table(bent), matrix(inputs.map(x => [x])))).toEqual([0, 0, 0.25, 1, 0, -2, -3, -3, -3]);
  });

  test('has the slopes of its segments, at a point that of the segment it begins, and none beyond', () => {
    const inputs = [-50, -1, -0.75, 0, 0.5, 1.5, 2, 50];
    expect(pulled(table(bent), matrix(inputs.map(x => [x])))).toEqual([0, 2, 2, -4, -4, -4, 0, 0]);
  });

  test.prop([fc.uniqueArray(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: 2, maxLength: 40 })])(
    'of points on a line is that line, however the points lie',
    points => {
      const input = points.map(x => x + 0).sort((a, b) => a - b);
      const box = table({ input, outputs: [input.map(x => 3 * x - 1)] });
      const [low, high] = [input[0]!, input.at(-1)!];
      for (const share of [0, 0.1, 0.5, 0.99, 1]) {
        const x = Math.fround(low + share * (high - low));
        expect(sent(box, matrix([[x]]))[0]).toBeCloseTo(3 * Math.min(Math.max(x, low), high) - 1, 4);
      }
    },
  );

  test('with a curve for every unit gives each its own, in order', () => {
    const curves = { input: [0, 1], outputs: [10, 20, 30].map(y => [y, y + 1]) };
    expect(() => table(curves, 2)).toThrow('there are 3 curves, but only 2 units pass here');
    expect(
      sent(
        table(curves, 3),
        matrix([
          [0, 0, 0],
          [1, 1, 0.5],
        ]),
      ),
    ).toEqual([10, 20, 30, 11, 21, 30.5]);
  });

  test('with fewer curves lets units draw, by its seed, all curves as often', () => {
    const curves = { input: [0, 1], outputs: [1, 2, 3].map(y => [y, y]) };
    const zeros = matrix([Array(600).fill(0)]);
    const drawn = sent(table(curves, 600), zeros);
    for (const y of [1, 2, 3]) expect(Math.abs(drawn.filter(z => z === y).length - 200)).toBeLessThan(60);
    expect(sent(table(curves, 600), zeros)).toEqual(drawn);
    expect(sent(table(curves, 600, 1, 2), zeros)).not.toEqual(drawn);
  });

  test('has the noise that was measured, wider where that was, fresh at every pass', () => {
    const noisy = table({ ...bent, deviations: [[0, 0.5, 0.1]] }, 2000);
    const row = (x: number) => matrix([Array(2000).fill(x)]);
    expect(sent(noisy, row(-3))).toEqual(Array(2000).fill(0));
    for (const [x, mean, deviation] of [
      [0, 1, 0.5],
      [-0.5, 0.5, 0.25],
      [9, -3, 0.1],
    ] as const) {
      const out = sent(noisy, row(x));
      expect(Math.abs(meanOf(out) - mean)).toBeLessThan(0.1 * deviation);
      expect(Math.abs(deviationOf(out) / deviation - 1)).toBeLessThan(0.1);
    }
    expect(sent(noisy, row(0))).not.toEqual(sent(noisy, row(0)));
    expect(pulled(noisy, row(1))).toEqual(Array(2000).fill(-4));
  });

  test('gives a sample the same noise whatever the size of the batch', () => {
    const csv = { ...bent, deviations: [[1, 1, 1]] };
    const rows = [
      [0.1, 0.2],
      [0.3, 0.4],
      [0.5, 0.6],
    ];
    const all = sent(table(csv, 2), matrix(rows));
    expect(sent(table(csv, 2), matrix(rows.slice(0, 1)))).toEqual(all.slice(0, 2));
  });
});

describe('an ONNX model', () => {
  const folder = freshFolder();
  function fileOf(asked: Asked = {}) {
    writeFileSync(join(folder, 'x.onnx'), onnxModel(asked));
    return identified(join(folder, 'x.onnx'));
  }
  const boxOf = (asked: Asked = {}, noise = 0, units = 3, seed = 1) =>
    buildBox({ kind: 'onnx', file: fileOf(asked), noise }, units, 400, engine, path => streamOf(seed, path))!;

  test('computes what it is, for any number of rows', () => {
    const box = boxOf();
    for (const rows of [
      [[0.5, -1, 2]],
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
      [[1, 1, 1]],
    ])
      sent(box, matrix(rows)).forEach((z, k) => {
        expect(z).toBeCloseTo(Math.tanh(rows.flat()[k]!), 6);
      });
    box.close!();
  });

  test('may be made for a number of units, that of the layer', () => {
    expect(sent(boxOf({ input: ['n', 3] }), matrix([[0, 0, 0]]))).toEqual([0, 0, 0]);
    expect(() => boxOf({ input: ['n', 4] })).toThrow('is for 4 activities, but 3 pass here');
  });

  test('may have noise on top', () => {
    const box = boxOf({}, 0.3, 300);
    const out = sent(box, matrix(Array(10).fill(Array(300).fill(1))));
    expect(Math.abs(meanOf(out) - Math.tanh(1))).toBeLessThan(0.03);
    expect(Math.abs(deviationOf(out) / 0.3 - 1)).toBeLessThan(0.1);
    const again = boxOf({}, 0.3, 300);
    expect(sent(again, matrix(Array(10).fill(Array(300).fill(1))))).toEqual(out);
  });

  test('has no derivative', () => {
    expect(() => pulled(boxOf(), matrix([[1, 1, 1]]))).toThrow('is not known');
  });

  test('that gives what is no number is told of', () => {
    expect(() => sent(boxOf({ operator: 'Log' }), matrix([[1, -1, 1]]))).toThrow(
      'x.onnx gave a value that is not finite',
    );
  });

  test('that has changed since the trial was planned is refused', () => {
    const file = fileOf();
    writeFileSync(file.path, onnxModel({ operator: 'Sin' }));
    expect(() => openOnnx(file)).toThrow(
      /x\.onnx is not the file that the trial was planned with: its SHA-256 begins with [0-9a-f]{12}/,
    );
  });

  /** y = x · w */
  const product = (...initializer: onnxProto.onnx.ITensorProto[]): onnxProto.onnx.IGraphProto => ({
    node: [{ opType: 'Mul', input: ['x', 'w'], output: ['y'] }],
    initializer,
  });
  const w = { name: 'w', dims: [3], dataType: 1 };
  const elsewhere = { ...w, dataLocation: 1, externalData: [{ key: 'location', value: 'w.bin' }] };

  test('may have weights', () => {
    const box = boxOf({ graph: product({ ...w, floatData: [1, 2, -3] }) });
    expect(sent(box, matrix([[1, 0.5, 2]]))).toEqual([1, 1, -6]);
    box.close!();
  });

  test.each<[string, Asked, string]>([
    [
      'rows of a fixed number',
      { input: [1, 'units'] },
      'has an input "x" for 1 rows only; export it with a dynamic batch dimension',
    ],
    [
      'three dimensions',
      { input: ['n', 1, 'units'] },
      'has an input "x" of 3 dimensions; two are needed, [rows, units]',
    ],
    ['doubles', { type: 11 }, 'has an input "x" that is not of 32-bit floats'],
    ['two outputs', { more: ['z'] }, 'has 2 outputs (y, z); a box has one'],
    ['an operator nobody knows', { operator: 'Frobnicate' }, 'cannot be opened as an ONNX model: '],
    [
      'random numbers of its own',
      { operator: 'RandomNormalLike' },
      'draws random numbers of its own (RandomNormalLike), which no seed decides',
    ],
    [
      'random numbers in a function of its own',
      {
        graph: { node: [{ opType: 'F', domain: 'own', input: ['x'], output: ['y'] }] },
        functions: [
          {
            name: 'F',
            domain: 'own',
            input: ['a'],
            output: ['b'],
            opsetImport: [{ domain: '', version: 15 }],
            node: [{ opType: 'Bernoulli', input: ['a'], output: ['b'] }],
          },
        ],
      },
      'draws random numbers of its own (Bernoulli)',
    ],
    ['weights in another file', { graph: product(elsewhere) }, 'keeps weights in another file'],
    [
      'a constant in another file',
      {
        graph: {
          node: [
            { opType: 'Constant', output: ['w'], attribute: [{ name: 'value', type: 4, t: elsewhere }] },
            ...product().node!,
          ],
        },
      },
      'keeps weights in another file',
    ],
  ])('with %s is refused', (_, asked, why) => {
    expect(() => openOnnx(fileOf(asked))).toThrow(why);
  });

  test('that is no model is refused', () => {
    writeFileSync(join(folder, 'y.onnx'), 'no model');
    expect(() => openOnnx(identified(join(folder, 'y.onnx')))).toThrow(
      'y.onnx cannot be opened as an ONNX model: ',
    );
  });

  test.each<[string, Asked, string | undefined]>([
    ['as many', {}, undefined],
    ['fewer, whatever it says', { operator: 'Flatten', input: ['n', 'units'] }, undefined],
    [
      'the other way round',
      { operator: 'Transpose', input: ['n', 'units'], output: ['units', 'n'] },
      'the model does not make [3, 8] of [3, 8]: ',
    ],
    [
      'now these, now those values',
      {
        graph: {
          initializer: [
            { name: 'ratio', dims: [], dataType: 1, floatData: [0.5] },
            { name: 'training', dims: [], dataType: 9, int32Data: [1] },
          ],
          node: [{ opType: 'Dropout', input: ['x', 'ratio', 'training'], output: ['y'] }],
        },
      },
      'gives other values when it is asked again, which no seed decides: export it for inference',
    ],
  ])('that gives %s is found out by trying', (_, asked, why) => {
    const model = openOnnx(fileOf(asked));
    if (why === undefined) tryOnnx(model, 8);
    else expect(() => tryOnnx(model, 8)).toThrow(why);
    model.close();
  });
});

describe('a program', () => {
  const folder = freshFolder();
  const program = (script: string, timeout = 20, units = 3, batch = 4): Box => {
    write(folder, { 'driver.mjs': `${speaks}\n${script}` });
    const command = [process.execPath, identified(join(folder, 'driver.mjs')), '--fast'];
    return buildBox({ kind: 'program', command, timeout }, units, batch, engine, path => streamOf(1, path))!;
  };
  /** Reads and writes the protocol; a script says what to do with a message. */
  const speaks = `
    import { readSync, writeSync } from 'node:fs';
    const read = bytes => {
      const out = Buffer.alloc(bytes);
      for (let at = 0; at < bytes; ) {
        let n = 0;
        try { n = readSync(0, out, at, bytes - at); } catch (e) { if (e.code !== 'EAGAIN') throw e; continue; }
        if (n === 0) process.exit(0);
        at += n;
      }
      return out;
    };
    const line = () => { let text = ''; for (;;) { const c = read(1).toString(); if (c === '\\n') return JSON.parse(text); text += c; } };
    const say = (header, values = Buffer.alloc(0)) => { writeSync(1, typeof header === 'string' ? header : JSON.stringify(header) + '\\n'); if (values.length) writeSync(1, values); };
    const floats = (...values) => Buffer.from(new Float32Array(values).buffer);
    const greet = () => { const hello = line(); say({ mortal: 1, kind: 'hello' }); return hello; };
    const batch = () => { const header = line(); if (header.kind === 'bye') process.exit(0); return { ...header, values: new Float32Array(read(4 * header.rows * header.units).buffer) }; };
    const sent = ({ rows, units }, values) => say({ kind: 'sent', rows, units }, Buffer.from(Float32Array.from(values).buffer));
  `;
  const doubles = 'greet(); for (;;) { const b = batch(); sent(b, b.values.map(x => 2 * x)); }';
  const rows = () =>
    matrix([
      [1, 2, 3],
      [4, 5, -6.5],
    ]);

  test('gets every batch and gives it back', () => {
    const box = program(doubles);
    expect(sent(box, rows())).toEqual([2, 4, 6, 8, 10, -13]);
    expect(sent(box, matrix([[0.25, 0, 1]]))).toEqual([0.5, 0, 2]);
    box.close!();
  });

  /** A script's line that writes the number of its process into a file. */
  const tellPid = `import { writeFileSync } from 'node:fs'; writeFileSync('${join(folder, 'pid')}', String(process.pid));`;
  function isRunning(): boolean {
    try {
      const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
      if (!existsSync('/proc/self/stat')) return process.kill(pid, 0);
      return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1')); // a zombie has ended; who reaps it is not our affair
    } catch {
      return false;
    }
  }
  const pause = (milliseconds: number) =>
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

  test('is told first how large batches are, and a seed of its own', () => {
    const tells =
      'const { mortal, units, batch: most, seed } = greet(); for (;;) sent(batch(), [mortal, units, most, seed % 65536]);';
    const told = (seed: number) => {
      write(folder, { 'driver.mjs': `${speaks}\n${tells}` });
      const command = [process.execPath, identified(join(folder, 'driver.mjs'))];
      const model = { kind: 'program' as const, command, timeout: 20 };
      const box = buildBox(model, 4, 7, engine, path => streamOf(seed, `chip/box/2/${path}`))!;
      const answer = sent(box, matrix([[0, 0, 0, 0]]));
      box.close!();
      return answer;
    };
    const [version, units, most, seed] = told(1);
    expect([version, units, most]).toEqual([1, 4, 7]);
    expect(told(1)[3]).toBe(seed);
    expect(told(2)[3]).not.toBe(seed);
  });

  test('may write its answer in pieces, however small', () => {
    const box = program(`
      greet();
      for (;;) {
        const { rows, units, values } = batch();
        const all = Buffer.concat([Buffer.from(JSON.stringify({ kind: 'sent', rows, units }) + '\\n'), Buffer.from(values.map(x => -x).buffer)]);
        for (const byte of all) { writeSync(1, Buffer.of(byte)); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1); }
      }`);
    expect(sent(box, rows())).toEqual([-1, -2, -3, -4, -5, 6.5]);
    box.close!();
  });

  test('takes batches larger than any pipe', () => {
    const box = program(doubles, 20, 500, 500);
    const large = engine.matrix(500, 500);
    large.data.set(large.data.map((_, k) => k % 1000));
    const out = engine.matrix(500, 500);
    for (let pass = 0; pass < 3; pass++) box.send(large, out);
    expect(out.data).toEqual(large.data.map(x => 2 * x));
    box.close!();
  });

  test('is started with the first batch, and ends when it is told to', () => {
    const box = program(`${tellPid} ${doubles}`);
    expect(isRunning()).toBe(false);
    sent(box, rows());
    expect(isRunning()).toBe(true);
    box.close!();
    expect(isRunning()).toBe(false);
    box.close!();
  });

  test('that does not end when it is told to is ended', () => {
    const box = program(
      `${tellPid} greet(); sent(batch(), [1, 2, 3, 4, 5, 6]); setInterval(() => {}, 1000);`,
    );
    sent(box, rows());
    box.close!();
    expect(isRunning()).toBe(false);
  });

  test.each<[string, string, string, number?]>([
    ['ends at once', 'process.exit(0);', 'ended with code 0 before it had greeted'],
    [
      'does not greet',
      'for (;;) line();',
      'took longer than 0.5 s and was stopped before it had greeted',
      0.5,
    ],
    [
      'greets otherwise',
      'say({ mortal: 2, kind: "hello" }); batch();',
      '"mortal": 1 must be in it, the version of the protocol',
    ],
    ['greets with garbage', 'say("Hello, world!\\n"); batch();', 'wrote no line of JSON but "Hello, world!"'],
    ['greets without end', 'for (;;) say("na ".repeat(100));', 'wrote no line of JSON but "na na na'],
    [
      'greets with half a line',
      'say("{ ha"); process.exit(4);',
      'ended with code 4 in the middle of the line "{ ha"',
    ],
    [
      'greets twice',
      `line(); say('{"mortal":1,"kind":"hello"}\\n'.repeat(2)); batch();`,
      'wrote more than the 0 bytes of its answer: "{',
    ],
    [
      'throws',
      'greet(); batch(); throw new Error("the laser is off");',
      'ended with code 1 before it had answered. It wrote to stderr: ',
    ],
    [
      'is killed',
      'greet(); batch(); process.kill(process.pid, "SIGKILL"); for (;;);',
      'was ended by SIGKILL before it had answered',
    ],
    [
      'falls asleep',
      'greet(); batch(); console.error("zzz"); for (;;);',
      'took longer than 2 s and was stopped before it had answered. It wrote to stderr: zzz',
      2,
    ],
    [
      'answers with a number',
      'greet(); batch(); say("7\\n");batch()',
      'answered "7"; its "kind" must be "sent"',
    ],
    [
      'answers another number of rows',
      'greet(); const b = batch(); sent({ ...b, rows: 1 }, [1, 2, 3]); batch();',
      'answered 1 rows of 3 to a batch of 2 rows of 3',
    ],
    [
      'answers other units',
      'greet(); const b = batch(); sent({ ...b, units: 2 }, [1, 2, 3, 4]); batch();',
      'answered 2 rows of 2 to a batch of 2 rows of 3',
    ],
    [
      'ends in the middle',
      'greet(); const b = batch(); sent(b, [1, 2, 3]); process.exit(3);',
      'ended with code 3 after 12 of the 24 bytes of a batch',
    ],
    [
      'stops in the middle',
      'greet(); const b = batch(); sent(b, [1, 2, 3]); batch();',
      'took longer than 2 s and was stopped after 12 of the 24 bytes of a batch',
      2,
    ],
    [
      'answers too much',
      'greet(); const b = batch(); say(JSON.stringify({ kind: "sent", rows: 2, units: 3 }) + "\\n" + "x".repeat(30)); batch();',
      'wrote more than the 24 bytes of its answer: "xxxxxx"',
    ],
    [
      'gives what is no number',
      'greet(); sent(batch(), [1, 2, NaN, 4, 5, 6]); batch();',
      'gave a value that is not finite',
    ],
    [
      'gives infinity',
      'greet(); sent(batch(), [1, 2, 3, 4, 5, -Infinity]); batch();',
      'gave a value that is not finite',
    ],
    [
      'says what is wrong',
      'greet(); batch(); say({ kind: "error", message: "the chip is too hot" }); batch()',
      'reports: the chip is too hot',
    ],
  ])('that %s is told of, and is gone', (_, script, why, timeout) => {
    const box = program(`${tellPid} ${script}`, timeout);
    let message = '';
    try {
      sent(box, rows());
      pause(100);
      sent(box, rows());
    } catch (error) {
      ({ message } = error as Error);
    }
    expect(message).toContain(`the program ${process.execPath} ${join(folder, 'driver.mjs')} --fast `);
    expect(message).toContain(why);
    box.close!();
    expect(isRunning()).toBe(false);
  });

  test('that ends between two batches is told of with the next, and so ever after', () => {
    const box = program(
      'greet(); const b = batch(); console.error("done for today"); sent(b, b.values); process.exit(0);',
    );
    sent(box, rows());
    for (let k = 0; k < 2; k++)
      expect(() => sent(box, rows())).toThrow(
        /ended with code 0 (between two batches|before it had answered)\. It wrote to stderr: done for today$/,
      );
    box.close!();
  });

  test('that leaves others behind takes them along', () => {
    const box = program(`
      import { spawn } from 'node:child_process';
      import { writeFileSync } from 'node:fs';
      const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      writeFileSync('${join(folder, 'pid')}', String(other.pid));
      ${doubles}`);
    sent(box, rows());
    expect(isRunning()).toBe(true);
    box.close!();
    pause(200);
    expect(isRunning()).toBe(false);
  });

  test('that is not there is told of', () => {
    const model = { kind: 'program' as const, command: ['no-such-program', 'a b'], timeout: 5 };
    const box = buildBox(model, 3, 4, engine, path => streamOf(1, path))!;
    expect(() => sent(box, rows())).toThrow(
      'the program no-such-program "a b" cannot be started: there is no such program',
    );
    box.close!();
  });

  test('that has changed since is not started', () => {
    const box = program(doubles);
    write(folder, { 'driver.mjs': `${speaks} ${tellPid}` });
    expect(() => sent(box, rows())).toThrow('driver.mjs is not the file that the trial was planned with');
    box.close!();
  });

  test('has no derivative', () => {
    expect(() => pulled(program(doubles), rows())).toThrow('the derivative of the program');
  });

  test('may be a link of a chain', () => {
    write(folder, { 'driver.mjs': `${speaks} ${tellPid} ${doubles}` });
    const command = [process.execPath, identified(join(folder, 'driver.mjs'))];
    const model: BoxModel = {
      kind: 'chain',
      boxes: [
        { kind: 'program', command, timeout: 20 },
        { kind: 'table', csv: { input: [0, 1], outputs: [[0, 10]] } },
      ],
    };
    const box = buildBox(model, 2, 4, engine, path => streamOf(1, path))!;
    const [x, y] = [0.6, 0.8].map(u => u * Math.SQRT2);
    const out = sent(box, matrix([[x!, -y!]]));
    expect(out[0]).toBeCloseTo(10 * x!, 2);
    expect(out[1]).toBe(0);
    box.close!();
    expect(isRunning()).toBe(false);
  });
});
