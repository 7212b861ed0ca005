/** @file What an individual chip is made of; `build.ts` makes it. */
import type { Engine } from '../engine/engine.ts';
import type { Stream } from '../engine/streams.ts';
import type { LabelEntry, LayerShape } from './access.ts';
import type { Box } from './boxes/box.ts';
import type { CorrelationScratch } from './correlate.ts';
import type { Crossbar } from './crossbar.ts';
import type { Front } from './front.ts';
import type { Meter } from './meter.ts';
import type { ChipModel } from './model.ts';
import type { Network } from './network.ts';
import type { NeuronCircuits } from './neurons/neuron.ts';
import type { Normalise } from './normaliser.ts';
import type { LocalCircuits } from './reinforce.ts';

export interface Parts {
  readonly model: ChipModel;
  readonly engine: Engine;
  readonly shapes: readonly LayerShape[];
  readonly entry: LabelEntry;
  readonly classes: number;
  readonly batch: number;
  readonly front: Front;
  readonly crossbars: readonly Crossbar[];
  /** where layers are not to be sent through one after the other */
  readonly network?: Network;
  readonly neurons: readonly NeuronCircuits[];
  /** what each layer has for learning by itself; absent where layers are not to be sent through one after the other */
  readonly circuits?: readonly LocalCircuits[];
  /** behind each layer, and behind its box; not where there is a network */
  readonly normalisers: readonly Normalise[];
  /** behind each layer; undefined where activities pass as they are */
  readonly boxes: readonly (Box | undefined)[];
  /** through which a layer is seen by the one below it, where it is */
  readonly boxesBack?: readonly (Box | undefined)[];
  readonly meter: Meter;
  /** the one before the first crossbar */
  readonly frontBox: Box | undefined;
  /** every stream that this chip draws from */
  readonly streams: readonly Stream[];
  readonly scratch: CorrelationScratch;
}
