/**
 * @file What varied paths are called in words.
 */

/** The shortest tail of a path that no other path ends with, in words: "chip.cell.readNoise" → "read noise". */
export function nameOf(path: string, among: readonly string[]): string {
  const parts = path.split('.');
  const tails = parts.map((_, k) => parts.slice(parts.length - 1 - k).join('.'));
  const others = among.filter(other => other !== path);
  const tail =
    tails.find(each => !others.some(other => other === each || other.endsWith(`.${each}`))) ?? path;
  return tail
    .replaceAll('.', ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
}
