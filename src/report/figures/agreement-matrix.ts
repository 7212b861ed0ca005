/**
 * @file Teacher against student, class by class: how often the one says this where the other says that. The diagonal is what they agree on.
 */

import type { TrialResult } from '../../scenarios/trial-files.ts';
import { agreement, armPoints, over } from '../arms.ts';
import { counted, percent } from '../numbers.ts';
import { anyColours, ink } from './colours.ts';
import type { Figure, Frame, Specification } from './figure.ts';
import { fitted, look } from './vega.ts';

export const agreementMatrix: Figure = {
  name: 'agreement-matrix',
  panel(study) {
    const told = armPoints(study).filter(({ samples }) => samples > 0);
    const soft = told.filter(({ results }) => results[0]!.specification.distill!.targets === 'soft');
    const shown = [...(soft.length > 0 ? soft : told)].sort((a, b) => b.samples - a.samples)[0];
    if (!shown) return undefined;
    const matrix = summed(shown.results);
    const cells = matrix.flatMap((row, teacher) =>
      row.map((images, student) => ({
        teacher,
        student,
        images,
        share: images / row.reduce((s, n) => s + n, 0),
      })),
    );
    return {
      title: `Of ${shown.samples} images told, ${percent(over(study, shown, agreement).mean)} of the answers are the teacher's`,
      caption: `Test images by the teacher's answer (down) and the student's (across), summed over the pairs of chips of “${shown.arm}”, ${shown.place}; shade: share of the teacher's answer, on a logarithmic scale.`,
      numbers: cells.map(({ teacher, student, images }) => ({ teacher, student, images })),
      drawing: { kind: 'vega-lite', specification: specify(cells) },
    };
  },
};

function summed(results: readonly TrialResult[]): number[][] {
  const [first] = results;
  return first!.distillation!.matrix.map((row, a) =>
    row.map((_, b) => results.reduce((sum, { distillation }) => sum + distillation!.matrix[a]![b]!, 0)),
  );
}

const specify =
  (cells: readonly { teacher: number; student: number; images: number; share: number }[]) =>
  (frame: Frame): Specification => {
    const size = Math.min(frame.width - 60, 380);
    return {
      ...look(frame),
      ...fitted(frame.width),
      width: size,
      height: size,
      data: {
        values: cells.map(cell => ({
          ...cell,
          // the shade of a count is its logarithm, from 1 in 3000 on
          shade: Math.max(0.03, 1 + Math.log10(Math.max(cell.share, 1 / 3000)) / Math.log10(3000)),
          text: cell.images > 0 ? counted(cell.images) : '',
        })),
      },
      encoding: {
        x: { field: 'student', type: 'ordinal', axis: { title: 'student says', labelAngle: 0 } },
        y: { field: 'teacher', type: 'ordinal', axis: { title: 'teacher says' } },
      },
      layer: [
        {
          mark: { type: 'rect', color: anyColours[1]! },
          encoding: { opacity: { field: 'shade', type: 'quantitative', scale: null } },
        },
        {
          mark: { type: 'text', fontSize: frame.narrow ? 8 : 10, color: ink },
          encoding: { text: { field: 'text' } },
        },
      ],
    };
  };
