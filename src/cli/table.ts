/** @file Columns of text. */

/**
 * Lines with columns of equal width.
 * @param right columns from this one on hold numbers and are flushed right
 */
export function table(lines: readonly (readonly string[])[], right = Number.POSITIVE_INFINITY): string {
  const widths = lines.reduce<number[]>(
    (wide, line) => line.map((text, i) => Math.max(wide[i] ?? 0, [...text].length)),
    [],
  );
  return lines
    .map(line => {
      const padded = line.map((text, i) => {
        const gap = ' '.repeat(widths[i]! - [...text].length);
        return i >= right ? gap + text : text + gap;
      });
      return `${padded.join('   ').trimEnd()}\n`;
    })
    .join('');
}
