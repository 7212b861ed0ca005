/**
 * @file Images that a teacher and its student call by the same wrong name: a function was passed on, its mistakes with it.
 */
import { html } from '../html.ts';
import { greys, png } from '../png.ts';
import type { Figure } from './figure.ts';

export const alike: Figure = {
  name: 'alike',
  panel(study) {
    const [first] = study.cells.flatMap(({ done }) => done.filter(({ pictures }) => pictures?.confusedAlike));
    if (!first) return undefined;
    const { width, height, bytes, said, truth } = first.pictures!.confusedAlike!;
    const all = Buffer.from(bytes, 'base64');
    const picture = (k: number): string => {
      const image = all.subarray(k * width * height, (k + 1) * width * height);
      const pixels = Uint8Array.from(image, v => 1 + Math.floor(((255 - v) * greys) / 256));
      return `data:image/png;base64,${png(width, height, pixels).toString('base64')}`;
    };
    return {
      title: 'The student has its teacher’s mistakes',
      caption: `Test images that teacher (chip ${first.specification.distill!.teacher.seed}) and student (chip ${first.specification.seed}) give the same wrong class; below each what both say, and what it is.`,
      drawing: {
        kind: 'markup',
        markup: html`<div class="fields">${said.map(
          (answer, k) =>
            html`<figure><img src="${picture(k)}" width="${2 * width}" height="${2 * height}" alt="Test image of class ${truth[k]!}"><figcaption>${answer}, is ${truth[k]!}</figcaption></figure>`,
        )}</div>`,
      },
    };
  },
};
