/**
 * @file From counts to joules. Cells: a line at voltage V over its cells for a time t dissipates t V² ΣG (Joule's law); voltages
 * are metered, conductances are taken as they are when the bill is written, averaged over a layer. Writing: t V² G per pulse
 * at the mean conductance. Lines, drivers, memory, control and the arithmetic of optimisers are not counted.
 */
import type { Meter } from './meter.ts';
import type { EnergyTable } from './model.ts';

/** Joules by cause. */
export interface Energy {
  cells: number;
  dac: number;
  adc: number;
  digital: number;
  writing: number;
  total: number;
}

/** @param layers of each layer: pairs of cells and mean conductance of a pair, siemens */
export function energyOf(
  meter: Meter,
  table: EnergyTable,
  layers: readonly { pairs: number; pairConductance: number }[],
): Energy {
  const perDrive = table.readTime * table.readVoltage ** 2;
  const perPulse = table.pulseTime * table.pulseVoltage ** 2;
  const pairsInAll = layers.reduce((sum, l) => sum + l.pairs, 0);
  const meanCell = layers.reduce((sum, l) => sum + (l.pairConductance / 2) * l.pairs, 0) / pairsInAll;
  const cells = layers.reduce((sum, l, i) => sum + meter.drive[i]! * perDrive * l.pairConductance, 0);
  const dac = meter.dacConversions * table.dacConversion;
  const adc = meter.adcConversions * table.adcConversion;
  const digital = meter.digitalMacs * table.digitalMac;
  const writing = (meter.pulses + meter.cellsWritten) * perPulse * meanCell;
  return { cells, dac, adc, digital, writing, total: cells + dac + adc + digital + writing };
}
