/** @file How devices differ: what was fitted to each of them. */
import { anyColours, faint } from '../figures/colours.ts';
import { thinned } from '../figures/directions.ts';
import { bySetting } from '../figures/encodings.ts';
import { look } from '../figures/vega.ts';
import { mean } from '../statistics.ts';
import type { FitFigure } from './fit-figure.ts';

const mostDevices = 40;
const names: Readonly<Record<string, string>> = {
  low: 'smallest conductance',
  high: 'largest conductance',
  up: 'up step at weight 0',
  down: 'down step at weight 0',
};

export const devices: FitFigure = {
  name: 'devices',
  panel({ words, scale, fit }) {
    if (words.devices.length < 2) return undefined;
    const shown = thinned(words.devices, mostDevices);
    const keys = Object.keys(shown[0]!.values).filter(key =>
      words.devices.some(each => each.values[key] !== words.devices[0]!.values[key]),
    );
    const factor = (key: string) => (Object.hasOwn(names, key) ? scale.factor : 1);
    const label = (key: string) =>
      Object.hasOwn(names, key) ? `${nameOf(key, fit.model.kind)}, ${scale.unit}` : key;
    const rows = keys.flatMap(key =>
      shown.map(({ name, values, errors }) => {
        const value = values[key]! / factor(key);
        const error = (errors[key] ?? 0) / factor(key);
        return { setting: label(key), device: name, value, low: value - error, high: value + error };
      }),
    );
    const means = keys.map(key => ({
      setting: label(key),
      mean: mean(words.devices.map(({ values }) => values[key]! / factor(key))),
    }));
    return {
      title: 'No two devices are alike',
      caption: `Each parameter as fitted to each ${shown.length < words.devices.length ? `of ${shown.length} of ${words.devices.length} devices` : 'device'} alone, with one standard error; the line is the mean of all, which the cell file has. What is spread beyond the errors became the variations of the file.`,
      numbers: rows.map(({ setting, ...row }) => ({ parameter: setting, ...row })),
      drawing: {
        kind: 'vega-lite',
        specification: frame => {
          const x = {
            field: 'device',
            type: 'nominal',
            sort: null,
            axis: { title: 'device', labels: shown.length <= 12, labelAngle: 0 },
          };
          const y = (field: string) => ({
            field,
            type: 'quantitative',
            scale: { zero: false },
            axis: { title: null, tickCount: 4 },
          });
          const layer = [
            {
              transform: [{ filter: 'isValid(datum.mean)' }],
              mark: { type: 'rule', color: faint, strokeDash: [4, 3], aria: false },
              encoding: { y: y('mean') },
            },
            {
              transform: [{ filter: 'isValid(datum.value)' }],
              mark: { type: 'rule', strokeWidth: 1.3, color: anyColours[1], aria: false },
              encoding: { x, y: y('low'), y2: { field: 'high' } },
            },
            {
              transform: [{ filter: 'isValid(datum.value)' }],
              mark: { type: 'point', filled: true, size: 40, opacity: 1, color: anyColours[1], aria: false },
              encoding: { x, y: y('value') },
            },
          ];
          const settings = keys.map(key => ({ label: label(key), values: {} }));
          const panel = bySetting({ settings }, frame, { layer }, frame.narrow ? 120 : 130);
          return {
            ...look(frame),
            data: { values: [...rows, ...means] },
            ...panel,
            resolve: { scale: { y: 'independent' } },
          };
        },
      },
    };
  },
};

/** Some sizes are those from the far end. */
const nameOf = (key: string, kind: string): string =>
  kind === 'power-step' && (key === 'up' || key === 'down') ? `${key} step from the far end` : names[key]!;
