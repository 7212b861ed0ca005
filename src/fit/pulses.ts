/**
 * @file Measured pulse responses from a CSV file: rows of a device in the order they were measured, each the conductance after some pulses.
 * `devices/README.md` says how to write one.
 */
import { isNumber, type Line, linesOf } from '../scenarios/csv.ts';
import { alternatives, didYouMean, InputError } from '../scenarios/problems.ts';
import { readSource } from '../scenarios/read.ts';

/** Conductances one after the other, with nothing but pulses in between. */
export interface Run {
  /** siemens */
  readonly conductance: Float64Array;
  /** pulses since the conductance before, positive up, negative down; 0 for the first. */
  readonly pulses: Int32Array;
}

/** What was measured on one device. */
export interface Device {
  readonly name: string;
  readonly runs: readonly Run[];
}

export interface Pulses {
  /** the file as it is called in messages */
  readonly name: string;
  readonly text: string;
  readonly devices: readonly Device[];
}

const largestFile = 64 * 2 ** 20;
const mostRows = 500_000;
/** Pulses of each direction that a device must have seen. */
export const fewestPulses = 10;

const prefixes: Readonly<Record<string, number>> = {
  S: 1,
  mS: 1e-3,
  uS: 1e-6,
  µS: 1e-6,
  μS: 1e-6,
  nS: 1e-9,
  pS: 1e-12,
};
const directions: Readonly<Record<string, number>> = { up: 1, down: -1, '+1': 1, '1': 1, '-1': -1 };
const columns = ['device', 'cycle', 'pulse', 'direction'] as const;
type Column = (typeof columns)[number];

/** Which cell of a row holds what. */
type Places = Readonly<Partial<Record<Column, number>>> & {
  readonly conductance: number;
  readonly scale: number;
};

/** @throws InputError naming the line that is wrong */
export function readPulses(path: string, cwd: string): Pulses {
  const { name, text } = readSource(path, cwd, largestFile);
  const wrong = (message: string, line?: number) =>
    new InputError([{ where: line === undefined ? name : `${name}:${line}`, path: '', message }]);
  const [head, ...rows] = linesOf(text);
  if (head === undefined) throw wrong('the file is empty');
  const places = placesOf(head, message => wrong(message, head.number));
  if (rows.length > mostRows) throw wrong(`has ${rows.length} rows, but ${mostRows} are the most`);
  const builders = new Map<string, Builder>();
  for (const row of rows) {
    if (row.cells.length !== head.cells.length)
      throw wrong(`has ${row.cells.length} cells, but the first line names ${head.cells.length}`, row.number);
    const device = places.device === undefined ? '1' : row.cells[places.device]!;
    if (device === '') throw wrong('has no name under "device"', row.number);
    const builder = builders.get(device) ?? new Builder(places);
    builders.set(device, builder);
    builder.add(row, (column, message) =>
      wrong(`has ${JSON.stringify(row.cells[column])} under "${head.cells[column]}", ${message}`, row.number),
    );
  }
  if (builders.size === 0) throw wrong('has no row of measurements below its first line');
  const devices = [...builders].map(([device, builder]) => ({ name: device, runs: builder.runs() }));
  for (const device of devices) checkDevice(device, message => wrong(`device "${device.name}" ${message}`));
  return { name, text, devices };
}

function placesOf({ cells }: Line, wrong: (message: string) => InputError): Places {
  const twice = cells.find((cell, k) => cells.indexOf(cell) !== k);
  if (twice !== undefined) throw wrong(`has two columns "${twice}"`);
  const found = `found ${cells.map(cell => JSON.stringify(cell)).join(', ')}`;
  if (cells.length === 1 && /[;\t]/.test(cells[0]!))
    throw wrong(
      `names its columns with ${cells[0]!.includes(';') ? 'semicolons' : 'tabs'} between them; commas are needed`,
    );
  const conductance = cells.findIndex(cell => cell.startsWith('conductance'));
  const units = Object.keys(prefixes).filter(unit => !/[µμ]/.test(unit));
  if (conductance < 0)
    throw wrong(
      `names no conductance: one column has to be called ${alternatives(units.map(unit => `conductance_${unit}`))}; ${found}`,
    );
  const unit = cells[conductance]!.slice('conductance_'.length);
  if (!Object.hasOwn(prefixes, unit))
    throw wrong(
      `has a column "${cells[conductance]}", whose unit is not known: ${alternatives(units.map(each => `conductance_${each}`))}`,
    );
  cells.forEach((cell, k) => {
    if (k !== conductance && !columns.includes(cell as Column))
      throw wrong(
        `has a column "${cell}"; besides the conductance there may be ${alternatives(columns)}${didYouMean(cell, columns)}`,
      );
  });
  if (!cells.includes('pulse') && !cells.includes('direction'))
    throw wrong(
      `says nothing of the pulses: a column "pulse" or "direction" (up or down) is needed; ${found}`,
    );
  return {
    conductance,
    scale: prefixes[unit]!,
    ...Object.fromEntries(
      columns.flatMap(name => (cells.includes(name) ? [[name, cells.indexOf(name)]] : [])),
    ),
  };
}

