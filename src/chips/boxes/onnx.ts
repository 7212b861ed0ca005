/**
 * @file A box that is somebody's ONNX model: [rows, units] of 32-bit floats in, as many out, plus noise. Nobody knows its derivative, so
 * learners that ask for one are refused where such a box is (`scenarios/brought.ts`).
 */
import { type Static, Type } from '@sinclair/typebox';
import { provenance, ratio, strict } from '../../description.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Stream } from '../../engine/streams.ts';
import type { Box } from './box.ts';
import type { NamedFile } from './named-file.ts';
import { openOnnx } from './onnx-model.ts';

export const Onnx = strict(
  {
    kind: Type.Literal('onnx'),
    ...provenance,
    file: Type.Unsafe<NamedFile>({
      type: 'string',
      file: 'onnx',
      minLength: 1,
      description:
        'path of an ONNX model, relative to the file that names it: one input and one output, both [rows, units] of 32-bit floats for any number of rows; all weights in that one file',
    }),
    noise: ratio('standard deviation of the noise added to every output at every pass', {
      minimum: 0,
      maximum: 10,
      default: 0,
    }),
  },
  { description: "somebody's ONNX model; without a derivative" },
);

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
