/** @file What differs from device to device, in three numbers. */

export interface Band {
  readonly nominal: number;
  /** tenth and ninetieth percentile of the devices */
  readonly low: number;
  readonly high: number;
}

/** Low and high are the nominal value where there are no devices. */
export function band(nominal: number, values: readonly number[]): Band {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? nominal;
  return { nominal, low: at(0.1), high: at(0.9) };
}
