/** @file The conductance that a cell is aimed at, as the horizontal axis of several figures. */
import type { Cell } from '../../chips/cells/cell.ts';
import type { Specification } from '../figures/figure.ts';
import { commonScale } from '../numbers.ts';

/** Channel definition for `x` by the field `aim`, which holds what `shown` makes of siemens. */
export function aimChannel({ maximumConductance }: Pick<Cell, 'maximumConductance'>): {
  readonly channel: Specification;
  shown(siemens: number): number;
} {
  const { factor, unit } = commonScale([maximumConductance], 'S');
  return {
    channel: {
      field: 'aim',
      type: 'quantitative',
      scale: { nice: false },
      axis: { title: `conductance aimed at, ${unit}`, tickCount: 6 },
    },
    shown: siemens => siemens / factor,
  };
}
