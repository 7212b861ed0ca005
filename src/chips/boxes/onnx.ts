/**
 * @file A box that is somebody's ONNX model: [rows, units] of 32-bit floats in, as many out, plus noise. Nobody knows its derivative, so
 * learners that ask for one are refused where such a box is (`scenarios/brought.ts`).
 */
import { createRequire } from 'node:module';
import { type Static, Type } from '@sinclair/typebox';
import type OnnxProto from 'onnx-proto';
import { provenance, ratio, strict } from '../../description.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Matrix } from '../../engine/matrix.ts';
import { openSession, type Port, type Session } from '../../engine/onnxruntime-session.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Box } from './box.ts';
import { type NamedFile, readNamed } from './named-file.ts';

export const Onnx = strict(
  {
    kind: Type.Literal('onnx'),
    ...provenance,
    file: Type.Unsafe<NamedFile>({
      type: 'string',
      file: 'onnx',
      minLength: 1,
      description:
        'path of an ONNX model, relative to the file that names it: one input and one output, both [rows, units] of 32-bit floats for any number of rows',
    }),
    noise: ratio('standard deviation of the noise added to every output at every pass', {
      minimum: 0,
      maximum: 10,
      default: 0,
    }),
  },
  { description: "somebody's ONNX model; without a derivative" },
);

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
  let session: Session;
  let drawing: string | undefined;
  try {
    session = openSession(bytes, 1);
    drawing = operatorsOf(bytes).find(name => random.test(name));
  } catch (error) {
    throw new Error(`${file.path} cannot be opened as an ONNX model: ${firstLine(error)}`);
  }
  if (drawing === undefined) return session;
  session.close();
  throw new Error(
    `the model ${file.path} draws random numbers of its own (${drawing}), which no seed decides; "noise" of the box adds some`,
  );
}

const random = /^(Random(Normal|Uniform)(Like)?|Multinomial|Bernoulli)$/;

/** Types of all nodes of a model, those of branches and loops among them. */
function operatorsOf(bytes: Uint8Array): string[] {
  const { onnx } = createRequire(import.meta.url)('onnx-proto') as typeof OnnxProto; // takes its time, and most boxes need it not
  const within = ({ node }: OnnxProto.onnx.IGraphProto): string[] =>
    (node ?? []).flatMap(({ opType, attribute }) => [
      opType ?? '',
      ...(attribute ?? []).flatMap(({ g, graphs }) => [...(g ? [g] : []), ...(graphs ?? [])].flatMap(within)),
    ]);
  return within(onnx.ModelProto.decode(bytes).graph ?? {});
}

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

/** Tries a model out on a few rows. @throws Error when it does not give as many activities as it gets */
export function tryOnnx(model: OnnxModel, units: number): void {
  const rows = 3;
  const matrix = () => ({ rows, columns: units, data: new Float32Array(rows * units) });
  try {
    model.run(matrix(), matrix());
  } catch (error) {
    throw new Error(
      `the model does not make [${rows}, ${units}] of [${rows}, ${units}]: ${firstLine(error)}`,
    );
  }
}

const firstLine = (error: unknown) => String((error as Error).message).split('\n')[0]!;

export function buildOnnx(
  { file, noise: sigma }: Static<typeof Onnx>,
  units: number,
  _batch: number,
  { kernels }: Engine,
  stream: (path: string) => Stream,
): Box {
  const model = openOnnx(file);
  const noise = stream('noise');
  if (model.units !== undefined && model.units !== units) {
    model.close();
    throw new Error(`the model ${file.path} is for ${model.units} activities, but ${units} pass here`);
  }
  return {
    send(input, out) {
      model.run(input, out);
      if (!kernels.isFinite(out)) throw new Error(`the model ${file.path} gave a value that is not finite`);
      if (sigma > 0) kernels.addGaussian(out, sigma, noise);
    },
    pullBack() {
      throw new Error(`the derivative of the model ${file.path} is not known`);
    },
    close: model.close,
  };
}
