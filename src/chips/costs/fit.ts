/** @file Prices and accountings that a chip cannot have. */
import { pricesOf } from '../energy.ts';
import type { ChipModel } from '../model.ts';

/** What does not fit, where in the chip's description, in words. */
export function costProblems(chip: ChipModel): { path: string[]; message: string }[] {
  const { energy, crossbar, scaling, goodness } = chip;
  const problems: { path: string[]; message: string }[] = [];
  const isMetered = energy.accounting === 'metered';
  if (isMetered && crossbar.weightRange === 0)
    problems.push({
      path: ['energy', 'accounting'],
      message: 'metered accounting needs conductances, and so a weightRange above 0',
    });
  if (energy.drivers && !isMetered)
    problems.push({
      path: ['energy', 'drivers'],
      message: 'what drivers take is known where accounting is "metered" only',
    });
  if (energy.drivers && !scaling && chip.dac.kind !== 'none') {
    const most = chip.dac.range * energy.readVoltage;
    if (most > energy.drivers.supply)
      problems.push({
        path: ['energy', 'drivers', 'supply'],
        message: `found ${energy.drivers.supply} V, but inputs at the end of the DAC's range take ${Number(most.toPrecision(3))} V`,
      });
  }
  for (const part of ['adcPrice', 'dacPrice', 'digitalPrice'] as const)
    try {
      const { [part]: own, ...others } = energy;
      const { adcPrice: _a, dacPrice: _d, digitalPrice: _g, ...bare } = others as ChipModel['energy'];
      const { goodness: _, ...without } = chip;
      pricesOf({ ...without, energy: { ...bare, ...(own && { [part]: own }) } }, 0);
    } catch (error) {
      problems.push({ path: ['energy', part], message: (error as Error).message });
    }
  if (goodness?.kind === 'squarers')
    try {
      pricesOf(chip, 0);
    } catch (error) {
      if (problems.length === 0)
        problems.push({ path: ['goodness', 'price'], message: (error as Error).message });
    }
  return problems;
}
