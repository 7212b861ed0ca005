/**
 * @file Distillation in one table: every arm at every size, what the students have of their teachers, and what a transfer image costs on both
 * chips. The teacher stands on top, compared with a second reading of itself.
 */
import type { TrialResult } from '../scenarios/trial-files.ts';
import { type ArmPoint, agreement, armPoints, type Measure, over, placesOf, studentError } from './arms.ts';
import { html, type Markup } from './html.ts';
import { bare, commonScale, counted, significant, space } from './numbers.ts';
import { mean } from './statistics.ts';
import type { Study } from './study.ts';
import { tabled } from './tables.ts';

/** Chip passes and joules, per image of the transfer set. */
export interface Price {
  readonly passes: number;
  readonly energy: number;
}

/** What a student's learning took; undefined where it learned from no image. */
export function studentPrice({ meter, specification }: TrialResult): Price | undefined {
  const { samples } = specification.distill!;
  if (samples === 0 || !meter) return undefined;
  return { passes: meter.training.forwardPasses / samples, energy: meter.training.energy.total / samples };
}

/** What asking the teacher took; undefined where it was not asked about what the student learned from. */
export function teacherPrice({ distillation, specification }: TrialResult): Price | undefined {
  const { samples, targets } = specification.distill!;
  return samples === 0 || targets === 'true' ? undefined : distillation!.teacher.asked;
}

/** The mean over the pairs that have a price. */
export function meanPrice(
  results: readonly TrialResult[],
  of: (result: TrialResult) => Price | undefined,
): Price | undefined {
  const all = results.flatMap(result => of(result) ?? []);
  if (all.length === 0) return undefined;
  return { passes: mean(all.map(({ passes }) => passes)), energy: mean(all.map(({ energy }) => energy)) };
}

interface Column {
  readonly title: string;
  readonly of: (point: ArmPoint, study: Study) => string;
  /** of the teacher */
  readonly own: (results: readonly TrialResult[]) => string;
}

/** The table; nothing where nothing was distilled. */
export function transferTable(study: Study): Markup | undefined {
  const points = armPoints(study);
  if (points.length === 0) return undefined;
  const columns = columnsOf(points);
  const places = placesOf(points);
  const block = (place: string): Markup => {
    const own = points.filter(point => point.place === place);
    const head =
      places.length > 1
        ? html`<tr class="group"><th colspan="${columns.length + 2}" scope="rowgroup">${place}</th></tr>`
        : undefined;
    const results = own[0]!.results;
    const teacher = html`<tr><th scope="row" class="teacher">the teacher${own.some(hasOtherTeachers(results)) ? ` of “${own[0]!.arm}”` : ''}</th><td class="number">–</td>${columns.map(column => html`<td class="number">${column.own(results)}</td>`)}</tr>`;
    return html`<tbody>${head}${teacher}${own.map(point => row(point, study, columns))}</tbody>`;
  };
  const note = html`Students on the test images, mean ± one standard deviation over pairs of chips. Agreement: images that student and teacher give the same class; same errors: of the teacher’s errors, those made alike. KL: divergence of the student’s softmax from the teacher’s at the student’s best scale, at temperature 1 and at that of the transfer. ECE: expected calibration error at that scale. The teacher stands against a second reading of itself, which no student can beat. Passes and energy are per image learned from, over the whole training: of the student’s chip, + of the teacher’s for being read. Robust weights are trained in simulation, which costs no chip anything and is not counted.`;
  return tabled(
    'transfer',
    note,
    html`
<thead><tr><th scope="col">arm</th><th scope="col" class="number">images</th>${columns.map(({ title }) => html`<th scope="col" class="number">${title}</th>`)}</tr></thead>
${places.map(block)}`,
  );
}

/** Whether a point's teachers are others than those of some results. */
const hasOtherTeachers =
  (results: readonly TrialResult[]) =>
  (point: ArmPoint): boolean =>
    teacherOf(point.results[0]!) !== teacherOf(results[0]!);

const teacherOf = ({ distillation }: TrialResult) =>
  JSON.stringify([distillation!.teacher.testErrorPercent, distillation!.teacher.seeds]);

