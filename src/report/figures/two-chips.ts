/**
 * @file Teacher and student side by side: the curves of their boxes, or of their neuron circuits where there are none. That they have nothing in
 * common is why weights cannot be copied.
 */
import type { TrialResult } from '../../scenarios/trial-files.ts';
import { isDistilled } from '../arms.ts';
import type { Study } from '../study.ts';
import { type Circuits, curveNumbers, drawCircuits } from './circuits.ts';
import type { Figure } from './figure.ts';

const mostUnits = 7;

export const twoChips: Figure = {
  name: 'two-chips',
  panel(study) {
    const found = isDistilled(study) ? firstPair(study) : undefined;
    if (!found) return undefined;
    const { panels, what } = found;
    return {
      title: 'The same model, two individuals: what one has learned to live with is not there in the other',
      caption: `Curves of ${panels[0]!.units.length} ${what} of a teacher and of its student, against their input. Colours only tell units apart.`,
      numbers: curveNumbers(panels),
      drawing: {
        kind: 'vega-lite',
        specification: frame =>
          drawCircuits(panels, frame, { input: 'input', output: 'output', nominal: undefined }),
      },
    };
  },
};

function firstPair(study: Study): { panels: Circuits[]; what: string } | undefined {
  const results = study.cells.flatMap(({ done }) => done.filter(({ pictures }) => pictures?.teacher));
  const [first] = results;
  if (!first) return undefined;
  const { teacher, ...student } = first.pictures!;
  if (teacher!.boxCurves && student.boxCurves)
    return { panels: pairOf(first, teacher!.boxCurves, student.boxCurves), what: 'units of the first box' };
  if (!teacher!.transferCurves || !student.transferCurves) return undefined;
  return {
    panels: pairOf(first, teacher!.transferCurves, student.transferCurves),
    what: 'neuron circuits of the first layer',
  };
}

type Curves = { readonly input: readonly number[]; readonly units: readonly (readonly number[])[] };

const pairOf = ({ specification }: TrialResult, teacher: Curves, student: Curves): Circuits[] => [
  panel(`teacher, chip ${specification.distill!.teacher.seed}`, specification.distill!.teacher.seed, teacher),
  panel(`student, chip ${specification.seed}`, specification.seed, student),
];

const panel = (label: string, seed: number, { input, units }: Curves): Circuits => ({
  label,
  seed,
  input,
  units: units.slice(0, mostUnits),
});
