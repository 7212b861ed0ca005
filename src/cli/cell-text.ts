/** @file A cell as `mortal inspect` prints it. */
import type { CellKey } from '../scenarios/cell-keys.ts';
import type { CellSheet } from '../scenarios/cell-sheet.ts';
import { si } from './si.ts';
import { table } from './table.ts';

/** What differs from the usual, with its meaning; and what pulses do. */
export function cellText(
  name: string,
  { cell, pulses }: CellSheet,
  keys: Readonly<Record<string, CellKey>>,
): string {
  const values = cell as unknown as Record<string, unknown>;
  const lines = Object.entries(keys).flatMap(([key, { description, unit, default: usual }]) => {
    const value = values[key];
    const isSaid = /Conductance$/.test(key) || JSON.stringify(value) !== JSON.stringify(usual);
    return isSaid && value !== undefined ? [[key, written(value, unit), short(description)]] : [];
  });
  const about = [cell.description, cell.source].filter(text => text !== undefined);
  return `${name}: ${cell.kind}\n${about.map(text => `${text}\n`).join('')}\n${table(lines)}${pulses ? `\n${table(pulseLines(pulses))}` : ''}`;
}

function pulseLines({
  isLowered,
  stepsAt,
  upStep,
  downStep,
  symmetryPoint,
  pulses,
  devices,
}: NonNullable<CellSheet['pulses']>) {
  const number = (x: number) => (Math.abs(x) < 1e-9 ? '0' : String(Number(x.toPrecision(3))));
  if (isLowered)
    return [
      ['pulses', 'down only; a reset leads up'],
      [`down step at weight ${number(stepsAt)}`, number(downStep)],
      ['pulses from end to end', String(pulses)],
    ];
  const point = symmetryPoint
    ? `weight ${number(symmetryPoint.nominal)}; of ${devices} cells, the middle 80 % ${number(symmetryPoint.low)} to ${number(symmetryPoint.high)}`
    : 'none within the bounds';
  return [
    ['up step at weight 0', number(upStep)],
    ['down step at weight 0', number(downStep)],
    ['symmetry point', point],
    ['pulses from end to end', String(pulses)],
  ];
}

function written(value: unknown, unit: string | undefined): string {
  if (typeof value === 'number') return unit === 'S' ? si(value, 'S') : String(Number(value.toPrecision(5)));
  if (Array.isArray(value)) return `${value.length} values`;
  if (typeof value !== 'object' || value === null) return String(value);
  return 'kind' in value ? String(value.kind) : 'as described'; // a part with keys of its own
}

/** A meaning up to its first stop, without the name elsewhere. */
const short = (text: string): string => text.replace(/ \[.*\]$/, '').split(/; /)[0]!;