const row = (point: ArmPoint, study: Study, columns: readonly Column[]): Markup =>
  html`<tr><th scope="row">${point.arm}</th><td class="number">${point.samples > 0 ? counted(point.samples) : '–'}</td>${columns.map(column => html`<td class="number">${column.of(point, study)}</td>`)}</tr>`;

function columnsOf(points: readonly ArmPoint[]): Column[] {
  const of = (result: TrialResult) => result.distillation!;
  const measured = (measure: Measure, written: (value: number) => string) => (point: ArmPoint) =>
    written(mean(point.results.map(measure)));
  const ofTeachers =
    (measure: Measure, written: (value: number) => string) => (results: readonly TrialResult[]) =>
      written(mean(results.map(measure)));
  const scale = commonScale(
    points.flatMap(({ results }) => meanPrice(results, studentPrice)?.energy ?? []),
    'J',
  );
  const cents = (value: number) => bare(100 * value);
  const temperatures = points.map(({ results }) => results[0]!.specification.distill!.temperature);
  const at = new Set(temperatures).size === 1 ? String(temperatures[0]) : 'T';
  const left = points.some(({ results }) => of(results[0]!).leftOut);
  return [
    {
      title: 'error, %',
      of: (point, study) => {
        const { mean: centre, deviation, count } = over(study, point, studentError);
        return count > 1 ? `${bare(centre)}${space}±${space}${deviation.toFixed(1)}` : bare(centre);
      },
      own: ofTeachers(result => of(result).teacher.testErrorPercent, bare),
    },
    {
      title: 'agreement, %',
      of: measured(agreement, bare),
      own: ofTeachers(result => of(result).teacher.floor.agreementPercent, bare),
    },
    {
      title: 'same errors, %',
      of: measured(result => of(result).sameErrorsPercent ?? 0, bare),
      own: ofTeachers(result => of(result).teacher.floor.sameErrorsPercent ?? 0, bare),
    },
    {
      title: `KL, mnat, T = 1 / ${at}`,
      of: ({ results }) =>
        milliNats(results, of => of.divergence) + milliNats(results, of => of.divergenceAtTemperature, ' / '),
      own: results =>
        milliNats(results, of => of.teacher.floor.divergence) +
        milliNats(results, of => of.teacher.floor.divergenceAtTemperature, ' / '),
    },
    {
      title: 'ECE, %',
      of: measured(result => of(result).calibrationError, cents),
      own: ofTeachers(result => of(result).teacher.calibrationError, cents),
    },
    ...(left
      ? [
          {
            title: 'left out: wrong → corrected, %',
            of: ({ results }: ArmPoint) => leftOutText(results),
            own: () => '–',
          },
        ]
      : []),
    ...(['passes', 'energy'] as const).map(
      (what): Column => ({
        title: what === 'energy' ? `energy, ${scale.unit}` : 'passes',
        of: ({ results }) => {
          const prices = [meanPrice(results, studentPrice), meanPrice(results, teacherPrice)];
          const told = prices.map(
            price =>
              price && (what === 'passes' ? counted(price.passes) : significant(price.energy / scale.factor)),
          );
          return told.some(Boolean) ? told.flatMap(each => each ?? []).join(' + ') : '–';
        },
        own: () => '–',
      }),
    ),
  ];
}

/** Mean of a divergence over the pairs, in millinats. */
function milliNats(
  results: readonly TrialResult[],
  of: (distillation: NonNullable<TrialResult['distillation']>) => number,
  before = '',
): string {
  return `${before}${(1000 * mean(results.map(({ distillation }) => of(distillation!)))).toFixed(0)}`;
}

/** "49.8 → 27.3": errors on the classes left out, as answered and with their biases corrected. */
function leftOutText(results: readonly TrialResult[]): string {
  const all = results.flatMap(({ distillation }) => distillation!.leftOut ?? []);
  if (all.length === 0) return '–';
  const [before, after] = (['asAnswered', 'corrected'] as const).map(when =>
    bare(mean(all.map(each => each[when].onThemPercent))),
  );
  return `${before} → ${after}`;
}
