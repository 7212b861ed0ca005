/**
 * @file Least squares with bounds: Levenberg and Marquardt's damping of Gauss–Newton steps, scaled by the columns of the Jacobian
 * (Moré 1978, "The Levenberg-Marquardt algorithm"); parameters that a step would carry over a bound stop there, and rest while the gradient
 * points outward. Derivatives are central differences, so the model is all one has to write; a parameter of one device
 * among many costs no more than that device's residuals. Standard errors are
 * those of the linearised problem, σ² (JᵀJ)⁻¹.
 */

/** Σ rᵢ(p)² is to be least. */
export interface LeastSquares {
  readonly start: readonly number[];
  /** bounds of each parameter; none when absent */
  readonly low?: readonly number[];
  readonly high?: readonly number[];
  /** how many residuals */
  readonly count: number;
  /** ends when a step takes away no more than this share of the sum of squares; next to nothing when absent */
  readonly enough?: number;
  readonly mostIterations?: number;
  /** of each parameter, the residuals [from, to) that it has a part in; all when absent */
  readonly rows?: readonly (readonly [from: number, to: number])[];
  /** Writes the residuals at p. */
  residuals(p: Float64Array, out: Float64Array): void;
}

export interface Solution {
  readonly values: Float64Array;
  readonly sumOfSquares: number;
  /** [p, p]; NaN in rows and columns of what the data do not determine: what nothing depends on, and what a bound holds */
  readonly covariance: Float64Array;
}

const mostDamping = 1e12;

export function leastSquares(problem: LeastSquares): Solution {
  const { count, start, enough = 1e-14, mostIterations = 200 } = problem;
  const size = start.length;
  const low = problem.low ?? start.map(() => Number.NEGATIVE_INFINITY);
  const high = problem.high ?? start.map(() => Number.POSITIVE_INFINITY);
  const within = (x: number, j: number) => Math.min(high[j]!, Math.max(low[j]!, x));
  let p = Float64Array.from(start, within);
  let r = new Float64Array(count);
  problem.residuals(p, r);
  let sum = squares(r);
  if (!Number.isFinite(sum)) throw new RangeError('the residuals at the start are not finite');
  const scale = new Float64Array(size); // largest norm of each column so far
  let damping = 1e-3;
  let jacobian = jacobianAt(problem, p, low, high);
  for (let iteration = 0; iteration < mostIterations; iteration++) {
    const { normal, gradient } = normalEquations(jacobian, r);
    for (let j = 0; j < size; j++) scale[j] = Math.max(scale[j]!, Math.sqrt(normal[j * size + j]!));
    const rests = (j: number) =>
      scale[j] === 0 || (p[j]! <= low[j]! && gradient[j]! > 0) || (p[j]! >= high[j]! && gradient[j]! < 0);
    let isBetter = false;
    let isDone = sum === 0;
    while (!isBetter && !isDone && damping < mostDamping) {
      const step = dampedStep(normal, gradient, scale, damping, rests);
      const next = p.map((x, j) => within(x + (step?.[j] ?? 0), j));
      const trial = new Float64Array(count);
      problem.residuals(next, trial);
      const reached = squares(trial);
      isBetter = step !== undefined && reached < sum;
      if (isBetter) {
        isDone = sum - reached <= enough * sum;
        [p, r, sum] = [next, trial, reached];
        damping = Math.max(1e-12, damping / 9);
      } else damping *= 4;
    }
    if (isDone || !isBetter) break;
    jacobian = jacobianAt(problem, p, low, high);
  }
  const free = jacobian.map((column, j) =>
    p[j]! > low[j]! && p[j]! < high[j]! ? column : { from: 0, slopes: new Float64Array(0) },
  );
  return { values: p, sumOfSquares: sum, covariance: covarianceOf(free, sum / Math.max(1, count - size)) };
}

/** ∂r/∂p of one parameter, in the rows that it has a part in. */
interface Column {
  readonly from: number;
  readonly slopes: Float64Array;
}

/** Central differences, one-sided at a bound. Parameters without a residual in common are moved together. */
export function jacobianAt(
  { count, residuals, rows }: LeastSquares,
  p: Float64Array,
  low: readonly number[],
  high: readonly number[],
): Column[] {
  const all = [0, count] as const;
  const rowsOf = (j: number) => rows?.[j] ?? all;
  const columns: Column[] = [];
  const [above, below] = [new Float64Array(count), new Float64Array(count)];
  for (const group of apart(p.length, rowsOf)) {
    const [up, down] = [p.slice(), p.slice()];
    for (const j of group) {
      const h = 6e-6 * Math.max(Math.abs(p[j]!), 1e-4); // cube root of the unit of rounding
      up[j] = Math.min(high[j]!, p[j]! + h);
      down[j] = Math.max(low[j]!, p[j]! - h);
    }
    residuals(up, above);
    residuals(down, below);
    for (const j of group) {
      const [from, to] = rowsOf(j);
      const width = up[j]! - down[j]!;
      const slopes = new Float64Array(to - from);
      if (width > 0) for (let i = from; i < to; i++) slopes[i - from] = (above[i]! - below[i]!) / width;
      columns[j] = { from, slopes };
    }
  }
  return columns;
}

