/** @file Single cells under pulses and the statistics of stochastic updates, against AIHWKit. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { buildArray, type CellArray } from '../../src/chips/cells/array.ts';
import type { PulsedCell } from '../../src/chips/cells/cell.ts';
import { Cell } from '../../src/chips/cells/cell.ts';
import { drawFlaws } from '../../src/chips/cells/flaws.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { streamOf } from '../../src/engine/streams.ts';
import { parse } from '../../src/scenarios/locate.ts';
import { readSource } from '../../src/scenarios/read.ts';
import { check } from '../../src/scenarios/validate.ts';
import { cellOf } from '../fixtures/cells.ts';
import { chipModel, chipOf, crossbarOf, deviationOf, meanOf } from '../fixtures/chips.ts';

interface Trace {
  class: string;
  granularity: number;
  up: number;
  down: number;
  every: number;
  w: number[];
  hidden: { dwmin_up: number; dwmin_down: number; reset_bias: number };
  parameters: Parameters;
}
type Parameters = Record<
  | 'dw_min'
  | 'up_down'
  | 'w_max'
  | 'w_min'
  | 'gamma_up'
  | 'gamma_down'
  | 'mult_noise'
  | 'reverse_up'
  | 'reverse_offset'
  | 'reference_mean'
  | 'subtract_symmetry_point'
  | 'A_up'
  | 'A_down'
  | 'a'
  | 'b'
  | 'pow_gamma',
  number
>;
interface UpdateStatistics {
  desired_bl: number;
  update_bl_management: boolean;
  update_management: boolean;
  lr: number;
  x: number;
  d: number;
  dw_min: number;
  mean_dw: number;
  std_dw: number;
}
const oracle = JSON.parse(readFileSync(new URL('aihwkit-pulses.json', import.meta.url), 'utf8')) as {
  devices: Trace[];
  presets: Trace[];
  updates: UpdateStatistics[];
};
const engine = await openEngine({ product: 'plain', bytes: 2 ** 28 });

/** One cell without any noise or spread, of whatever makes it an individual. */
function single(cell: PulsedCell): CellArray {
  const stream = (path: string) => streamOf(1, path);
  const flaws = drawFlaws(cell, 1, 1, 1, engine, stream)!;
  return buildArray(cell, engine.matrix(1, 1), flaws, 1, engine, stream);
}

/** Weights every `every` pulses. */
function traced(array: CellArray, { up, down, every }: Trace, pulse: 'pulse' | 'pulseSingly'): number[] {
  const weights = [array.weights.data[0]!];
  for (const [pulses, direction] of [
    [up, 1],
    [down, -1],
  ] as const)
    for (let n = 0; n < pulses; n += every) {
      if (pulse === 'pulse') array.pulse(0, direction * every);
      else for (let k = 0; k < every; k++) array.pulseSingly(0, direction);
      weights.push(array.weights.data[0]!);
    }
  return weights;
}

const tolerance = 2e-5; // AIHWKit adds up single-precision steps

function expectTrace(array: CellArray, trace: Trace): void {
  const weights = traced(array, trace, 'pulseSingly');
  weights.forEach((w, k) => {
    expect(Math.abs(w - trace.w[k]!)).toBeLessThan(tolerance);
  });
}

/** AIHWKit's parameters of pulsed devices in the words of our files; its weights are in units of the range. */
function common(p: Parameters) {
  const u = p.up_down; // shrinks the down step where positive, the up step where negative
  return {
    states: 2 / (p.dw_min * (1 - Math.abs(u) / 2)),
    asymmetry: u > 0 ? 1 / (1 - u) - 1 : -Math.abs(u),
    highest: p.w_max,
    lowest: p.w_min,
  };
}

/** γ of a slope that AIHWKit counts from the other bound and further by an offset. */
const reversed = (gamma: number, bound: number, other: number, offset: number) =>
  (-gamma * Math.abs(bound)) / (Math.abs(other) + offset);

const kinds: Record<string, (p: Parameters) => PulsedCell> = {
  ConstantStepDevice: p => cellOf('constant-step', common(p)),
  LinearStepDevice: p =>
    cellOf('linear-step', {
      ...common(p),
      upSlope: p.reverse_up ? reversed(p.gamma_up, p.w_max, p.w_min, p.reverse_offset) : p.gamma_up,
      downSlope: p.gamma_down,
      cycleNoiseOf: p.mult_noise ? 'step' : 'step-at-zero',
    }),
  SoftBoundsDevice: p => cellOf('soft-bounds', common(p)),
  SoftBoundsReferenceDevice: p =>
    cellOf('soft-bounds', {
      ...common(p),
      reference: p.reference_mean,
      referencePoint: p.subtract_symmetry_point ? 'symmetry' : 'zero',
    }),
  ExpStepDevice: p =>
    cellOf('exponential-step', {
      ...common(p),
      upFactor: p.A_up,
      downFactor: p.A_down,
      upExponent: p.gamma_up,
      downExponent: p.gamma_down,
      slope: p.a,
      offset: p.b,
    }),
  PowStepReferenceDevice: p =>
    cellOf('power-step', {
      ...common(p),
      upExponent: p.pow_gamma,
      downExponent: p.pow_gamma,
      reference: p.reference_mean,
    }),
};

