/**
 * @file The four views of a chip, from least to most knowledge. A learner declares one access and gets that view; a view of a
 * lower access has no member through which the rest can be reached (the views are closures, not casts).
 *
 * | access | may |
 * |---|---|
 * | measured | drive the inputs, read every layer's measured input and output, or its goodness alone, write local changes to a crossbar |
 * | reversible | also drive a crossbar backwards (transposed read, with its own noise) |
 * | documented | also read the data sheet: a nominal chip of this model |
 * | transparent | also the true derivative of every circuit and box, and the true weights: possible in a simulator only |
 */
import type { Matrix } from '../engine/matrix.ts';

/** Sizes of one layer, as any learner may know them. */
export interface LayerShape {
  /** activities that come in; the crossbar has a bias row and, where asked for, label rows behind them */
  readonly inputs: number;
  /** rows of the crossbar: inputs + 1 + label rows */
  readonly rows: number;
  readonly units: number;
  /** row that is driven by a constant 1 */
  readonly biasRow: number;
  /** first of the label rows, −1 where there are none */
  readonly labelRow: number;
  /** sizes of the matrix of its weights: rows and units; of local fields, the crossbars of all of them one below the other */
  readonly matrix: { readonly rows: number; readonly columns: number };
  /** where its crossbars lie in that matrix: one, or one for every field */
  readonly places: readonly CrossbarPlace[];
  /** nominal gain of the amplifiers behind the nodes; in a resistive network only */
  readonly gain?: number;
  /** first of the rows that the units of the layer above drive, up to the last row; in a recurrent network only, and not in its last layer */
  readonly aboveRow?: number;
  /** where units see fields of the inputs and not all of them: every field has a crossbar of its own */
  readonly fields?: Fields;
}

/** Local fields of a layer. `inputs[l]` of a pass has every line once, as in any layer; a crossbar is driven by those of its field. */
export interface Fields {
  /** grid points, row after row, `across` a row: as many fields and crossbars */
  readonly points: number;
  readonly across: number;
  /** columns of each crossbar. The units of a layer lie point after point */
  readonly channels: number;
  /** the lines of the layer: inputs, bias, and what else there is (labels, or the layer above) */
  readonly areas: readonly Area[];
  /** of each point, the part of every area that drives the rows of its crossbar, in the order of these rows */
  readonly windows: readonly (readonly Window[])[];
  /** what the normaliser behind the layer takes together: the layer, or the units of each field */
  readonly normaliser: 'layer' | 'blocks';
}

/** Lines that lie on a grid, `pitch` of them a row, from line `from` on. */
export interface Area {
  readonly from: number;
  readonly pitch: number;
}

/** Part of an area: `rows` rows of it from `top` on, and of each `width` neighbouring lines from `left` on. */
export interface Window {
  readonly top: number;
  readonly left: number;
  readonly rows: number;
  readonly width: number;
}

/** One crossbar in the matrix of a layer's weights. */
export interface CrossbarPlace {
  readonly firstRow: number;
  /** feature rows, and behind them the bias row */
  readonly inputs: number;
  readonly rows: number;
  readonly columns: number;
  /** unit of its first column */
  readonly firstUnit: number;
}

/** That the normalisers behind layers take something else than the length of the whole layer (`normaliser.ts`). */
export type NormaliserRequest =
  /** the length of every block of units, blocks as even as can be */
  | { readonly divisor: 'length'; readonly blocks: number }
  /** the sum of the layer's activities, so that their mean is 1 */
  | { readonly divisor: 'sum' };

/** What a chip's layers are to be, where they are not to be sent through one after the other. */
export type NetworkRequest = ResistiveRequest | RecurrentRequest;

/** That a chip's crossbars be a network in which currents flow both ways (`resistive/network.ts`), with one more layer, of a unit a class. */
export interface ResistiveRequest {
  readonly kind: 'resistive';
  /** gain of the amplifiers behind a crossbar of n rows: this times √n */
  readonly amplification: number;
}

/**
 * That layers also see the layer above, as it was a step ago (`recurrent/network.ts`); labels stand above the last. A `send` without labels is a
 * pass from below, from which units start; every one with labels after it is one step of all layers at once, from where they are.
 */
