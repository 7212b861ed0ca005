/**
 * @file The part of a cell's data sheet that is about the conductance it holds: how far from its aim it lands, what time makes of it, how it
 * fluctuates, and how long cells live. Nominal values are the closed forms; bands are of cells that were programmed and left alone as in a crossbar (`held.ts`).
 */
import type { Cell } from '../chips/cells/cell.ts';
import { driftOf } from '../chips/cells/drift.ts';
import type { Endurance } from '../chips/cells/endurance.ts';
import { fluctuationOf } from '../chips/cells/fluctuation.ts';
import { buildHeld } from '../chips/cells/held.ts';
import { normals } from '../chips/cells/normals.ts';
import { spreadOf } from '../chips/cells/spread.ts';
import { buildMapping } from '../chips/mappings/index.ts';
import type { Engine } from '../engine/engine.ts';
import { streamOf } from '../engine/streams.ts';
import { type Band, band } from './band.ts';

/** Siemens, seconds. */
export interface HeldSheet {
  /** one standard deviation of where a cell lands */
  readonly programming?: readonly { readonly aim: number; readonly sigma: number }[];
  readonly drift?: DriftSheet;
  /** one standard deviation of a read, `readNoise` included */
  readonly noise?: readonly { readonly age: number; readonly aim: number; readonly sigma: number }[];
  readonly endurance?: readonly { readonly writes: number; readonly alive: number }[];
}

export interface DriftSheet {
  readonly devices: number;
  /** nominal: the cell that lands where it was aimed at and does as the mean of all */
  readonly rows: readonly (Band & { readonly aim: number; readonly age: number })[];
}

const points = 100; // conductances of a curve
const devices = 1000;
const second = 1;
const hour = 3600 * second;
const day = 24 * hour;
const year = 365 * day;
/** From the first read, which a logarithmic axis has at its left end, to a year: eight a decade. */
const steps = 60;
const ages = [0, ...Array.from({ length: steps + 1 }, (_, i) => second * (year / second) ** (i / steps))];
const noiseAges = [0, hour, day, year];

/** The conductances that stand for all where a figure has room for three: a tenth of the range, half of it, all of it. */
export const lowMiddleHigh = ({
  minimumConductance: off,
  maximumConductance: on,
}: Pick<Cell, 'minimumConductance' | 'maximumConductance'>): number[] =>
  [0.1, 0.5, 1].map(share => off + share * (on - off));

/** @param engine the plain one will do */
export async function heldSheet(cell: Cell, engine: Engine): Promise<HeldSheet> {
  const { programming, drift, fluctuation, endurance } = cell;
  return {
    ...(programming && { programming: programmingOf(cell, spreadOf(programming)) }),
    ...(drift && { drift: driftSheet(cell, engine) }),
    ...(fluctuation && { noise: noiseOf(cell) }),
    ...(endurance && { endurance: await survival(endurance) }),
  };
}

function conductances({ minimumConductance: off, maximumConductance: on }: Cell): number[] {
  return Array.from({ length: points + 1 }, (_, i) => off + (i / points) * (on - off));
}

const programmingOf = (cell: Cell, sigma: (g: number) => number) =>
  conductances(cell).map(aim => ({ aim, sigma: sigma(aim) }));

/** What a cell that landed on its aim and has no deviation holds at an age. */
function nominalOf({ drift, programming }: Cell): (aim: number, age: number) => number {
  const drifted = drift && driftOf(drift, programming);
  return (aim, age) => (drifted ? drifted(aim, aim, 0, age) : aim);
}

function driftSheet({ endurance: _, ...cell }: Cell, engine: Engine): DriftSheet {
  const nominal = nominalOf(cell);
  const rows = lowMiddleHigh(cell).flatMap(aim =>
    agedTogether(cell, aim, engine).map((cells, i) => ({
      aim,
      age: ages[i]!,
      ...band(nominal(aim, ages[i]!), cells),
    })),
  );
  return { devices, rows };
}

/** Cells that were programmed to one conductance, at all `ages`: [age][device], siemens. */
function agedTogether(cell: Cell, aim: number, engine: Engine): number[][] {
  const { minimumConductance: off, maximumConductance: on } = cell;
  const mapping = buildMapping({ kind: 'offset' }, cell, 1); // one cell a weight
  const stream = (path: string) => streamOf(1, `sheet/held/${path}`);
  const next = normals(engine, stream('landing'));
  const held = buildHeld(cell, engine.matrix(1, devices), mapping, undefined, 0, stream, next);
  for (let k = 0; k < devices; k++) {
    held.attempt(k, (2 * (aim - off)) / (on - off) - 1);
    held.keep(k);
  }
  return ages.map((age, i) => {
    if (i > 0) held.age(age - ages[i - 1]!);
    return Array.from(held.now);
  });
}

/** Only at the first read where time changes nothing. */
function noiseOf(cell: Cell): NonNullable<HeldSheet['noise']> {
  const { fluctuation, drift, readNoise, minimumConductance: off, maximumConductance: on } = cell;
  const fluctuating = fluctuationOf(fluctuation!);
  const nominal = nominalOf(cell);
  const isTimed = drift !== undefined || fluctuation!.kind === 'one-over-f';
  return (isTimed ? noiseAges : [0]).flatMap(age =>
    conductances(cell).map(aim => {
      const sigma = Math.hypot(fluctuating(nominal(aim, age), aim, age), readNoise * (on - off));
      return { age, aim, sigma };
    }),
  );
}

/** 1 − Φ(ln(n/writes)/spread), over four standard deviations and a decade to either side. */
async function survival({ writes, spread }: Endurance): Promise<NonNullable<HeldSheet['endurance']>> {
  const { erf } = await import('mathjs/number');
  const reach = 4 * spread + Math.log(10);
  return Array.from({ length: 2 * points + 1 }, (_, i) => {
    const x = reach * (i / points - 1);
    const alive = spread > 0 ? (1 - erf(x / (spread * Math.SQRT2))) / 2 : x <= 0 ? 1 : 0;
    return { writes: writes * Math.exp(x), alive };
  });
}
