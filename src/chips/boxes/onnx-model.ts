/**
 * @file Somebody's ONNX model, and whether it can be a box: [rows, units] of 32-bit floats in, as many out, and nothing that the file does
 * not decide. Weights in other files are refused, because the digest that a trial knows the model by does not cover them.
 */
import { createRequire } from 'node:module';
import type OnnxProto from 'onnx-proto';
import type { Matrix } from '../../engine/matrix.ts';
import { openSession, type Port, type Session } from '../../engine/onnxruntime-session.ts';
import { type NamedFile, readNamed } from './named-file.ts';

/** A model that may stand in a box. */
export interface OnnxModel {
  /** activities that pass through it; undefined where any number will do */
  readonly units: number | undefined;
  run(input: Matrix, out: Matrix): void;
  close(): void;
}

/** @throws Error saying why the file cannot be a box */
export function openOnnx(file: NamedFile): OnnxModel {
  const session = opened(file);
  try {
    const [input, output] = [only(session.inputs, 'input'), only(session.outputs, 'output')];
    const [[, into], [, outOf]] = [sizesOf(input, 'input'), sizesOf(output, 'output')];
    if (into !== outOf && into !== -1 && outOf !== -1)
      throw new Error(`takes ${into} activities and gives ${outOf}; a box gives as many as it takes`);
    const units = Math.max(into, outOf);
    return {
      units: units < 0 ? undefined : units,
      run: (x, z) => session.run({ [input.name]: x }, { [output.name]: z }),
      close: session.close,
    };
  } catch (error) {
    session.close();
    throw new Error(`the model ${file.path} ${(error as Error).message}`);
  }
}

function opened(file: NamedFile): Session {
  const bytes = readNamed(file);
  let parts: Part[];
  try {
    parts = partsOf(bytes);
    if (!parts.some(isElsewhere) && drawing(parts) === undefined) return openSession(bytes, 1);
  } catch (error) {
    throw new Error(`${file.path} cannot be opened as an ONNX model: ${firstLine(error)}`);
  }
  const name = drawing(parts);
  throw new Error(
    name === undefined
      ? `the model ${file.path} keeps weights in another file; save it with all of them in one`
      : `the model ${file.path} draws random numbers of its own (${name}), which no seed decides; "noise" of the box adds some`,
  );
}

/** A node, a tensor or whatever else a model is made of. */
type Part = Readonly<Record<string, unknown>>;

/** Everything in a model, branches, loops and functions among it. */
function partsOf(bytes: Uint8Array): Part[] {
  const { onnx } = createRequire(import.meta.url)('onnx-proto') as typeof OnnxProto; // takes its time, and most boxes need it not
  const within = (part: Part): Part[] => [
    part,
    ...Object.values(part).flatMap(field =>
      (Array.isArray(field) ? field : [field]).filter(isPart).flatMap(within),
    ),
  ];
  return within(onnx.ModelProto.decode(bytes) as object as Part);
}

const isPart = (field: unknown): field is Part =>
  typeof field === 'object' && field !== null && !ArrayBuffer.isView(field);

const isElsewhere = ({ dataLocation }: Part) => dataLocation === 1; // EXTERNAL in ONNX's TensorProto.DataLocation

const drawing = (parts: readonly Part[]): string | undefined =>
  parts.map(({ opType }) => String(opType)).find(name => random.test(name));

const random = /^(Random(Normal|Uniform)(Like)?|Multinomial|Bernoulli)$/;

function only(ports: readonly Port[], what: string): Port {
  if (ports.length !== 1)
    throw new Error(
      `has ${ports.length} ${what}s (${ports.map(({ name }) => name).join(', ')}); a box has one`,
    );
  return ports[0]!;
}

/** Rows and units that a port is made for, −1 where any. */
function sizesOf({ name, isFloat, shape }: Port, what: string): readonly [number, number] {
  const where = `has an ${what} "${name}"`;
  if (!isFloat) throw new Error(`${where} that is not of 32-bit floats`);
  if (shape.length !== 2)
    throw new Error(`${where} of ${shape.length} dimensions; two are needed, [rows, units]`);
  const [rows, units] = shape as [number, number];
  if (rows > 0) throw new Error(`${where} for ${rows} rows only; export it with a dynamic batch dimension`);
  return [rows, units > 0 ? units : -1];
}

/** Tries a model out on a few rows. @throws Error when it does not give as many activities as it gets, and the same ones again */
export function tryOnnx(model: OnnxModel, units: number): void {
  const rows = 3;
  const matrix = (value: number) => ({
    rows,
    columns: units,
    data: new Float32Array(rows * units).fill(value),
  });
  const [input, first, second] = [matrix(1), matrix(0), matrix(0)];
  try {
    model.run(input, first);
    model.run(input, second);
  } catch (error) {
    throw new Error(
      `the model does not make [${rows}, ${units}] of [${rows}, ${units}]: ${firstLine(error)}`,
    );
  }
  if (first.data.some((z, k) => !Object.is(z, second.data[k])))
    throw new Error(
      'the model gives other values when it is asked again, which no seed decides: export it for inference, without dropout; "noise" of the box adds some',
    );
}

const firstLine = (error: unknown) => String((error as Error).message).split('\n')[0]!;
