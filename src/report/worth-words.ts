/**
 * @file What soft labels are worth in hard ones, in sentences.
 */
import { type ArmPoint, plainArm } from './arms.ts';
import { equivalents, type Found, worthTwice } from './efficiency.ts';
import { counted, space } from './numbers.ts';

/** "250 soft labels do as much as 410 true ones", and how far they are worth twice as many. */
export function worth(points: readonly ArmPoint[]): string[] {
  const soft = plainArm(points, 'soft');
  if (soft === undefined) return [];
  return ['argmax', 'true'].flatMap(kind => {
    const hard = plainArm(points, kind);
    if (hard === undefined) return [];
    const told = equivalents(points, soft, hard).filter(({ hard: found }) => found.pairs > 0);
    if (told.length < 2) return [];
    const each = told.map(
      ({ samples, hard: found }) => `${counted(samples)} do as much as ${worthText(found, samples)}`,
    );
    return [
      `In images, “${soft}” against “${hard}”: ${each.join('; ')}. ${twiceText(worthTwice(points, soft, hard), soft, hard)}`,
    ];
  });
}

function worthText(found: Found, samples: number): string {
  if (found.kind === 'found') {
    const ratio = (value: number) => (value / samples).toFixed(1);
    const around = found.pairs > 1 ? ` [${ratio(found.low)}, ${ratio(found.high)}]` : '';
    return `${counted(Number(found.value.toPrecision(2)))} (${ratio(found.value)}${space}times as many${around})`;
  }
  const { above, below, pairs } = found;
  if (above === pairs) return 'more than the largest number tried';
  if (below === pairs) return 'fewer than the least number tried';
  return `different numbers on different pairs (of ${pairs}, ${above} beyond the largest number tried, ${below} below the least)`;
}

function twiceText(found: Found, soft: string, hard: string): string {
  if (found.pairs === 0) return '';
  if (found.kind === 'found') {
    const [value, low, high] = [found.value, found.low, found.high].map(each =>
      counted(Number(each.toPrecision(2))),
    );
    const around = found.pairs > 1 ? ` [${low}, ${high}; ${found.pairs} pairs]` : '';
    return `At ${value}${around} images “${soft}” is worth exactly twice as many of “${hard}”; below that more, above it less.`;
  }
  const { above, below, pairs } = found;
  if (above === pairs) return `It is worth more than twice as many at every size tried.`;
  if (below === pairs) return `It is worth less than twice as many at every size tried.`;
  const between = pairs - above - below;
  return `It is worth more than twice as many at every size on ${above} of ${pairs} pairs, at none on ${below}, and up to some size on ${between}.`;
}
