/**
 * @file Lines of chips, each taught by the one before it: how error and agreement with the first teacher change from generation to generation.
 */
import { armPoints } from '../arms.ts';
import { percent } from '../numbers.ts';
import { type Summary, summarise } from '../statistics.ts';
import type { Study } from '../study.ts';
import { anyColours } from './colours.ts';
import { bySetting, chipsBehind, errorAxis, intervalWords, summaryNumbers } from './encodings.ts';
import type { Figure, Frame, Specification } from './figure.ts';
import { look } from './vega.ts';

interface Step {
  readonly arm: string;
  readonly place: string;
  readonly generation: number;
  readonly error: Summary;
  readonly agreement: Summary;
}

export const lineage: Figure = {
  name: 'lineage',
  panel(study) {
    const steps = stepsOf(study);
    if (steps.length === 0) return undefined;
    const last = Math.max(...steps.map(({ generation }) => generation));
    const ends = steps
      .filter(({ generation }) => generation === last)
      .sort((a, b) => a.error.mean - b.error.mean);
    const [best, worst] = [ends[0]!, ends.at(-1)!];
    return {
      title: `After ${last} generations the line “${best.arm}” errs on ${percent(best.error.mean)}, “${worst.arm}” on ${percent(worst.error.mean)}`,
      caption: `Test error of each chip of a line, on a logarithmic axis; generation 0 is the first teacher. Means over ${chipsBehind(study).replace('chips', 'lines')}; ${intervalWords(study, 'whiskers')}.`,
      numbers: steps.map(({ arm, place, generation, error, agreement }) => ({
        arm,
        place,
        generation,
        agreement_with_first_percent: agreement.mean,
        ...summaryNumbers(error),
      })),
      drawing: { kind: 'vega-lite', specification: specify(steps) },
    };
  },
};

/** Every generation of every line, the first teacher as generation 0. */
function stepsOf(study: Study): Step[] {
  return armPoints(study).flatMap(({ arm, place, results }) => {
    const lines = results.map(({ distillation }) => distillation!);
    const length = lines[0]!.line.length;
    if (length < 2) return [];
    const summary = (values: number[]) => summarise(values, study.interval)!;
    const first = {
      arm,
      place,
      generation: 0,
      error: summary(lines.map(({ teacher }) => teacher.testErrorPercent)),
      agreement: summary(lines.map(({ teacher }) => teacher.floor.agreementPercent)),
    };
    const others = Array.from({ length }, (_, g) => ({
      arm,
      place,
      generation: g + 1,
      error: summary(lines.map(({ line }) => line[g]!.testErrorPercent)),
      agreement: summary(lines.map(({ line }) => line[g]!.agreementPercent)),
    }));
    return [first, ...others];
  });
}

const specify =
  (steps: readonly Step[]) =>
  (frame: Frame): Specification => {
    const axis = errorAxis(
      steps.flatMap(({ error }) => [error.minimum, error.maximum]),
      'test error',
    );
    const values = steps.map(({ arm, place, generation, error, agreement }) => ({
      setting: place,
      arm,
      generation,
      error: axis.shown(error.mean),
      low: axis.shown(error.low),
      high: axis.shown(error.high),
      text: `${arm}, generation ${generation}: errs on ${percent(error.mean)}, agrees with the first teacher on ${percent(agreement.mean)}`,
    }));
    const arms = [...new Set(steps.map(({ arm }) => arm))];
    const colour = {
      field: 'arm',
      type: 'nominal',
      scale: { domain: arms, range: arms.map((_, k) => anyColours[k % anyColours.length]!) },
    };
    const y = { field: 'error', ...axis.channel };
    const panel = {
      encoding: {
        x: { field: 'generation', type: 'quantitative', axis: { title: 'generation', tickMinStep: 1 } },
      },
      layer: [
        {
          mark: { type: 'rule', opacity: 0.5, aria: false },
          encoding: { y: { ...y, field: 'low' }, y2: { field: 'high' }, color: colour },
        },
        { mark: { type: 'line', strokeWidth: 1.5, aria: false }, encoding: { y, color: colour } },
        {
          mark: { type: 'point', filled: true, size: 26, opacity: 1 },
          encoding: { y, color: colour, description: { field: 'text' } },
        },
      ],
    };
    const settings = [...new Set(steps.map(({ place }) => place))].map(label => ({ label }));
    return { ...look(frame), data: { values }, ...bySetting({ settings }, frame, panel, 220) };
  };
