/**
 * @file What each access may know of the chip: the table below its drawing.
 * @see chips/access.ts, where the views are
 */
import { type Access, accesses } from '../chips/model.ts';
import { html, type Markup, raw } from './html.ts';
import type { Study } from './study.ts';
import { named, tabled } from './tables.ts';

interface Knowledge {
  readonly crossbar: string;
  readonly neurons: string;
  readonly boxes: string;
}

const knowledge: Readonly<Record<Access, Knowledge>> = {
  measured: {
    crossbar: 'driven forwards; changed by local products',
    neurons: 'output measured',
    boxes: 'nothing',
  },
  reversible: { crossbar: 'also driven backwards', neurons: 'output measured', boxes: 'nothing' },
  documented: {
    crossbar: 'also the data sheet: no flaws, no noise',
    neurons: 'the data sheet’s ReLU',
    boxes: 'the data sheet’s plain wire',
  },
  transparent: {
    crossbar: 'also the true weights',
    neurons: 'the true slope of each',
    boxes: 'the true mean derivative',
  },
};

/** Accesses that take part, their learners, and what each may know. */
export function accessTable(study: Study): Markup {
  const rows = accesses.flatMap(access => {
    const learners = study.learners.filter(learner => learner.access === access);
    if (learners.length === 0) return [];
    const { crossbar, neurons, boxes } = knowledge[access];
    return [
      html`<tr><th scope="row">${access}</th><td>${learners.map((learner, k) => html`${k > 0 ? raw('<br>') : undefined}${named(learner)}`)}</td><td>${crossbar}</td><td>${neurons}</td><td>${boxes}</td></tr>`,
    ];
  });
  const note = html`What learners of each access may know. Every learner may drive the inputs and read every layer’s measured input and output.`;
  return tabled(
    'knowledge',
    note,
    html`
<thead><tr><th scope="col">access</th><th scope="col">learners</th><th scope="col">crossbars</th><th scope="col">neuron circuits</th><th scope="col">boxes</th></tr></thead><tbody>${rows}</tbody>`,
  );
}
