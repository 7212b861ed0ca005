/** @file What has befallen the cells of a crossbar, one by one: for whoever draws them. */
import type { Flaws } from './cells/flaws.ts';
import type { Held } from './cells/held.ts';
import { fates } from './faults.ts';

/** The fates that cells are made with; cells of pairs that never move; and cells that writing has worn out. */
export const conditions = [...fates, 'stuck', 'dead'] as const;
export type Condition = (typeof conditions)[number];

const [stuck, dead] = [conditions.indexOf('stuck'), conditions.indexOf('dead')];

/**
 * Indices into `conditions` of every cell, side by side for each weight; of several that are true the one that shows.
 * @param made of manufacture @returns undefined where all are sound
 */
export function conditionsOf(
  cells: number,
  made: Uint8Array | undefined,
  flaws: Flaws | undefined,
  held: Held | undefined,
): Uint8Array | undefined {
  const out = made?.slice() ?? new Uint8Array(cells);
  const each = flaws ? cells / flaws.low.data.length : 1;
  for (let c = 0; c < cells; c++) {
    if (out[c] !== 0) continue;
    const k = Math.floor(c / each);
    if (held?.isDead(c)) out[c] = dead;
    else if (flaws && flaws.low.data[k] === flaws.high.data[k]) out[c] = stuck;
  }
  return out.some(one => one !== 0) ? out : undefined;
}
