/**
 * @file Quantities with units, as people write them: "25 uS", "0.35 ohm", "1 day", "5 %". mathjs does the units; it takes most of a
 * second to load, so it is loaded when the first unit is met, and in the main process only: trials get plain numbers.
 */
import type { Unit } from 'mathjs';

/** What each unit measures, and how one writes it. */
const measures: Readonly<Record<string, readonly [what: string, example: string]>> = {
  '1': ['a ratio', '0.05 or "5 %"'],
  S: ['a conductance', '"25 uS"'],
  ohm: ['a resistance', '"0.35 ohm"'],
  V: ['a voltage', '"0.2 V"'],
  A: ['a current', '"3 uA"'],
  s: ['a time', '"10 ns"'],
  J: ['an energy', '"0.3 pJ"'],
  W: ['a power', '"2 mW"'],
  F: ['a capacitance', '"50 fF"'],
  K: ['a temperature', '"300 K"'],
  Hz: ['a frequency', '"1 GHz"'],
};

/** What a quantity in `unit` has to look like, for error messages. */
export function needed(unit: string): string {
  const known = measures[unit];
  return known === undefined
    ? `a quantity in ${unit} is needed`
    : `${known[0]} is needed (for example ${known[1]})`;
}

let mathjs: Promise<typeof import('mathjs')> | undefined;
const converted = new Map<string, number>(); // a chip has the same dozen quantities in thousands of settings

/** The text as a number in `unit` ('1' for a ratio). @throws Error whose message says what is needed instead */
export async function inUnit(text: string, unit: string): Promise<number> {
  if (unit === '1') return ratio(text);
  const key = `${text} in ${unit}`;
  const known = converted.get(key);
  if (known !== undefined) return known;
  mathjs ??= import('mathjs');
  const number = convert(text, unit, (await mathjs).unit);
  converted.set(key, number);
  return number;
}

const number = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`;

function ratio(text: string): number {
  const match = new RegExp(`^\\s*(${number})\\s*(%?)\\s*$`).exec(text);
  if (match === null) throw new Error(needed('1'));
  return finite(match[2] === '%' ? rounded(Number(match[1]) / 100) : Number(match[1]), '1');
}

function convert(text: string, wanted: string, unit: (text: string) => Unit): number {
  const match = new RegExp(`^\\s*(${number})\\s*([^\\d\\s].*)$`).exec(text);
  if (match === null) throw new Error(needed(wanted));
  let parsed: Unit;
  try {
    parsed = unit(`${match[1]} ${spelled(match[2]!)}`);
  } catch {
    throw new Error(`${needed(wanted)}, and "${match[2]!.trim()}" is no unit that is known here`);
  }
  const target = unit(wanted);
  if (!parsed.equalBase(target)) throw new Error(needed(wanted));
  return finite(rounded(parsed.toNumber(wanted)), wanted);
}

/** Unit names as mathjs knows them. */
const spelled = (text: string) =>
  text
    .replace(/[\u00b5\u03bc]/g, 'u') // the micro sign and the Greek letter
    .replace(/Ω|\u2126|Ohm/g, 'ohm') // the Greek letter and the ohm sign
    .replace(/Mohm/g, 'megaohm')
    .replace(/·/g, '*');

/** Without the last digit, in which 50e-6 is 4.9999999999999996e-5. */
const rounded = (x: number) => Number(x.toPrecision(15));

function finite(x: number, wanted: string): number {
  if (!Number.isFinite(x)) throw new Error(`${needed(wanted)}, and a finite one`);
  return x;
}
