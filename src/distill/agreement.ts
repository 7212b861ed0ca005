/**
 * @file How much of one chip's function another has: two tables of scores on the same images, compared. Scores are logits up to a
 * constant per image and, between chips, up to one scale: a student is compared at the scale that suits it best, for what is asked is
 * whether it has learned the function, not how loudly it says so.
 */

/** Scores of images [samples × classes], image after image; larger is likelier. */
export interface Scores {
  readonly values: Float32Array;
  readonly classes: number;
}

export interface Agreement {
  /** images that both give the same class, percent */
  readonly agreementPercent: number;
  /** of the teacher's errors, those where the student gives the same wrong class, percent; null where the teacher makes none */
  readonly sameErrorsPercent: number | null;
  /** mean Kullback–Leibler divergence of the student's softmax from the teacher's, nats, at temperature 1 */
  readonly divergence: number;
  /** the same with both softmaxes at the temperature of the transfer */
  readonly divergenceAtTemperature: number;
  /** what the student's scores were multiplied by for both, the best single number */
  readonly scale: number;
  /** images by class of the teacher (down) and of the student (across) */
  readonly matrix: readonly (readonly number[])[];
}

/** The class of each image. */
export function answersOf({ values, classes }: Scores): Uint8Array {
  const answers = new Uint8Array(values.length / classes);
  for (let i = 0; i < answers.length; i++) {
    let best = 0;
    for (let c = 1; c < classes; c++) if (values[i * classes + c]! > values[i * classes + best]!) best = c;
    answers[i] = best;
  }
  return answers;
}

/** Share of wrong answers, percent. */
export function errorPercent(answers: Uint8Array, labels: Uint8Array): number {
  let wrong = 0;
  answers.forEach((answer, i) => {
    if (answer !== labels[i]) wrong++;
  });
  return (100 * wrong) / answers.length;
}

/** Compares a student with its teacher. @param temperature of the transfer */
export function agreementOf(
  teacher: Scores,
  student: Scores,
  labels: Uint8Array,
  temperature: number,
): Agreement {
  const [a, b] = [answersOf(teacher), answersOf(student)];
  const { classes } = teacher;
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  let same = 0;
  let errors = 0;
  let sameErrors = 0;
  for (let i = 0; i < a.length; i++) {
    matrix[a[i]!]![b[i]!]!++;
    if (a[i] === b[i]) same++;
    if (a[i] === labels[i]) continue;
    errors++;
    if (a[i] === b[i]) sameErrors++;
  }
  const scale = bestScale(teacher, student);
  return {
    agreementPercent: (100 * same) / a.length,
    sameErrorsPercent: errors > 0 ? (100 * sameErrors) / errors : null,
    divergence: divergence(teacher, student, scale, 1),
    divergenceAtTemperature: divergence(teacher, student, scale, temperature),
    scale,
    matrix,
  };
}

/** Mean KL(softmax(teacher/T) ‖ softmax(scale · student/T)), nats. */
export function divergence(teacher: Scores, student: Scores, scale: number, temperature: number): number {
  const { classes } = teacher;
  const samples = teacher.values.length / classes;
  const p = new Float64Array(classes);
  const q = new Float64Array(classes);
  let sum = 0;
  for (let i = 0; i < samples; i++) {
    logSoftmax(teacher.values, i * classes, 1 / temperature, p);
    logSoftmax(student.values, i * classes, scale / temperature, q);
    for (let c = 0; c < classes; c++) sum += Math.exp(p[c]!) * (p[c]! - q[c]!);
  }
  return sum / samples;
}

/**
 * The scale of the student's scores with the least divergence at temperature 1. The divergence is convex in the scale (a mean of
 * log-sum-exps and a linear term), so it has one minimum along any path and a golden-section search finds it; from 1/1000 to 1000.
 */
export function bestScale(teacher: Scores, student: Scores): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  const at = (log: number) => divergence(teacher, student, Math.exp(log), 1);
  let low = -Math.log(1000);
  let high = Math.log(1000);
  let left = high - golden * (high - low);
  let right = low + golden * (high - low);
  let atLeft = at(left);
  let atRight = at(right);
  while (high - low > 1e-3) {
    if (atLeft < atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - golden * (high - low);
      atLeft = at(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + golden * (high - low);
      atRight = at(right);
    }
  }
  return Math.exp((low + high) / 2);
}

/** out = log-softmax of factor · values[from …]. */
function logSoftmax(values: Float32Array, from: number, factor: number, out: Float64Array): void {
  let most = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < out.length; c++) most = Math.max(most, factor * values[from + c]!);
  let sum = 0;
  for (let c = 0; c < out.length; c++) sum += Math.exp(factor * values[from + c]! - most);
  const log = most + Math.log(sum);
  for (let c = 0; c < out.length; c++) out[c] = factor * values[from + c]! - log;
}
