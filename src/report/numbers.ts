/**
 * @file How numbers are written: the same in tables, sentences, captions and tooltips.
 */

/** Stands between a number and its unit: they stay on one line. */
export const space = '\u00a0';

/** "4.2": an error in percent without its sign, for columns headed %. */
export const bare = (percent: number): string => percent.toFixed(1);

/** "4.2 %" */
export const percent = (value: number): string => `${bare(value)}${space}%`;

/** "+0.7" or "−0.1": a difference in percentage points, with a true minus sign; "±0" where rounding leaves nothing. */
export function points(difference: number): string {
  const size = Math.abs(difference).toFixed(1);
  if (size === '0.0') return '±0';
  return `${difference < 0 ? '−' : '+'}${size}`;
}

/** "60,000", "1.5": a count or a number of passes, at most one decimal. */
export const counted = (value: number): string =>
  grouped(Number.isInteger(value) ? String(value) : value.toFixed(1));

/** "1 chip", "3 chips" */
export const plural = (count: number, thing: string): string =>
  `${counted(count)}${space}${thing}${count === 1 ? '' : 's'}`;

/** "a", "a and b", "a, b and c" */
export function listed(things: readonly string[]): string {
  if (things.length < 2) return things.join('');
  return `${things.slice(0, -1).join(', ')} and ${things.at(-1)}`;
}

/** "both settings", "all 4 settings" */
export const allOf = (count: number, thing: string): string =>
  count === 2 ? `both ${thing}s` : `all ${count} ${thing}s`;

/** Three digits that count: "0.0123", "4.57", "312", "12,300". */
export function significant(value: number): string {
  if (value === 0) return '0';
  const digits = 2 - Math.floor(Math.log10(Math.abs(value)));
  return grouped(value.toFixed(Math.min(12, Math.max(0, digits))));
}

/** Commas between thousands, before the point only. */
function grouped(digits: string): string {
  const [whole, fraction] = digits.split('.');
  const spaced = whole!.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? spaced : `${spaced}.${fraction}`;
}

/** A power of a thousand and the letters that stand for it. */
export interface Scale {
  readonly factor: number;
  /** "nJ", "µJ", … */
  readonly unit: string;
}

const prefixes = ['f', 'p', 'n', 'µ', 'm', '', 'k', 'M', 'G'];

/** One scale for a whole column of quantities: that of the largest, unless it leaves a thousandth of the smallest. */
export function commonScale(values: readonly number[], unit: string): Scale {
  const positive = values.filter(value => value > 0);
  if (positive.length === 0) return { factor: 1, unit };
  const [least, most] = [Math.log10(Math.min(...positive)), Math.log10(Math.max(...positive))];
  const third = Math.floor((least < 3 * Math.floor(most / 3) - 3 ? (least + most) / 2 : most) / 3);
  const index = Math.min(prefixes.length - 1, Math.max(0, third + 5));
  return { factor: 10 ** (3 * (index - 5)), unit: prefixes[index] + unit };
}

/** "1.2 µs": a quantity in SI units with a prefix of its own. */
export function quantityIn(value: number, unit: string): string {
  if (value === 0) return `0${space}${unit}`;
  const scale = commonScale([Math.abs(value)], unit);
  return `${Number((value / scale.factor).toPrecision(4))}${space}${scale.unit}`;
}

/** "3 min 20 s": a stretch of time for people. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)}${space}s`;
  if (seconds < 60) return `${Math.round(seconds)}${space}s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes}${space}min`;
  return `${Math.floor(minutes / 60)}${space}h ${minutes % 60}${space}min`;
}
