/** @file What was measured, and what the fitted cell makes of the same pulses. */
import { anyColours, faint } from '../figures/colours.ts';
import { thinned } from '../figures/directions.ts';
import { bySetting } from '../figures/encodings.ts';
import { look } from '../figures/vega.ts';
import { plural } from '../numbers.ts';
import { type FitFigure, type FitShown, shownAt } from './fit-figure.ts';

const mostDevices = 6;
const mostPoints = 240;

export const courses: FitFigure = {
  name: 'courses',
  panel(shown) {
    const { fit, scale } = shown;
    const devices = thinned(fit.devices, mostDevices);
    const rows = devices.flatMap(device => rowsOf(shown, device));
    const some = devices.length < fit.devices.length ? `${devices.length} of ` : '';
    return {
      title: `The course under the pulses: R² ${fit.rSquared.toFixed(4)}`,
      caption:
        `Conductance of ${some}${plural(fit.devices.length, 'device')} after each pulse; grey: measured, line: what the fitted ${fit.model.name} cell ` +
        'makes of the same pulses from the first measurement on, without noise.',
      numbers: rows.map(({ setting, ...row }) => ({ device: setting, ...row })),
      drawing: {
        kind: 'vega-lite',
        specification: frame => {
          const x = { field: 'pulse', type: 'quantitative', axis: { title: 'pulse', tickCount: 5 } };
          const y = (field: string) => ({
            field,
            type: 'quantitative',
            scale: { zero: false },
            axis: { title: `conductance, ${scale.unit}`, tickCount: 5 },
          });
          const layer = [
            {
              mark: { type: 'point', filled: true, size: 22, color: faint, opacity: 0.5, aria: false },
              encoding: { x, y: y('measured') },
            },
            {
              mark: { type: 'line', strokeWidth: 1.1, color: anyColours[0], aria: false },
              encoding: { x, y: y('fitted') },
            },
          ];
          const settings = devices.map(({ name }) => ({ label: `device ${name}`, values: {} }));
          return {
            ...look(frame),
            data: { values: rows },
            ...bySetting({ settings }, frame, { layer }, frame.narrow || devices.length > 1 ? 170 : 260),
          };
        },
      },
    };
  },
};

function rowsOf(shown: FitShown, { name, runs, courses: fitted }: FitShown['fit']['devices'][number]) {
  let pulse = 0;
  const rows = runs.flatMap(({ conductance, pulses }, r) =>
    Array.from(conductance, (g, i) => {
      pulse += Math.abs(pulses[i]!);
      return {
        setting: `device ${name}`,
        pulse,
        measured: shownAt(shown, g),
        fitted: shownAt(shown, fitted[r]![i]!),
      };
    }),
  );
  return thinned(rows, mostPoints);
}
