/**
 * @file Resistance of a line from one cell to the next, by the width of its metal: R = ρ L/(w² A), with A the aspect ratio and a ρ that grows in narrow
 * wires, where electrons meet surfaces and grain boundaries.
 *
 * @see Peng et al. 2021, IEEE TCAD 40:2306 (DNN+NeuroSim V2.1, its table of lines at 300 K)
 */
import type { Static } from '@sinclair/typebox';
import { choice, strict } from '../../description.ts';

/** Aspect ratio, and resistivity in ohm metres. */
const lines = {
  '200 nm': { width: 200e-9, aspect: 2.1, resistivity: 2.42e-8 },
  '100 nm': { width: 100e-9, aspect: 2.3, resistivity: 2.73e-8 },
  '50 nm': { width: 50e-9, aspect: 2.34, resistivity: 3.91e-8 },
  '40 nm': { width: 40e-9, aspect: 1.9, resistivity: 4.03e-8 },
  '32 nm': { width: 32e-9, aspect: 1.9, resistivity: 4.51e-8 },
  '22 nm': { width: 22e-9, aspect: 2.0, resistivity: 5.41e-8 },
  '14 nm': { width: 14e-9, aspect: 2.1, resistivity: 7.43e-8 },
} as const;
type Width = keyof typeof lines;

/** Cells along a line are so many widths apart. */
const pitches = { crosspoint: 2, '1T1R': 4 } as const;

/** Description of the metal of the lines. */
export const Metal = strict(
  {
    width: choice(Object.keys(lines) as Width[], 'of a line'),
    pitch: choice(
      Object.keys(pitches) as (keyof typeof pitches)[],
      'cells are two widths apart (crosspoint) or four (one transistor each)',
      { default: '1T1R' },
    ),
  },
  { description: 'copper lines by their width (NeuroSim); adds to both resistances' },
);
export type Metal = Static<typeof Metal>;

/** Ohm from one cell to the next. */
export function segmentOf({ width: name, pitch }: Metal): number {
  const { width, aspect, resistivity } = lines[name];
  return (resistivity * pitches[pitch] * width) / (width ** 2 * aspect);
}