export interface RecurrentRequest {
  readonly kind: 'recurrent';
  /** share of its activity that a unit keeps in a step */
  readonly damping: number;
  /** most passes of which outer products are summed in one call, those of all steps, and the samples of them, with one more for each */
  readonly passes: number;
  readonly samples: number;
}

/**
 * What was measured in one forward pass. Learners own their passes (`chip.newPass(batch)`), the chip fills them.
 * `inputs[l]` [batch, rows of l] is what drove the rows of crossbar l, bias and label lines included;
 * `outputs[l]` [batch, units of l] is the activity of its neuron circuits, before normaliser and box; `boxed[l]` what came out
 * of the box behind it, before the second normaliser (undefined where there is no box, and so no second normaliser).
 */
export interface Pass {
  readonly batch: number;
  readonly inputs: readonly Matrix[];
  readonly outputs: readonly Matrix[];
  readonly boxed: readonly (Matrix | undefined)[];
}

/** A pass of which only what leaves the chip is measured: one conversion for each of its output lines. */
export interface Delivery {
  readonly batch: number;
  /** what leaves the chip behind the last normaliser and box [batch, units of the last layer] */
  readonly delivered: Matrix;
}

/** A pass of which nothing is measured but the goodness of every layer, by the chip's own circuits where it has them; it ends at the last layer's activity. */
export interface Appraisal {
  readonly batch: number;
  /** sum of squared activities of every layer, as its circuits give it [batch, 1] */
  readonly goodness: readonly Matrix[];
}

/** A pass that goes on to the chip's output lines. */
export interface OutputPass extends Pass {
  /** what leaves the chip behind the last normaliser and box [batch, units of the last layer] */
  readonly delivered: Matrix;
}

/**
 * Where a chip takes labels: nowhere; on extra rows of every crossbar ("lines", behind the box that stands before it);
 * or in place of the first pixels of the image, as Hinton 2022 does, before input scaling.
 */
export type LabelEntry = 'none' | 'lines' | 'pixels';

/** What the label entry carries in a pass; `strength` is the value for a label that is on, in units of the row's voltage or pixel. */
export type Labels =
  | { readonly kind: 'off' }
  /** every class as likely: strength/classes for each */
  | { readonly kind: 'neutral'; readonly strength: number }
  /** one class per sample */
  | { readonly kind: 'classes'; readonly classes: Uint8Array; readonly strength: number }
  /** the same class for the whole batch */
  | { readonly kind: 'class'; readonly value: number; readonly strength: number }
  /** a number for each class and sample [batch, classes], in units of `strength`: a teacher's probabilities */
  | { readonly kind: 'values'; readonly values: Matrix; readonly strength: number };

/**
 * Currents added to those of each crossbar before the neuron circuits [batch, units], in units of activity; undefined where a
 * layer is left alone. The means of node perturbation.
 */
export type Nudges = readonly (Matrix | undefined)[];

/** One pass in a sum of outer products. */
export interface Term {
  readonly pass: Pass;
  /** [batch, units] */
  readonly delta: Matrix;
  /** added to the delta of every sample [1, units]; costs one more sample, not a dense product */
  readonly common?: Matrix;
}

/** One pass in a sum of outer products of what a layer was driven by with its own activities, which nobody needs to have measured. */
export interface Reinforcement {
  readonly pass: Appraisal;
  /** what each sample counts [batch, 1] */
  readonly factors: Matrix;
  /** Beside it every column is pushed by `strength` · (mean over the layer − its own) of running means of activity, which `keep` so much of themselves from call to call. */
  readonly peers?: { readonly strength: number; readonly keep: number };
}

