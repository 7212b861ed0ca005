/** @file Crossbars as a resistive network: Kirchhoff's laws at every node, the least power, the same in both directions. */
import { fc, test } from '@fast-check/vitest';
import { beforeEach, describe, expect } from 'vitest';
import type { OutputPass } from '../../src/chips/access.ts';
import type { Chip } from '../../src/chips/chip.ts';
import type { ChipModel } from '../../src/chips/model.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import { gaussians, streamOf } from '../../src/engine/streams.ts';
import {
  type Asked,
  apart,
  chipModel,
  chipOf,
  converter,
  crossbarOf,
  deviationOf,
  linearCell,
  passOf,
  pixels,
  rectifier,
  scattering,
  writeWeights,
} from '../fixtures/chips.ts';
import { type Circuit, currentInto, power, rowsAt, settled } from '../fixtures/circuit.ts';

const engine = await openEngine({ product: 'plain', bytes: 2 ** 27 });
beforeEach(() => engine.arena.reset());

const network = { kind: 'resistive', amplification: 0.8 } as const;
const rest = 0.02;
/** Cells that are never quite off: their smallest conductance is `rest` weights. */
const leaky = { minimumConductance: rest, maximumConductance: 2 + rest };
const model = (given: Partial<ChipModel> = {}) =>
  chipModel({ cell: linearCell(leaky), crossbar: crossbarOf(2), ...given });

function made(given: Partial<ChipModel> = {}, asked: Asked = {}): Chip {
  const chip = chipOf(model(given), engine, { network, ...asked });
  writeWeights(chip, engine, 0.5);
  return chip;
}

/** The same chip resistor by resistor. */
function circuitOf({ parts: { crossbars, shapes, neurons } }: Chip): Circuit {
  const gains = shapes.map(({ gain }) => gain!);
  const offsets = neurons.map((circuits, l) =>
    (circuits as unknown as { offset: Matrix }).offset.data.map(o => o / gains[l]!),
  );
  return { weights: crossbars.map(({ weights }) => weights), rest, gains, offsets };
}

/** What was measured of sample b: image and node voltages. */
function sampleOf(chip: Chip, pass: OutputPass, b: number): { x: Float32Array; v: number[][] } {
  const { shapes } = chip.parts;
  const { columns, data } = pass.inputs[0]!;
  const v = shapes.map(({ units, gain }, l) =>
    Array.from(pass.outputs[l]!.data.subarray(b * units, (b + 1) * units), y => y / gain!),
  );
  return { x: data.subarray(b * columns, (b + 1) * columns - 1), v };
}

const nudgesAt = (chip: Chip, node: number, current: number): (Matrix | undefined)[] => {
  const last = chip.parts.shapes.length - 1;
  const out = engine.matrix(4, chip.parts.shapes[last]!.units);
  for (let b = 0; b < 4; b++) out.data[b * out.columns + node] = current;
  return chip.parts.shapes.map((_, l) => (l === last ? out : undefined));
};

const sent = (chip: Chip, nudges?: (Matrix | undefined)[]): OutputPass => {
  const pass = chip.newPass(4);
  chip.send({ kind: 'off' }, pass, nudges);
  return pass;
};

