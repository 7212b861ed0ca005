/** @file Change by one pulse against where it started: what the model is about. */
import { directionColour, directionShape } from '../figures/directions.ts';
import { fitted, look } from '../figures/vega.ts';
import { mean } from '../statistics.ts';
import { type FitFigure, type FitShown, shownAt, stepShown } from './fit-figure.ts';

const bins = 16;
const points = 80;

export const steps: FitFigure = {
  name: 'steps',
  panel(shown) {
    const { fit, scale } = shown;
    const measured = binned(shown);
    const lines = curves(shown);
    return {
      title: 'The step against the conductance, which is what the model describes',
      caption:
        `Mean change by one pulse in ${bins} parts of the measured range, all devices together, with one standard error; lines: the ${fit.model.name} steps of the mean device. ` +
        'Close to the ends, noise that a bound cuts off pulls measured means toward 0 or away from it.',
      numbers: measured,
      drawing: {
        kind: 'vega-lite',
        specification: frame => {
          const x = {
            field: 'conductance',
            type: 'quantitative',
            scale: { zero: false },
            axis: { title: `conductance, ${scale.unit}`, tickCount: 6 },
          };
          const y = {
            type: 'quantitative',
            axis: { title: `change by one pulse, ${scale.unit}`, tickCount: 5 },
          };
          return {
            ...look(frame),
            ...fitted(frame.width),
            height: frame.narrow ? 220 : 280,
            layer: [
              { mark: { type: 'rule', color: '#dcdee2', aria: false }, encoding: { y: { datum: 0, ...y } } },
              {
                data: { values: lines },
                mark: { type: 'line', strokeWidth: 1.8, aria: false },
                encoding: { x, y: { field: 'change', ...y }, color: directionColour },
              },
              {
                data: { values: measured },
                mark: { type: 'rule', strokeWidth: 1.2, aria: false },
                encoding: { x, y: { field: 'low', ...y }, y2: { field: 'high' }, color: directionColour },
              },
              {
                data: { values: measured },
                mark: { type: 'point', filled: true, size: 42, opacity: 1, aria: false },
                encoding: { x, y: { field: 'change', ...y }, color: directionColour, shape: directionShape },
              },
            ],
          };
        },
      },
    };
  },
};

function binned(shown: FitShown) {
  const cells = new Map<string, { at: number[]; change: number[]; isUp: boolean }>();
  for (const { runs } of shown.fit.devices)
    for (const { conductance, pulses } of runs)
      for (let i = 1; i < pulses.length; i++) {
        const isUp = pulses[i]! > 0;
        const before = conductance[i - 1]!;
        const key = `${isUp} ${Math.min(bins - 1, Math.floor(before * bins))}`;
        const cell = cells.get(key) ?? { at: [], change: [], isUp };
        cells.set(key, cell);
        cell.at.push(before);
        cell.change.push((conductance[i]! - before) / Math.abs(pulses[i]!));
      }
  return [...cells.values()].flatMap(({ at, change, isUp }) => {
    if (change.length < 3) return [];
    const middle = mean(change);
    const error = Math.sqrt(mean(change.map(x => (x - middle) ** 2)) / (change.length - 1));
    return [
      {
        direction: isUp ? 'up' : 'down',
        conductance: shownAt(shown, mean(at)),
        change: stepShown(shown, middle),
        low: stepShown(shown, middle - error),
        high: stepShown(shown, middle + error),
        pulses: change.length,
      },
    ];
  });
}

/** Mean over devices of the model's step; where a device has ended, its bound holds it. */
function curves(shown: FitShown) {
  const { model, devices, middle } = shown.fit;
  return [true, false].flatMap(isUp =>
    Array.from({ length: points + 1 }, (_, k) => {
      const x = k / points;
      const change = mean(
        devices.map(({ p }) => {
          const from = Math.max(p[0]!, Math.min(p[1]!, x));
          return Math.max(p[0]!, Math.min(p[1]!, from + model.step(p, from, isUp, middle))) - from;
        }),
      );
      return {
        direction: isUp ? 'up' : 'down',
        conductance: shownAt(shown, x),
        change: stepShown(shown, change),
      };
    }),
  );
}
