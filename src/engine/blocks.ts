/** @file Blocks of the units of a layer, as even as can be. */

/** First unit of a block: ⌊block · units/blocks⌋. */
export const blockStart = (block: number, blocks: number, units: number): number =>
  Math.floor((block * units) / blocks);
