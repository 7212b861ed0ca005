/** @file Pulses up and then down: the nominal cell, how far cells are apart, and single traces with noise. */
import { anyColours, faint } from '../figures/colours.ts';
import { fitted, look } from '../figures/vega.ts';
import { counted } from '../numbers.ts';
import type { CellFigure } from './cell-figure.ts';

export const pulseResponse: CellFigure = {
  name: 'pulse-response',
  panel({ pulses: sheet }) {
    if (!sheet) return undefined;
    const { isLowered, pulses, devices, ramp, traces } = sheet;
    const single = traces.flatMap((trace, k) =>
      trace.map((weight, i) => ({ trace: k + 1, pulse: ramp[i]!.pulse, weight })),
    );
    return {
      title: isLowered ? `${counted(pulses)} pulses down` : `${counted(pulses)} pulses up, as many down`,
      caption:
        `Weight of the nominal cell without noise (line), of the middle 80 % of ${devices} cells that differ as the file says (band; all start ${isLowered ? 'where a reset leads them' : 'at their own lower bound'}), ` +
        `and ${traces.length} times of the nominal cell with its cycle-to-cycle and write noise (thin lines).` +
        (isLowered ? ' Pairs of such cells are only ever lowered, so there are no pulses up.' : ''),
      numbers: ramp.map((row, i) => ({
        ...row,
        ...Object.fromEntries(traces.map((trace, k) => [`trace ${k + 1}`, trace[i]!])),
      })),
      drawing: {
        kind: 'vega-lite',
        specification: frame => {
          const x = {
            field: 'pulse',
            type: 'quantitative',
            axis: { title: 'pulse', tickCount: 6 },
            scale: { nice: false },
          };
          const y = (field: string) => ({
            field,
            type: 'quantitative',
            axis: { title: 'weight, in units of its range', tickCount: 6 },
          });
          return {
            ...look(frame),
            ...fitted(frame.width),
            height: frame.narrow ? 220 : 300,
            layer: [
              {
                data: { values: ramp },
                mark: { type: 'area', color: anyColours[1], opacity: 0.22, aria: false },
                encoding: { x, y: y('low'), y2: { field: 'high' } },
              },
              {
                data: { values: single },
                mark: { type: 'line', color: faint, strokeWidth: 0.8, opacity: 0.8, aria: false },
                encoding: { x, y: y('weight'), detail: { field: 'trace' } },
              },
              {
                data: { values: ramp },
                mark: { type: 'line', color: anyColours[1], strokeWidth: 2.2, aria: false },
                encoding: { x, y: y('nominal') },
              },
            ],
          };
        },
      },
    };
  },
};