describe.each([
  ['one hidden layer', [7]],
  ['two hidden layers', [7, 5]],
  ['three hidden layers, one of them narrow', [6, 1, 4]],
])('a network with %s', (_name, layers) => {
  const offset = rectifier({ offset: 0.2 });

  test('has a last layer of one node a class', () => {
    const chip = made({ layers });
    expect(chip.parts.shapes.map(({ units }) => units)).toEqual([...layers, 3]);
    expect(passOf(chip, pixels(engine, 4, 6)).delivered.columns).toBe(3);
  });

  test('stands where the same circuit settles, resistor by resistor', () => {
    const chip = made({ layers, neuron: offset });
    const pass = passOf(chip, pixels(engine, 4, 6));
    for (let b = 0; b < 4; b++) {
      const { x, v } = sampleOf(chip, pass, b);
      const wanted = settled(circuitOf(chip), x);
      v.forEach((layer, l) => {
        expect(apart(layer, wanted[l]!)).toBeLessThan(2e-5);
      });
    }
  });

  test('has currents that sum to 0 at every node, or that its diode makes up for', () => {
    const chip = made({ layers, neuron: offset });
    const circuit = circuitOf(chip);
    const pass = passOf(chip, pixels(engine, 4, 6));
    let closed = 0;
    for (let b = 0; b < 4; b++) {
      const { x, v } = sampleOf(chip, pass, b);
      v.forEach((layer, l) => {
        layer.forEach((voltage, j) => {
          const current = currentInto(circuit, x, v, l, j);
          const isHeld = l < layers.length && voltage <= circuit.offsets![l]![j]! + 1e-6;
          if (isHeld) {
            closed++;
            expect(current).toBeLessThan(1e-4); // a diode only gives
          } else expect(Math.abs(current)).toBeLessThan(1e-4);
        });
      });
    }
    expect(closed).toBeGreaterThan(0);
  });

  test('drives the rows of every crossbar by what its amplifiers make of the nodes below', () => {
    const chip = made({ layers, neuron: offset });
    const pass = passOf(chip, pixels(engine, 4, 6));
    const { x, v } = sampleOf(chip, pass, 2);
    for (let l = 1; l < v.length; l++) {
      const { data, columns } = pass.inputs[l]!;
      const rows = data.subarray(2 * columns, 3 * columns);
      expect(apart(rows, rowsAt(circuitOf(chip), l, x, v))).toBeLessThan(1e-5);
    }
  });

  test.prop([fc.integer({ min: 0, max: 1e6 })], { numRuns: 50 })(
    'spends the least power: no other voltages that the diodes allow need less',
    seed => {
      engine.arena.reset();
      const chip = made({ layers, neuron: offset });
      const circuit = circuitOf(chip);
      const pass = passOf(chip, pixels(engine, 4, 6));
      const { x, v } = sampleOf(chip, pass, seed % 4);
      const random = gaussians(streamOf(seed, 'away'), 100);
      let k = 0;
      const elsewhere = v.map((layer, l) =>
        layer.map((voltage, j) => {
          const moved = voltage + 0.02 * random[k++]!;
          return l < layers.length ? Math.max(moved, circuit.offsets![l]![j]!) : moved;
        }),
      );
      expect(power(circuit, x, elsewhere)).toBeGreaterThan(power(circuit, x, v));
    },
  );

  test('stays where it is when it settles again', () => {
    const chip = made({ layers, neuron: offset });
    const pass = passOf(chip, pixels(engine, 4, 6));
    const again = sent(chip);
    for (const [l, { data }] of pass.outputs.entries())
      expect(apart(again.outputs[l]!.data, data)).toBeLessThan(1e-6);
  });

  test('is nudged by currents as the circuit is', () => {
    const chip = made({ layers, neuron: offset });
    passOf(chip, pixels(engine, 4, 6));
    const pass = sent(chip, nudgesAt(chip, 1, 0.7));
    const { x, v } = sampleOf(chip, pass, 3);
    const wanted = settled(circuitOf(chip), x, [0, 0.7, 0]);
    v.forEach((layer, l) => {
      expect(apart(layer, wanted[l]!)).toBeLessThan(2e-5);
    });
    expect(apart(v.at(-1)!, settled(circuitOf(chip), x).at(-1)!)).toBeGreaterThan(0.01);
  });
});

describe('both directions', () => {
  /**
   * What a current into output node 0 does to node 1, and the other way round. Few nodes, so that they hold each other; biases so large that
   * every diode is open, for it is linear networks that are reciprocal.
   */
  function answers(gain: number): number[][] {
    const chip = made({ layers: [3, 3], neuron: rectifier({ gain }) }, { seed: 3 });
    chip.parts.crossbars.forEach(({ rows, columns, weights }, l) => {
      const target = engine.matrix(rows, columns);
      target.data.set(weights.data.map((w, k) => (k < (rows - 1) * columns ? 0.3 * w : 2)));
      chip.write(l, target);
    });
    const images = pixels(engine, 4, 6);
    const free = passOf(chip, images);
    return [0, 1].map(a => {
      const moved = sent(chip, nudgesAt(chip, a, 10)).delivered;
      return [0, 1, 2, 3].map(b => moved.data[3 * b + 1 - a]! - free.delivered.data[3 * b + 1 - a]!);
    });
  }

  test('are alike: a current here does there what a current there does here', () => {
    const [there, back] = answers(0);
    expect(Math.max(...there!.map(Math.abs))).toBeGreaterThan(1e-3);
    expect(apart(there!, back!)).toBeLessThan(1e-5);
  });

  test('are not alike where amplifiers differ from unit to unit', () => {
    const [there, back] = answers(0.5);
    expect(apart(there!, back!)).toBeGreaterThan(1e-4);
  });
});

