/** @file Text that a chip writes itself, and the steps that take it for negative data. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Views } from '../../src/chips/access.ts';
import type { Access } from '../../src/chips/model.ts';
import { symbols, windowsOf } from '../../src/data/characters.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Matrix } from '../../src/engine/matrix.ts';
import { streamOf } from '../../src/engine/streams.ts';
import { dreams } from '../../src/learners/forward-forward/dreams.ts';
import { hintonForwardForward } from '../../src/learners/forward-forward/ff-hinton.ts';
import type { Learner } from '../../src/learners/learner.ts';
import { chipModel } from '../fixtures/chips.ts';
import { chipFor, errorsOf, optionsOf, teach } from '../fixtures/lessons.ts';

const engine = await openEngine({ bytes: 2 ** 27 });
const learner = hintonForwardForward as unknown as Learner;
beforeEach(() => engine.arena.reset());

const text = 'on the dark side of the moon there is no sea but a great plain, and no wind. ';
const training = windowsOf([Uint8Array.from(text.repeat(3), c => symbols.indexOf(c))]);
const textOf = ({ columns, data }: Matrix, b: number) =>
  Array.from({ length: 10 }, (_, k) => {
    const at = b * columns + 30 * (k + 1);
    return symbols[data.subarray(at, at + 30).findIndex(v => v > 0)];
  }).join('');

function windowsAt(from: number, count: number): Matrix {
  const images = engine.matrix(count, training.inputs);
  for (let k = 0; k < images.data.length; k++)
    images.data[k] = training.pixels[from * training.inputs + k]! / 255;
  return images;
}

describe('dreams', () => {
  const surely = (text: string): Matrix => {
    const out = engine.matrix(text.length, 30);
    [...text].forEach((c, b) => {
      out.data[b * 30 + symbols.indexOf(c)] = 1;
    });
    return out;
  };

  test('go on from real windows by what is drawn', () => {
    const { begin, draw, advance, windows, next } = dreams(training, 2, engine, streamOf(1, 'dreams'));
    begin(windowsAt(0, 2));
    expect([textOf(windows, 0), textOf(windows, 1)]).toEqual(['on the dar', 'n the dark']);
    draw(surely('qz'));
    expect(Array.from(next, place => symbols[place])).toEqual(['q', 'z']);
    advance();
    begin(windowsAt(20, 2)); // not yet
    expect([textOf(windows, 0), textOf(windows, 1)]).toEqual(['n the darq', ' the darkz']);
    expect(windows.data.filter(v => v !== 0).length).toBe(20);
    expect(windows.data.subarray(0, 30).every(v => v === 0)).toBe(true); // the label's row stays dark
  });

  test('end after ninety symbols, in turn', () => {
    const { begin, draw, advance, windows } = dreams(training, 3, engine, streamOf(1, 'dreams'));
    const isReal = Array.from({ length: 200 }, (_, step) => {
      begin(windowsAt(step % 50, 3));
      const real = [0, 1, 2].map(b => textOf(windows, b) !== '**********');
      draw(surely('***'));
      advance();
      return real;
    });
    for (const b of [0, 1, 2]) {
      const started = isReal.flatMap((real, step) => (real[b] && !isReal[step - 1]?.[b] ? [step] : []));
      expect(started).toEqual(b === 0 ? [0, 90, 180] : [0, 90 - b, 180 - b]);
    }
  });

  test('draw every symbol as often as it is likely', () => {
    const { draw, next } = dreams(training, 2000, engine, streamOf(1, 'dreams'));
    const likely = engine.matrix(2000, 30);
    for (let b = 0; b < 2000; b++) {
      likely.data[30 * b] = 0.2;
      likely.data[30 * b + 7] = 0.5;
      likely.data[30 * b + 29] = 0.3;
    }
    draw(likely);
    for (const [place, share] of [
      [0, 0.2],
      [7, 0.5],
      [29, 0.3],
    ] as const)
      expect(Math.abs(next.filter(n => n === place).length / 2000 - share)).toBeLessThan(0.04);
  });

  test('are of text only', () => {
    expect(() => dreams({ width: 28, inputs: 784, classes: 10 }, 5, engine, streamOf(1, 'x'))).toThrow(
      'they need pictures with a row of 10 pixels, one a class, for each symbol, got rows of 28',
    );
  });
});

describe('ff-hinton on text', () => {
  /** Errors of the read-outs on the text itself, and the windows that were shown with a label. */
  function course(negatives: string) {
    const options = optionsOf(learner, { batch: 20, epochs: 20, rate: 0.05, negatives });
    const chip = chipFor(learner, options, chipModel({ layers: [60, 60] }), engine, training);
    const shown = new Set<string>();
    const through = (view: Views[Access]): Views[Access] => ({
      ...view,
      send(labels, pass, nudges) {
        view.send(labels, pass, nudges);
        if (labels.kind === 'classes' && 'inputs' in pass)
          for (let b = 0; b < pass.batch; b++) shown.add(textOf(pass.inputs[0]!, b));
      },
    });
    const classifier = teach({ learner, options, chip, engine, training, through });
    return { shown: [...shown], errors: errorsOf(classifier, training, engine) };
  }
  const isReal = (window: string) => text.repeat(2).includes(window);

  test.each(['hard', 'dreamt'])('spends the passes it declares with %s negatives', negatives => {
    const options = optionsOf(learner, { batch: 20, epochs: 2, negatives });
    const chip = chipFor(learner, options, chipModel({ layers: [20] }), engine, training);
    teach({ learner, options, chip, engine, training });
    const used = 2 * (training.length - (training.length % 20));
    expect(chip.meter.forwardPasses / used).toBeCloseTo(learner.passes(options).training, 9);
  });

  test('learns a text by heart from its own wrong predictions, seeing no other window', () => {
    const { shown, errors } = course('hard');
    expect(shown.every(isReal)).toBe(true);
    expect(errors[0]).toBeLessThan(30); // chance is 97 %
  });

  test('dreams windows that nobody has written, and a softmax reads the next symbol all the same', () => {
    const { shown, errors } = course('dreamt');
    expect(shown.filter(window => !isReal(window)).length).toBeGreaterThan(500);
    expect(errors.at(-1)).toBeLessThan(30);
  });
});
