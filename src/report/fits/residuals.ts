/** @file What the fit leaves: errors of its predictions, pulse by pulse. */
import { directionColour, directionShape, thinned } from '../figures/directions.ts';
import { fitted, look } from '../figures/vega.ts';
import { type FitFigure, type FitShown, shownAt, stepShown } from './fit-figure.ts';

const mostPoints = 900;

export const residuals: FitFigure = {
  name: 'residuals',
  panel(shown) {
    const { fit, scale } = shown;
    const rows = errorsOf(shown);
    return {
      title: 'What is left is noise where it shows no shape',
      caption:
        `Measured less predicted conductance after each pulse, ${rows.length < fit.observations ? `${rows.length} of ${fit.observations} drawn, ` : ''}all devices, against the conductance before. The prediction knows all ` +
        'measurements before, as far as they can be trusted. Bands of one sign are misfit; a width that changes along the axis is noise that goes with the step.',
      drawing: {
        kind: 'vega-lite',
        specification: frame => ({
          ...look(frame),
          ...fitted(frame.width),
          height: frame.narrow ? 190 : 230,
          layer: [
            {
              data: { values: rows },
              mark: { type: 'point', filled: true, size: 14, opacity: 0.5, aria: false },
              encoding: {
                x: {
                  field: 'conductance',
                  type: 'quantitative',
                  scale: { zero: false },
                  axis: { title: `conductance before the pulse, ${scale.unit}`, tickCount: 6 },
                },
                y: {
                  field: 'error',
                  type: 'quantitative',
                  axis: { title: `measured − predicted, ${scale.unit}`, tickCount: 5 },
                },
                color: directionColour,
                shape: directionShape,
              },
            },
            {
              mark: { type: 'rule', color: '#24272c', strokeWidth: 1, aria: false },
              encoding: { y: { datum: 0 } },
            },
          ],
        }),
      },
    };
  },
};

function errorsOf(shown: FitShown) {
  const rows = shown.fit.devices.flatMap(({ runs, filtered }) => {
    let row = 0;
    return runs.flatMap(({ conductance, pulses }) =>
      Array.from(conductance, (_, i) => ({ i, at: row++ })).flatMap(({ i, at }) =>
        i === 0
          ? []
          : [
              {
                direction: pulses[i]! > 0 ? 'up' : 'down',
                conductance: shownAt(shown, conductance[i - 1]!),
                error: stepShown(shown, filtered.errors[at]!),
              },
            ],
      ),
    );
  });
  return thinned(rows, mostPoints);
}
