/**
 * @file Settings that are numbers: "0.05", "5 %", "25 uS" along one varied path make a scale rather than groups.
 */
import { distinct, nameOf, type Setting, type Study } from '../study.ts';
import type { Specification } from './figure.ts';

/** A scale for the last varied path. */
export interface NumericScale {
  /** "read noise, %" */
  readonly title: string;
  readonly scale: Specification;
  value(setting: Setting): number;
}

/** From this many different numbers on, a path makes a scale. */
const fewest = 3;

/** The scale, or undefined where values are words, carry different units or are too few. */
export function numericScale(study: Study): NumericScale | undefined {
  const path = study.paths.at(-1);
  if (path === undefined) return undefined;
  const parsed = study.settings.map(setting => parse(setting.values[path]));
  const units = distinct(parsed.map(each => each?.unit));
  const numbers = parsed.map(each => each?.number ?? Number.NaN);
  if (units.length !== 1 || !numbers.every(Number.isFinite) || distinct(numbers).length < fewest)
    return undefined;
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const unit = units[0] ? `, ${units[0]}` : '';
  return {
    title: nameOf(path, study.paths) + unit,
    scale:
      least > 0 && most / least >= 50
        ? { type: 'log', nice: false }
        : { domain: [least, most], nice: false, padding: 14 },
    value: setting => parse(setting.values[path])!.number,
  };
}

function parse(text: string | undefined): { number: number; unit: string } | undefined {
  const match = text?.match(/^([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*(\S*)$/i);
  return match ? { number: Number(match[1]), unit: match[2]! } : undefined;
}
