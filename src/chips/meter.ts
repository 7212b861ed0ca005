/**
 * @file The meter of a chip: everything that costs something is counted here, whoever caused it. Counts are plain numbers
 * (exact to 2⁵³); joules and seconds come from them and the chip's prices, in `energy.ts` and `costs/timing.ts`.
 */

/** Running counts of one chip. */
export interface Meter {
  /** samples sent forward through the whole chip, and errors sent backward through one crossbar */
  forwardPasses: number;
  reversePasses: number;
  /** column currents that settled */
  columnReads: number;
  dacConversions: number;
  /** conversions of an ADC between layers, and of everything that a learner measures */
  adcConversions: number;
  /** those among them that a learner asked for */
  measuredConversions: number;
  /** squarers that were read, and conversions of what a layer's squarers gave together; not among the others */
  squarings: number;
  goodnessConversions: number;
  /** trains of pulses that lines made of what they held */
  generatedTrains: number;
  pulses: number;
  /** cells written to a target, every attempt counted */
  cellsWritten: number;
  digitalMacs: number;
  /** per layer: Σ over reads, either way, of the squared voltage at every pair of cells, in units of (input 1)² */
  readonly drive: number[];
  /** per layer, where the chip's accounting is metered: Σ over reads of V² G of all cells, siemens · (input 1)², as conductances were at the read */
  readonly conducted: number[];
  /** the same of |V| G, siemens · (input 1) */
  readonly drawn: number[];
  /** and Σ over writes and pulses of the conductance that is written, siemens, the mean of before and after */
  readonly written: number[];
  /** per layer: samples read forward, each bit of them alone where bits come one after another, and errors read backward */
  readonly reads: number[];
  readonly backReads: number[];
  /** per layer: samples whose activity, or what a box makes of it, somebody measured */
  readonly measured: number[];
  /** per layer: samples whose goodness its own circuits told */
  readonly weighed: number[];
  /** per layer: pulses one after another, over all writes of row by row; and over all trains that meet in the whole array at once */
  readonly slots: number[];
  readonly trainSlots: number[];
}

const counts = [
  'forwardPasses',
  'reversePasses',
  'columnReads',
  'dacConversions',
  'adcConversions',
  'measuredConversions',
  'squarings',
  'goodnessConversions',
  'generatedTrains',
  'pulses',
  'cellsWritten',
  'digitalMacs',
] as const;

/** What is kept for every layer, and not told in results. */
export const byLayer = [
  'drive',
  'conducted',
  'drawn',
  'written',
  'reads',
  'backReads',
  'measured',
  'weighed',
  'slots',
  'trainSlots',
] as const;

/** The counts that results tell. */
export type Counts = Omit<Meter, (typeof byLayer)[number]>;

export function newMeter(layers: number): Meter {
  const meter: Record<string, number | number[]> = {};
  for (const key of counts) meter[key] = 0;
  for (const key of byLayer) meter[key] = new Array<number>(layers).fill(0);
  return meter as unknown as Meter;
}

/** `a` + factor · `b`, as a meter that stands still; factor −1 gives what has been counted since `b`. */
export function combined(a: Meter, b: Meter, factor: 1 | -1): Meter {
  const out = newMeter(a.drive.length);
  for (const key of counts) out[key] = a[key] + factor * b[key];
  for (const key of byLayer)
    a[key].forEach((d, l) => {
      out[key][l] = d + factor * b[key][l]!;
    });
  return out;
}

/** A copy that stands still. */
export function snapshot(meter: Meter): Meter {
  const out = newMeter(meter.drive.length);
  restore(out, meter);
  return out;
}

/** Sets a meter back to what a snapshot of it says. */
export function restore(meter: Meter, to: Meter): void {
  for (const key of counts) meter[key] = to[key];
  for (const key of byLayer)
    to[key].forEach((d, l) => {
      meter[key][l] = d;
    });
}

/** Without what is kept by layer. */
export const countsOf = (meter: Meter): Counts =>
  Object.fromEntries(counts.map(key => [key, meter[key]])) as unknown as Counts;
