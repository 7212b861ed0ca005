/**
 * @file A data sheet of a cell, as measured on a few of them: answers to pulses up and down, steps against the weight, the symmetry point; and what
 * it holds (`held-sheet.ts`).
 * Weights are in units of the weight range, as in cell files.
 */
import { buildArray, type CellArray } from '../chips/cells/array.ts';
import { beginsHigh, type Cell, isPulsed, type PulsedCell } from '../chips/cells/cell.ts';
import { drawFlaws } from '../chips/cells/flaws.ts';
import { type Engine, openEngine } from '../engine/engine.ts';
import { streamOf } from '../engine/streams.ts';
import { type Band, band } from './band.ts';
import { type HeldSheet, heldSheet } from './held-sheet.ts';

export interface PulseSheet {
  /** whether there are pulses down only, from where a reset leads; what is said of pulses up then means nothing */
  readonly isLowered: boolean;
  /** pulses of each direction from one end to the other */
  readonly pulses: number;
  readonly devices: number;
  /** weights after so many pulses, up and then down or only down, of a device without cycle-to-cycle noise */
  readonly ramp: readonly (Band & { readonly pulse: number })[];
  /** the nominal device with its noise, several times over: [trace][row of the ramp] */
  readonly traces: readonly (readonly number[])[];
  /** mean change by one pulse, negative for down pulses */
  readonly steps: readonly { readonly weight: number; readonly up: Band; readonly down: Band }[];
  /** steps of the nominal device at weight 0, or where a reset leads; positive both */
  readonly stepsAt: number;
  readonly upStep: number;
  readonly downStep: number;
  /** weight where up and down step of the nominal device are alike, and the band of the devices that have one; absent where there is none */
  readonly symmetryPoint?: Band;
}

/** What is known of a cell, part by part; figures draw the parts that are there. */
export interface CellSheet extends HeldSheet {
  readonly cell: Cell;
  /** absent for cells that are not pulsed */
  readonly pulses?: PulseSheet;
}

const devices = 50;
const rows = 80; // measurements in each direction
const traces = 3;
const mostPulses = 5000;

export async function cellSheet(cell: Cell): Promise<CellSheet> {
  const engine = await openEngine({ product: 'plain', kernels: 'plain', bytes: 2 ** 24 });
  return {
    cell,
    ...(isPulsed(cell) && { pulses: pulseSheet(cell, engine) }),
    ...(await heldSheet(cell, engine)),
  };
}

function pulseSheet(cell: PulsedCell, engine: Engine): PulseSheet {
  const nominal = arrayOf(
    without(cell, /Variation$|^variation$|^stuck$|Noise$|^lifetime$|^diffusion$/),
    1,
    engine,
  );
  const apart = arrayOf(without(cell, /Noise$|^stuck$|^lifetime$|^diffusion$/), devices, engine);
  const noisy = arrayOf(
    without(cell, /Variation$|^variation$|^stuck$|^lifetime$|^diffusion$/),
    traces,
    engine,
  );
  const isLowered = cell.lowest === 0 && beginsHigh(cell);
  const stepsAt = isLowered ? Math.min(cell.resetLevel, cell.highest) : 0;
  const pulses = Math.max(10, Math.min(mostPulses, Math.ceil(1.2 * traverse(nominal, isLowered))));
  const [middle, all, shaken] = [nominal, apart, noisy].map(array => ramp(array, pulses, isLowered));
  const schedule = rowsOf(pulses, isLowered);
  const symmetry = isLowered ? undefined : symmetryPoint(nominal, 0);
  const theirs = Array.from({ length: devices }, (_, k) => symmetryPoint(apart, k)).filter(
    w => w !== undefined,
  );
  return {
    isLowered,
    pulses,
    devices,
    ramp: schedule.map((pulse, i) => ({ pulse, ...band(middle![i]![0]!, all![i]!) })),
    traces: Array.from({ length: traces }, (_, k) => shaken!.map(weights => weights[k]!)),
    steps: Array.from({ length: rows + 1 }, (_, i) => {
      const { low, high } = ends(nominal, 0);
      const weight = low + ((high - low) * i) / rows;
      const at = (isUp: boolean) =>
        band(
          nominal.response.step(0, weight, isUp),
          Array.from({ length: devices }, (_d, k) => apart.response.step(k, weight, isUp)),
        );
      return { weight, up: at(true), down: at(false) };
    }),
    stepsAt,
    upStep: nominal.response.step(0, stepsAt, true),
    downStep: -nominal.response.step(0, stepsAt, false),
    ...(symmetry !== undefined && { symmetryPoint: band(symmetry, theirs) }),
  };
}

/** The cell with everything that these keys are about at 0. */
const without = (cell: PulsedCell, keys: RegExp): PulsedCell =>
  Object.fromEntries(
    Object.entries(cell).map(([key, value]) => [
      key,
      keys.test(key) && typeof value === 'number' ? 0 : value,
    ]),
  ) as PulsedCell;

/** Of single ones, where there are several at a crossing. */
function arrayOf({ devices: _, ...cell }: PulsedCell, count: number, engine: Engine): CellArray {
  const stream = (path: string) => streamOf(1, `sheet/${path}`);
  return buildArray(
    cell,
    engine.matrix(1, count),
    drawFlaws(cell, 1, 1, count, engine, stream)!,
    1,
    engine,
    stream,
  );
}

const ends = ({ steps }: CellArray, k: number) => ({ low: steps.low.data[k]!, high: steps.high.data[k]! });

/** Pulses that take the nominal device over 95 % of its range, or as many as are worth waiting for. */
function traverse(nominal: CellArray, isLowered: boolean): number {
  const { low, high } = ends(nominal, 0);
  const margin = 0.05 * (high - low);
  let [w, n] = [isLowered ? high : low, 0];
  while ((isLowered ? w > low + margin : w < high - margin) && n < mostPulses) {
    w += nominal.response.step(0, w, !isLowered);
    n++;
  }
  return n;
}

/** Pulses so far at every row: up, then down; or only down. */
function rowsOf(pulses: number, isLowered: boolean): number[] {
  const count = Math.min(rows, pulses);
  const first = Array.from({ length: count + 1 }, (_, i) => Math.round((i * pulses) / count));
  return isLowered ? first : [...first, ...first.slice(1).map(n => n + pulses)];
}

/** Weights [row][device]; every device starts at its own lower end, or where its reset leads. */
function ramp(array: CellArray, pulses: number, isLowered: boolean): number[][] {
  const weights = array.weights.data;
  if (isLowered) for (let k = 0; k < weights.length; k++) array.reset(k);
  else {
    weights.set(array.steps.low.data);
    array.written();
  }
  const schedule = rowsOf(pulses, isLowered);
  return schedule.map((pulse, i) => {
    const n = i === 0 ? 0 : pulse - schedule[i - 1]!;
    const down = isLowered || pulse > pulses;
    if (n > 0) for (let k = 0; k < weights.length; k++) array.pulseSingly(k, down ? -n : n);
    return Array.from(weights);
  });
}

/** Where pulses in turn lead: up and down step of device k are alike. */
function symmetryPoint({ response, steps }: CellArray, k: number): number | undefined {
  let [low, high] = [steps.low.data[k]!, steps.high.data[k]!];
  const drift = (w: number) => response.step(k, w, true) + response.step(k, w, false);
  if (!(drift(low) > 0 && drift(high) < 0)) return undefined;
  for (let i = 0; i < 40; i++) {
    const w = (low + high) / 2;
    if (drift(w) > 0) low = w;
    else high = w;
  }
  return (low + high) / 2;
}