type Wrong = (column: number, message: string) => InputError;

/** Collects the rows of one device. */
class Builder {
  readonly #places: Places;
  readonly #runs: { conductance: number[]; pulses: number[] }[] = [];
  #cycle: string | undefined;
  #pulse = 0;

  constructor(places: Places) {
    this.#places = places;
  }

  add({ cells }: Line, wrong: Wrong): void {
    const { conductance, scale, cycle } = this.#places;
    const value = numberIn(cells, conductance, wrong);
    if (value < 0) throw wrong(conductance, 'but a conductance is not negative');
    const now = cycle === undefined ? '' : cells[cycle];
    const isFirst = now !== this.#cycle;
    this.#cycle = now;
    if (isFirst) this.#runs.push({ conductance: [], pulses: [] });
    const run = this.#runs.at(-1)!;
    run.pulses.push(this.#pulsesOf(cells, isFirst, wrong));
    run.conductance.push(value * scale);
  }

  /** Pulses since the row before: with a direction the number runs on; without, it counts up pulses less down pulses. */
  #pulsesOf(cells: readonly string[], isFirst: boolean, wrong: Wrong): number {
    const { pulse, direction } = this.#places;
    let since = 1;
    if (pulse !== undefined) {
      const number = numberIn(cells, pulse, wrong);
      if (!Number.isInteger(number) || Math.abs(number) > 1e9)
        throw wrong(pulse, 'but pulses are counted in whole numbers');
      since = number - this.#pulse;
      this.#pulse = number;
      if (!isFirst && since === 0) throw wrong(pulse, 'as the row before it: no pulse in between');
      if (!isFirst && direction !== undefined && since < 0)
        throw wrong(
          pulse,
          `after ${number - since}: beside a direction, pulses are numbered on; a device that starts anew has another "cycle"`,
        );
    }
    if (direction === undefined) return isFirst ? 0 : since;
    const word = cells[direction]!.toLowerCase();
    if (isFirst && (word === '' || word === 'start')) return 0;
    if (!Object.hasOwn(directions, word)) throw wrong(direction, 'but a pulse goes "up" or "down"');
    return isFirst ? 0 : directions[word]! * since;
  }

  runs(): Run[] {
    return this.#runs.map(({ conductance, pulses }) => ({
      conductance: Float64Array.from(conductance),
      pulses: Int32Array.from(pulses),
    }));
  }
}

function numberIn(cells: readonly string[], column: number, wrong: Wrong): number {
  const cell = cells[column]!;
  if (!isNumber.test(cell) || !Number.isFinite(Number(cell))) throw wrong(column, 'which is no number');
  return Number(cell);
}

function checkDevice({ runs }: Device, wrong: (message: string) => InputError): void {
  const rows = runs.flatMap(({ pulses }) => [...pulses]);
  const [up, down] = [rows.filter(n => n > 0).length, rows.filter(n => n < 0).length];
  if (up === 0 || down === 0)
    throw wrong(
      `was pulsed in one direction only (${up} measurements after up pulses, ${down} after down pulses); a cell file says what both do`,
    );
  if (up < fewestPulses || down < fewestPulses)
    throw wrong(
      `has ${up} measurements after up pulses and ${down} after down pulses; ${fewestPulses} of each are needed`,
    );
  const [least, most] = extremes(runs);
  if (least === most)
    throw wrong(
      `never changes its conductance (${least} S); leave it out, or describe such cells by "stuck" in the cell file`,
    );
}

/** Smallest and largest conductance. */
export function extremes(runs: readonly Run[]): [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { conductance } of runs)
    for (const g of conductance) {
      least = Math.min(least, g);
      most = Math.max(most, g);
    }
  return [least, most];
}