export interface MeasuredView {
  readonly layers: readonly LayerShape[];
  readonly classes: number;
  readonly inputs: number;
  /** what the normalisers add to a root mean square before dividing by it */
  readonly epsilon: number;
  /** Room for the measurements of one pass of up to `batch` samples. Not for training loops: allocates. */
  newPass(batch: number): OutputPass;
  /** The same for a pass that ends at the activity of the last layer: what stands behind it is not simulated. */
  newInnerPass(batch: number): Pass;
  /** The same for a pass of which nothing but what leaves the chip is measured, and paid for. */
  newDelivery(batch: number): Delivery;
  /** The same for a pass of which the goodness of every layer is measured and nothing else. */
  newAppraisal(batch: number): Appraisal;
  /** The room of samples `from` to `from + count` of a pass, sharing its numbers. Allocates a few small objects. */
  partOf<P extends Pass | Delivery | Appraisal>(pass: P, from: number, count: number): P;
  /** Puts images (pixels, [batch, inputs]) on the input lines and holds them there until the next call. */
  hold(images: Matrix): void;
  /** One forward pass of the held images; fresh noise at every call. @param nudges currents pushed into the columns on the way */
  send(labels: Labels, pass: Pass | Delivery | Appraisal, nudges?: Nudges): void;
  /**
   * A lesson for boxes that learn by themselves: the held images pass twice, with opposite perturbations inside every such box, and each
   * is told what the layer behind it makes of the difference. Two passes; nothing but these where no box learns.
   * @param pass room for the two passes @param cost cost [batch, 1] of a layer, from its measured activity in `pass`
   */
  teachBoxes(labels: Labels, pass: Pass, cost: (layer: number, out: Matrix) => void): void;
  /**
   * out [rows, units] = Σ over passes of inputsᵀ · (delta + common): the local outer products of layer `layer`. Here and wherever weights
   * are meant, a layer of local fields has the matrices of its crossbars one below the other (`LayerShape.matrix`).
   * Samples whose delta is zero in a whole row are left out of the product, which changes nothing but time.
   */
  correlate(layer: number, terms: readonly Term[], out: Matrix): void;
  /** Asks the cells of a layer for a change of weight [rows, units], through their physics. `change` is used up. */
  update(layer: number, change: Matrix): void;
  /**
   * Asks for W + rate · Σ over passes of inputsᵀ · (delta + common), sample after sample, by what the rows and columns of layer `layer` carry: nothing of the size
   * of a crossbar is worked out outside it. Where the chip's update takes no outer products, their sum is worked out and asked for as a change.
   */
  imprint(layer: number, terms: readonly Term[], rate: number): void;
  /**
   * Asks for W + rate · Σ over passes of inputsᵀ · (factor · activity + push of the peers), by what the lines of layer `layer` hold. Where they hold nothing (a chip
   * without generators, or whose update takes no outer products) inputs and activities are measured for it, and paid for.
   */
  reinforce(layer: number, terms: readonly Reinforcement[], rate: number): void;
  /** Programs a layer to target weights [rows, units], with the programming error of its cells. */
  write(layer: number, target: Matrix): void;
}

export interface ReversibleView extends MeasuredView {
  /** out [batch, rows] = delta [batch, units] · Wᵀ, read through the crossbar backwards with its own read noise. */
  reverse(layer: number, delta: Matrix, out: Matrix): void;
}

export interface DocumentedView extends ReversibleView {
  /** A nominal chip of the same model: no flaws, no noise, every box a plain wire. Its passes are software, not chip passes; always the same one. */
  dataSheet(): DocumentedView;
}

export interface TransparentView extends DocumentedView {
  /** The weights [rows, units] that multiply right now. */
  trueWeights(layer: number): Matrix;
  /** out [batch, rows] = d [batch, units] pulled back through a crossbar and what stands around it, by the derivative of its mean, at the state of `pass`. */
  crossbarBack(layer: number, pass: Pass, d: Matrix, out: Matrix): void;
  /** d ← d · slope of every neuron circuit, at the state of `pass`. */
  neuronBack(layer: number, pass: Pass, d: Matrix): void;
  /** out = d pulled back through the box behind `layer`, by the derivative of its mean, at the state of `pass`. */
  boxBack(layer: number, pass: Pass, d: Matrix, out: Matrix): void;
}

/** The view each access grants. */
export interface Views {
  measured: MeasuredView;
  reversible: ReversibleView;
  documented: DocumentedView;
  transparent: TransparentView;
}
