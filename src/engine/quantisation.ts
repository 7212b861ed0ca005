/** Constants of a uniform quantiser, float32: level n = floor((x − low) · density + ½) stands for base + (n − origin) · step. */
export interface Quantisation {
  low: number;
  high: number;
  density: number;
  base: number;
  origin: number;
  step: number;
}

/**
 * Levels are counted from `low`, but from the middle when the range is symmetric, so that zero, if it is a level,
 * comes out as zero in float32 too.
 */
export function quantisation(low: number, high: number, levels: number): Quantisation {
  const symmetric = low === -high;
  return {
    low: Math.fround(low),
    high: Math.fround(high),
    density: Math.fround((levels - 1) / (high - low)),
    base: symmetric ? 0 : Math.fround(low),
    origin: symmetric ? (levels - 1) / 2 : 0,
    step: Math.fround((high - low) / (levels - 1)),
  };
}
