/** @file Current against voltage of some cells, and what Ohm's law would have. */
import type { CellCurrents } from '../../scenarios/cell-currents.ts';
import { commonScale, quantityIn } from '../numbers.ts';
import { anyColours } from './colours.ts';
import type { Frame, Specification } from './figure.ts';
import { fitted, look } from './vega.ts';

export function drawCurrents({ volts, cells }: CellCurrents, frame: Frame): Specification {
  const scale = commonScale([Math.max(...cells.flatMap(({ amperes }) => amperes.map(Math.abs)))], 'A');
  const rows = cells.flatMap(({ conductance, amperes }) =>
    volts.map((voltage, i) => ({
      conductance: quantityIn(Number(conductance.toPrecision(3)), 'S'),
      voltage,
      current: amperes[i]! / scale.factor,
      ohm: (conductance * voltage) / scale.factor,
    })),
  );
  const x = {
    field: 'voltage',
    type: 'quantitative',
    scale: { nice: false },
    axis: { title: 'voltage, V', tickCount: 6 },
  };
  const y = (field: string) => ({
    field,
    type: 'quantitative',
    axis: { title: `current, ${scale.unit}`, tickCount: 5 },
  });
  const color = {
    field: 'conductance',
    type: 'nominal',
    sort: null,
    scale: { range: [anyColours[2]!, anyColours[0]!, anyColours[1]!] },
  };
  const line = (field: string, mark: Specification) => ({
    mark: { type: 'line', aria: false, ...mark },
    encoding: { x, y: y(field), color },
  });
  return {
    ...look(frame),
    ...fitted(Math.min(frame.width, 560)),
    height: frame.narrow ? 220 : 280,
    data: { values: rows },
    layer: [line('ohm', { strokeDash: [4, 3], strokeWidth: 1.2 }), line('current', { strokeWidth: 2 })],
  };
}