const named = (traces: Trace[]) => traces.map((trace, k): [string, Trace] => [`${trace.class} ${k}`, trace]);

describe('a single cell follows AIHWKit pulse by pulse', () => {
  test.each(named(oracle.devices))('%s', (_, trace) => {
    const array = single(kinds[trace.class]!(trace.parameters));
    expectTrace(array, trace);
    expect(array.steps.up.data[0]).toBeCloseTo(trace.hidden.dwmin_up, 7);
    expect(array.steps.down.data[0]).toBeCloseTo(trace.hidden.dwmin_down, 7);
    const renewed = single(kinds[trace.class]!(trace.parameters));
    renewed.reset(0);
    expect(renewed.weights.data[0]).toBeCloseTo(trace.hidden.reset_bias, 6);
    // AIHWKit counts in dw_min or, for exponential steps, in the mean step at 0; we count in the mean step at 0 throughout
    const asymmetric = trace.parameters.up_down !== 0 || trace.parameters.reference_mean;
    if (!asymmetric) expect(array.granularity / trace.granularity).toBeCloseTo(1, 4);
  });

  test.each(named(oracle.devices).filter(([name]) => !/Exp|Pow/.test(name)))(
    'in closed form: %s',
    (_, trace) => {
      const array = single(kinds[trace.class]!(trace.parameters));
      const weights = traced(array, trace, 'pulse');
      weights.forEach((w, k) => {
        expect(Math.abs(w - trace.w[k]!)).toBeLessThan(tolerance);
      });
    },
  );
});

const presets: Record<string, string> = {
  ReRamESPresetDevice: 'reram-es',
  ReRamSBPresetDevice: 'reram-sb',
  CapacitorPresetDevice: 'capacitor',
  EcRamPresetDevice: 'ecram-li',
  EcRamMOPresetDevice: 'ecram-mo',
  IdealizedPresetDevice: 'idealised',
  GokmenVlasovPresetDevice: 'gokmen-vlasov',
  PCMPresetDevice: 'pcm-one-sided',
  ReRamArrayOMPresetDevice: 'reram-array-om',
  ReRamArrayHfO2PresetDevice: 'reram-array-hfo2',
};

/** The cell of a file in `devices/cells`. */
async function fileOf(name: string): Promise<PulsedCell> {
  const path = fileURLToPath(new URL(`../../devices/cells/${name}.json`, import.meta.url));
  const { value, problems } = await check(Cell, parse(readSource(path, '/')));
  expect(problems).toEqual([]);
  return value as PulsedCell;
}

/** The same cell with nothing in it that differs from pulse to pulse or from cell to cell. */
const quiet = (cell: PulsedCell): PulsedCell =>
  Object.fromEntries(
    Object.entries(cell).map(([key, value]) => [
      key,
      /Variation$|^cycleNoise$|^writeNoise$|^lifetime$/.test(key) ? 0 : value,
    ]),
  ) as PulsedCell;

describe('the files of real technologies follow the presets', () => {
  test.each(named(oracle.presets))('%s', async (_, trace) => {
    expectTrace(single(quiet(await fileOf(presets[trace.class]!))), trace);
  });

  test.each(Object.values(presets))('%s is without mistakes and says where it comes from', async name => {
    expect((await fileOf(name)).source).toMatch(/AIHWKit v0\.9\.2 preset .*\d{4}/);
  });
});

test.each(oracle.updates)('the change by stochastic trains has mean and spread of AIHWKit: %o', given => {
  engine.arena.reset();
  const [rows, columns, times] = [81, 81, 40];
  const model = chipModel({
    layers: [columns],
    cell: cellOf('constant-step', { states: 2 / given.dw_min }),
    crossbar: crossbarOf(1),
    update: {
      kind: 'stochastic',
      trains: 'compressed',
      longest: given.desired_bl,
      variableLength: given.update_bl_management,
      balanced: given.update_management,
      resolution: 0,
    },
  });
  const chip = chipOf(model, engine, { inputs: rows - 1 });
  const { writer, weights } = chip.parts.crossbars[0]!;
  const [x, delta] = [engine.matrix(1, rows), engine.matrix(1, columns)];
  x.data.fill(given.x);
  delta.data.fill(-given.d);
  [x.data[0], delta.data[0]] = [1, -1]; // the largest
  const changes: number[] = [];
  for (let t = 0; t < times; t++) {
    weights.data.fill(0);
    writer.pulse!(x, delta, given.lr);
    for (let i = 1; i < rows; i++)
      for (let j = 1; j < columns; j++) changes.push(weights.data[i * columns + j]!);
  }
  // rows and columns share their trains: the mean is as sure as that of `times` · 80 rows
  const sampling = (5 * given.std_dw) / Math.sqrt(times * (rows - 1));
  expect(Math.abs(meanOf(changes) - given.lr * given.x * -given.d)).toBeLessThan(sampling);
  expect(Math.abs(meanOf(changes) - given.mean_dw)).toBeLessThan(0.01 * given.mean_dw + sampling);
  expect(Math.abs(deviationOf(changes) / given.std_dw - 1)).toBeLessThan(0.02);
});
