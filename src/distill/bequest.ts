/**
 * @file What a chip can leave to one that starts from a copy: the weights of its layers, and what stood outside it. As arrays it goes into a
 * file.
 */
import { decode, encode, type Tensor } from '../engine/safetensors.ts';

export interface Bequest {
  /** what its cells hold, of every layer [rows, units] */
  readonly weights: readonly Tensor[];
  /** what its learner kept outside the chip, by name (`Classifier.outside`) */
  readonly outside: Readonly<Record<string, Tensor>>;
}

/** As named arrays. */
export const tensorsOf = ({ weights, outside }: Bequest): Record<string, Tensor> =>
  Object.fromEntries([
    ...weights.map((tensor, l) => [`layer/${l + 1}/weights`, tensor] as const),
    ...Object.entries(outside).map(([name, tensor]) => [`outside/${name}`, tensor] as const),
  ]);

/** What `tensorsOf` gave, from among other arrays. */
export function bequestIn(tensors: Readonly<Record<string, Tensor>>): Bequest {
  const outside = Object.entries(tensors).filter(([name]) => name.startsWith('outside/'));
  return {
    weights: layersIn(tensors, 'weights'),
    outside: Object.fromEntries(outside.map(([name, tensor]) => [name.slice('outside/'.length), tensor])),
  };
}

/** `layer/1/NAME`, `layer/2/NAME`, …: an array of every layer. */
export const layersIn = (tensors: Readonly<Record<string, Tensor>>, name: string): Tensor[] =>
  Object.keys(tensors)
    .filter(key => key.startsWith('layer/') && key.endsWith(`/${name}`))
    .map((_, l) => tensors[`layer/${l + 1}/${name}`]!);

/** The bytes of a bequest. */
export const bequestToBytes = (bequest: Bequest): Uint8Array =>
  encode({ tensors: tensorsOf(bequest), metadata: {} });

/** @throws Error where the bytes are damaged */
export const bequestOf = (bytes: Uint8Array): Bequest => bequestIn(decode(bytes).tensors);
