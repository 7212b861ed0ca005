/**
 * @file Makes the views of `access.ts` from a chip. Each is a frozen object of closures: what is not in it cannot be reached through it.
 */
import type { Matrix } from '../engine/matrix.ts';
import type { DocumentedView, MeasuredView, ReversibleView, TransparentView, Views } from './access.ts';
import type { Chip } from './chip.ts';
import type { Access } from './model.ts';
import { epsilonOf } from './normaliser.ts';
import { fullPassOf } from './pass.ts';

/**
 * The view that `access` grants; each has what the one before it has.
 *
 * @param dataSheet makes the nominal chip, for documented access and beyond
 */
export function viewOf<A extends Access>(chip: Chip, access: A, dataSheet: () => DocumentedView): Views[A] {
  const views: { [K in Access]: () => Views[K] } = {
    measured: () => measured(chip),
    reversible: () => reversible(chip),
    documented: () => documented(chip, dataSheet),
    transparent: () => transparent(chip, dataSheet),
  };
  const view: Views[A] = views[access]();
  Object.freeze(view);
  return view;
}

function measured(chip: Chip): MeasuredView {
  const { model, shapes, classes } = chip.parts;
  return {
    layers: shapes,
    classes,
    inputs: shapes[0]!.inputs,
    epsilon: epsilonOf(model),
    newPass: batch => chip.newPass(batch),
    newInnerPass: batch => chip.newInnerPass(batch),
    newDelivery: batch => chip.newDelivery(batch),
    newAppraisal: batch => chip.newAppraisal(batch),
    partOf: (pass, from, count) => chip.partOf(pass, from, count),
    hold: images => chip.hold(images),
    send: (labels, pass, nudges) => chip.send(labels, pass, nudges),
    teachBoxes: (labels, pass, cost) => chip.teachBoxes(labels, pass, cost),
    correlate: (layer, terms, out) => chip.correlate(layer, terms, out),
    update: (layer, change) => chip.update(layer, change),
    imprint: (layer, terms, rate) => chip.imprint(layer, terms, rate),
    reinforce: (layer, terms, rate) => chip.reinforce(layer, terms, rate),
    write: (layer, target) => chip.write(layer, target),
  };
}

function reversible(chip: Chip): ReversibleView {
  return {
    ...measured(chip),
    reverse: (layer, delta, out) => chip.parts.crossbars[layer]!.reverse(delta, out),
  };
}

function documented(chip: Chip, dataSheet: () => DocumentedView): DocumentedView {
  return { ...reversible(chip), dataSheet };
}

function transparent(chip: Chip, dataSheet: () => DocumentedView): TransparentView {
  const { crossbars, neurons, boxes, engine } = chip.parts;
  const transposed: Matrix[] = [];
  return {
    ...documented(chip, dataSheet),
    // by what the cells met, where that is not what drove the rows
    correlate: (layer, terms, out) => chip.correlate(layer, terms, out, crossbars[layer]!.derivative()),
    crossbarBack(layer, pass, d, out) {
      const derivative = crossbars[layer]!.derivative();
      if (derivative) {
        derivative.inputsBack(pass.inputs[layer]!, d, out);
        return;
      }
      const weights = crossbars[layer]!.effective();
      transposed[layer] ??= engine.matrix(weights.columns, weights.rows);
      const turned = transposed[layer];
      engine.kernels.transpose(weights, turned);
      engine.gemm.multiply(d, turned, out);
    },
    trueWeights: layer => crossbars[layer]!.effective(),
    neuronBack: (layer, pass, d) => neurons[layer]!.back(fullPassOf(pass).currents[layer]!, d),
    boxBack(layer, pass, d, out) {
      const box = boxes[layer];
      if (box) box.pullBack(fullPassOf(pass).normalised[layer]!, d, out);
      else engine.kernels.copy(d, out);
    },
  };
}
