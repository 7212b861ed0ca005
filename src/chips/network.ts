/** @file What a chip's layers can be in place of a chain that is sent through one after the other. */
import type { Labels, Nudges } from './access.ts';
import type { FullPass } from './pass.ts';

export interface Network {
  /** whether it has put on the meter what a pass costs besides reads of crossbars */
  readonly countsItself: boolean;
  /** Fills a pass with what the network makes of the held images. @param nudges currents into the columns */
  send(labels: Labels, pass: FullPass, nudges?: Nudges): void;
}
