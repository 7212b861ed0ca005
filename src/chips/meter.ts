/**
 * @file The meter of a chip: everything that costs something is counted here, whoever caused it. Counts are plain numbers
 * (exact to 2⁵³); joules come from them and the chip's energy table, in `energy.ts`.
 */

/** Running counts of one chip. */
export interface Meter {
  /** samples sent forward through the whole chip, and errors sent backward through one crossbar */
  forwardPasses: number;
  reversePasses: number;
  /** column currents that settled */
  columnReads: number;
  dacConversions: number;
  /** conversions of an ADC between layers, and of every activity that a learner measures */
  adcConversions: number;
  pulses: number;
  /** cells written to a target, every attempt counted */
  cellsWritten: number;
  digitalMacs: number;
  /** per layer: Σ over reads, either way, of the squared voltage at every pair of cells, in units of (input 1)² */
  readonly drive: number[];
}

export const newMeter = (layers: number): Meter => ({
  forwardPasses: 0,
  reversePasses: 0,
  columnReads: 0,
  dacConversions: 0,
  adcConversions: 0,
  pulses: 0,
  cellsWritten: 0,
  digitalMacs: 0,
  drive: new Array<number>(layers).fill(0),
});

const counts = [
  'forwardPasses',
  'reversePasses',
  'columnReads',
  'dacConversions',
  'adcConversions',
  'pulses',
  'cellsWritten',
  'digitalMacs',
] as const;

/** `a` + factor · `b`, as a meter that stands still; factor −1 gives what has been counted since `b`. */
export function combined(a: Meter, b: Meter, factor: 1 | -1): Meter {
  const out = newMeter(a.drive.length);
  for (const key of counts) out[key] = a[key] + factor * b[key];
  a.drive.forEach((d, l) => {
    out.drive[l] = d + factor * b.drive[l]!;
  });
  return out;
}

/** A copy that stands still. */
export const snapshot = (meter: Meter): Meter => ({ ...meter, drive: [...meter.drive] });

/** Sets a meter back to what a snapshot of it says. */
export function restore(meter: Meter, { drive, ...counts }: Meter): void {
  Object.assign(meter, counts);
  drive.forEach((d, l) => {
    meter.drive[l] = d;
  });
}
