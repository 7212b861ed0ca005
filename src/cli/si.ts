/** @file Numbers for people, with the prefixes of the SI. */

const prefixes = ['f', 'p', 'n', 'µ', 'm', '', 'k', 'M', 'G', 'T'];
const smallest = -5;
const largest = 4;

/** Three digits and a prefix: `1.20 M`, `34.5 µJ`; empty for what is no number. */
export function si(x: number, unit = ''): string {
  if (!Number.isFinite(x)) return '';
  if (x === 0) return `0 ${unit}`.trim();
  const rounded = Number(x.toPrecision(3)); // first, or 999.9 becomes 1000
  const third = Math.min(largest, Math.max(smallest, Math.floor(Math.log10(Math.abs(rounded)) / 3)));
  return `${(rounded / 1000 ** third).toPrecision(3)} ${prefixes[third - smallest]}${unit}`.trim();
}
