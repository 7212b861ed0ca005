/** @file The cell file of a fit: its numbers to what they are worth, and where they come from. */
import { createHash } from 'node:crypto';
import type { Fit } from './fit.ts';
import type { Pulses } from './pulses.ts';
import type { FitWords } from './words.ts';

const least = 1e-4; // spreads and noises below this are rounding

/** @param schema what the file calls its schema, where it has one nearby @returns JSON */
export function cellFile(
  fit: Fit,
  { parameters, lists }: FitWords,
  { name, text }: Pulses,
  version: string,
  schema?: string,
): string {
  const numbers = parameters.flatMap(({ key, value, unit }): [string, string | number][] => {
    if (unit === 'S') return [[key, siemens(value)]];
    if (/Variation$|Noise$/.test(key) && Math.abs(value) < least) return [];
    return [[key, short(/Variation$/.test(key) ? Math.min(2, value) : value)]];
  });
  const cell = {
    ...(schema && { $schema: schema }),
    kind: fit.model.kind,
    description: `Fitted to the pulse responses in ${name}: ${fit.model.name} steps`,
    source: sourceOf(fit, name, text, version),
    ...Object.fromEntries(numbers),
    ...(fit.noise.of === 'step-at-zero' && { cycleNoiseOf: fit.noise.of }),
    ...Object.fromEntries(Object.entries(lists).map(([key, list]) => [key, list.map(x => short(x, 4))])),
  };
  return `${JSON.stringify(cell, null, 2)}\n`;
}

function sourceOf(
  { devices, observations, rSquared, model }: Fit,
  name: string,
  text: string,
  version: string,
): string {
  const digest = createHash('sha256').update(text).digest('hex');
  return [
    `Fit of the ${model.name} model by mortal ${version} to ${name} (SHA-256 ${digest.slice(0, 16)}…):`,
    `${devices.length} ${devices.length === 1 ? 'device' : 'devices'}, ${observations} steps, R² of the courses ${rSquared.toFixed(4)};`,
    'weights −1 and 1 are the smallest and largest conductance, 0 is half-way between',
  ].join(' ');
}

const short = (x: number, digits = 5) => Number(x.toPrecision(digits));

/** "21.3 uS" */
function siemens(value: number): string {
  const [factor, prefix] =
    value >= 1e-3
      ? [1e3, 'm']
      : value >= 1e-6 || value === 0
        ? [1e6, 'u']
        : value >= 1e-9
          ? [1e9, 'n']
          : [1e12, 'p'];
  return `${short(Math.max(0, value) * (factor as number))} ${prefix}S`;
}