describe('a network of real cells', () => {
  test('has other noise at every settling, of the size that its cells make', () => {
    const readNoise = 0.01;
    const chip = made({ layers: [7], cell: linearCell({ ...leaky, readNoise }) }, { batch: 500 });
    const one = pixels(engine, 1, 6);
    const images = engine.matrix(500, 6);
    for (let b = 0; b < 500; b++) images.data.set(one.data, 6 * b);
    const noisy = passOf(chip, images);
    const node = chip.parts.shapes[1]!;
    const rows = noisy.inputs[1]!;
    const squares = [...rows.data].reduce((sum, s) => sum + s * s, 0) / 500;
    const { weights, rest: idle } = circuitOf(chip);
    const column = Array.from({ length: node.rows }, (_, i) => Math.abs(weights[1]!.data[3 * i]!));
    const load = column.reduce((sum, w) => sum + w + 2 * idle, 0);
    // noise of the output node's own cells, beside what the hidden nodes pass on
    const passed = deviationOf(
      Array.from({ length: 500 }, (_, b) =>
        column.reduce(
          (sum, _w, i) => sum + (rows.data[b * node.rows + i]! * weights[1]!.data[3 * i]!) / load,
          0,
        ),
      ),
    );
    const own = (Math.SQRT2 * readNoise * 2 * Math.sqrt(squares)) / load;
    const seen = deviationOf(
      Array.from({ length: 500 }, (_, b) => noisy.delivered.data[3 * b]! / node.gain!),
    );
    expect(seen / Math.hypot(own, passed)).toBeGreaterThan(0.85);
    expect(seen / Math.hypot(own, passed)).toBeLessThan(1.15);
  });

  test('is measured through its ADC', () => {
    const chip = made({ layers: [7], adc: converter(4, 3) });
    const levels = passOf(chip, pixels(engine, 4, 6)).outputs.flatMap(({ data }) => [...data]);
    for (const y of levels) expect((y * 7) / 3).toBeCloseTo(Math.round((y * 7) / 3), 4); // 15 levels
    expect(new Set(levels).size).toBeGreaterThan(3);
  });

  test('is metered by settlings', () => {
    const chip = made({ layers: [7], dac: converter(8, 6) });
    passOf(chip, pixels(engine, 4, 6));
    sent(chip);
    const { forwardPasses, reversePasses, columnReads, dacConversions, adcConversions, drive } = chip.meter;
    expect({ forwardPasses, reversePasses }).toEqual({ forwardPasses: 8, reversePasses: 0 });
    expect(columnReads).toBe(8 * (7 + 3));
    expect(dacConversions).toBe(8 * 7); // input lines and bias, of the first crossbar only
    expect(adcConversions).toBe(8 * (2 * 7 + 3));
    expect(drive.every(volts => volts > 0)).toBe(true);
  });
});

describe('a chip cannot be such a network', () => {
  test.each<[string, Partial<ChipModel>, string]>([
    ['with boxes', { boxes: { front: { kind: 'none' }, between: scattering } }, 'a box lets nothing back'],
    [
      'with a box in front',
      { boxes: { front: scattering, between: { kind: 'none' } } },
      'a box lets nothing back',
    ],
    ['without diodes', { neuron: { kind: 'student-t', rails: 'two', gain: 0, offset: 0 } }, 'not student-t'],
  ])('%s', (_name, given, words) => {
    expect(() => made(given)).toThrow(words);
  });

  test('with label lines', () => {
    expect(() => made({}, { labels: 'lines' })).toThrow('no label entry');
  });
});
