/**
 * @file Results as a table: one row per trial, columns with the unit in their name.
 */
import type { ChipModel } from '../chips/model.ts';
import type { Plan } from './plan-file.ts';
import type { Summary } from './summary.ts';

/** Column → value; null where there is none. */
export type Row = Readonly<Record<string, string | number | null>>;

/**
 * The rows of a plan, in its order, as far as there are results. Counts, energy and `chip_seconds`, which the chip was busy, are those of training;
 * `seconds` are those of the simulator.
 */
export function rowsOf({ name, trials, vary }: Plan, found: ReadonlyMap<string, Summary>): Row[] {
  const isTimed = trials.some(({ specification }) => specification.chip.energy.timing);
  return trials.flatMap(({ id, specification, learner, access, chip, settings }) => {
    const summary = found.get(id);
    if (summary === undefined) return [];
    const { epochs = summary.epochs } = specification.options;
    return {
      trial: id,
      scenario: name,
      learner,
      access,
      chip,
      box: boxName(specification.chip.boxes),
      seed: specification.seed,
      status: summary.status,
      test_error_percent: summary.testErrorPercent,
      validation_error_percent: summary.validationErrorPercent,
      epochs: typeof epochs === 'number' ? epochs : null,
      forward_passes: summary.forwardPasses,
      reverse_passes: summary.reversePasses,
      energy_J: summary.energy,
      ...(isTimed && { chip_seconds: summary.chipSeconds }),
      weights_digest: summary.weightsDigest,
      seconds: summary.seconds,
      ...Object.fromEntries(vary.map(({ path }) => [path, settings[path] ?? null])),
      ...(specification.life && {
        aged_error_percent: summary.agedErrorPercent,
        relearned_error_percent: summary.relearnedErrorPercent,
      }),
      ...(specification.chip.cell.endurance && {
        dead_cells: summary.deadCells,
        writes_per_cell: summary.writesPerCell,
      }),
      ...(specification.distill && {
        teacher: `${specification.distill.teacher.learner}, seed ${specification.distill.teacher.seed}`,
        student: `${specification.learner}, seed ${specification.seed}`,
        transfer_samples: specification.distill.samples,
        targets: specification.distill.targets,
        agreement_percent: summary.agreementPercent,
        kl: summary.divergence,
        kl_at_temperature: summary.divergenceAtTemperature,
        calibration_error: summary.calibrationError,
        teacher_error_percent: summary.teacherErrorPercent,
        teacher_passes_per_image: summary.teacherPasses,
        teacher_energy_per_image_J: summary.teacherEnergy,
      }),
      error: summary.error,
    };
  });
}

/** The boxes of a chip in a word or two: "scattering" (between layers), "front comparator", "scattering everywhere". */
export function boxName({ front, between }: ChipModel['boxes']): string {
  if (front.kind === 'none') return between.kind;
  if (between.kind === 'none') return `front ${front.kind}`;
  return front.kind === between.kind
    ? `${front.kind} everywhere`
    : `front ${front.kind}, then ${between.kind}`;
}

/** Comma-separated values with a heading, quoted where needed. @see RFC 4180; lines end with a line feed alone */
export function csv(rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const columns = Object.keys(rows[0]!);
  const lines = [columns, ...rows.map(row => columns.map(column => row[column] ?? null))];
  return lines.map(line => `${line.map(field).join(',')}\n`).join('');
}

function field(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