/** Parameters in groups whose members have no rows in common. */
function apart(size: number, rowsOf: (j: number) => readonly [number, number]): number[][] {
  const groups: { members: number[]; end: number }[] = [];
  for (let j = 0; j < size; j++) {
    const [from, to] = rowsOf(j);
    const group = groups.find(({ end }) => from >= end);
    if (group === undefined) groups.push({ members: [j], end: to });
    else {
      group.members.push(j);
      group.end = to;
    }
  }
  return groups.map(({ members }) => members);
}

/** JᵀJ and Jᵀr */
export function normalEquations(columns: readonly Column[], r: Float64Array) {
  const size = columns.length;
  const normal = new Float64Array(size * size);
  const gradient = new Float64Array(size);
  columns.forEach((column, j) => {
    gradient[j] = overlap(column, { from: 0, slopes: r });
    for (let k = 0; k <= j; k++) {
      const product = overlap(column, columns[k]!);
      normal[j * size + k] = product;
      normal[k * size + j] = product;
    }
  });
  return { normal, gradient };
}

/** −(JᵀJ + λ D²)⁻¹ Jᵀr for what does not rest. */
function dampedStep(
  normal: Float64Array,
  gradient: Float64Array,
  scale: Float64Array,
  damping: number,
  rests: (j: number) => boolean,
): Float64Array | undefined {
  const size = gradient.length;
  const free = [...gradient.keys()].filter(j => !rests(j));
  if (free.length === 0) return undefined;
  const n = free.length;
  const matrix = new Float64Array(n * n);
  free.forEach((j, a) => {
    free.forEach((k, b) => {
      matrix[a * n + b] = normal[j * size + k]! / (scale[j]! * scale[k]!);
    });
    matrix[a * n + a]! += damping;
  });
  const inverse = inverted(matrix, n);
  if (inverse === undefined) return undefined;
  const step = new Float64Array(size);
  free.forEach((j, a) => {
    let s = 0;
    free.forEach((k, b) => {
      s -= (inverse[a * n + b]! * gradient[k]!) / scale[k]!;
    });
    step[j] = s / scale[j]!;
  });
  return step;
}

const covarianceOf = (columns: readonly Column[], variance: number): Float64Array =>
  inverseOfNormal(normalEquations(columns, new Float64Array(0)).normal, columns.length).map(
    x => x * variance,
  );

/** (JᵀJ)⁻¹; NaN in the rows and columns of parameters that nothing depends on, and throughout where the others depend on each other. */
export function inverseOfNormal(normal: Float64Array, size: number): Float64Array {
  const norms = Array.from({ length: size }, (_, j) => Math.sqrt(normal[j * size + j]!));
  const most = Math.max(...norms);
  const free = [...norms.keys()].filter(j => norms[j]! > 1e-12 * most);
  const n = free.length;
  const scaled = new Float64Array(n * n);
  free.forEach((j, a) => {
    free.forEach((k, b) => {
      scaled[a * n + b] = normal[j * size + k]! / (norms[j]! * norms[k]!);
    });
  });
  const inverse = inverted(scaled, n);
  const whole = new Float64Array(size * size).fill(Number.NaN);
  free.forEach((j, a) => {
    free.forEach((k, b) => {
      whole[j * size + k] =
        inverse === undefined ? Number.NaN : inverse[a * n + b]! / (norms[j]! * norms[k]!);
    });
  });
  return whole;
}

/** Inverse of a symmetric positive definite matrix by Cholesky's factors; undefined where it is not. */
function inverted(matrix: Float64Array, n: number): Float64Array | undefined {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let s = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) s -= l[i * n + k]! * l[j * n + k]!;
      if (i === j && !(s > 1e-14)) return undefined;
      l[i * n + j] = i === j ? Math.sqrt(s) : s / l[j * n + j]!;
    }
  const inverse = new Float64Array(n * n);
  for (let c = 0; c < n; c++) {
    const y = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      let s = i === c ? 1 : 0;
      for (let k = 0; k < i; k++) s -= l[i * n + k]! * y[k]!;
      y[i] = s / l[i * n + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      let s = y[i]!;
      for (let k = i + 1; k < n; k++) s -= l[k * n + i]! * inverse[k * n + c]!;
      inverse[i * n + c] = s / l[i * n + i]!;
    }
  }
  return inverse;
}

/** Scalar product of two columns. */
function overlap(a: Column, b: Column): number {
  const from = Math.max(a.from, b.from);
  const to = Math.min(a.from + a.slopes.length, b.from + b.slopes.length);
  let s = 0;
  for (let i = from; i < to; i++) s += a.slopes[i - a.from]! * b.slopes[i - b.from]!;
  return s;
}

function squares(r: Float64Array): number {
  let s = 0;
  for (const x of r) s += x * x;
  return s;
}
