/** @file Current against voltage of the cells of a chip, where it is no straight line. */
import type { ChipModel } from '../chips/model.ts';
import { curveOf } from '../chips/wires/cell-curve.ts';
import { lowMiddleHigh } from './held-sheet.ts';

export interface CellCurrents {
  /** what inputs reach either way: the full range of the DAC, or where there is none an input of 1; volts */
  readonly full: number;
  readonly volts: readonly number[];
  /** a low, a middle and the largest conductance: amperes at each voltage */
  readonly cells: readonly {
    readonly conductance: number;
    readonly amperes: readonly number[];
  }[];
}

const points = 100;

/** Undefined where cells keep Ohm's law. */
export function cellCurrents({ cell, crossbar, dac, energy }: ChipModel): CellCurrents | undefined {
  if (crossbar.curve === undefined) return undefined;
  const { current } = curveOf(crossbar.curve);
  const full = energy.readVoltage * (dac.kind === 'none' ? 1 : dac.range);
  const volts = Array.from({ length: points + 1 }, (_, i) => full * ((2 * i) / points - 1));
  return {
    full,
    volts,
    cells: lowMiddleHigh(cell).map(conductance => ({
      conductance,
      amperes: volts.map(v => current(conductance, v)),
    })),
  };
}
