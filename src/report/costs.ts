/**
 * @file The table of costs: passes and conversions of one image, joules and seconds on the chip of the whole training and of one answer, and where each
 * term comes from.
 */
import { energyTerms, sourcesOf } from '../chips/energy.ts';
import {
  billed,
  billOf,
  chipTimeOf,
  conversionsOf,
  type Occasion,
  paidTerms,
  passesOf,
  termNames,
  totalOf,
} from './bill.ts';
import { html, type Markup } from './html.ts';
import { bare, quantityIn, significant } from './numbers.ts';
import { type Cell, distinct, type Setting, type Study } from './study.ts';
import { named, tabled } from './tables.ts';

/** Nothing where no result has a bill. */
export function costs(study: Study): Markup | undefined {
  if (billed(study).length === 0) return undefined;
  return html`<details open><summary>What was paid for: conversions, joules and seconds on the chip</summary>
${table(study, 'training')}
${table(study, 'answer')}
${sources(study)}</details>`;
}

const captions: Readonly<Record<Occasion, string>> = {
  training:
    'Energy and time of the whole training, passes and conversions of one training image shown once; means over chips. Passes are those forward and, behind a plus, crossbars that an error went back through. Seconds are those that the chip is busy, one sample after another and nothing at the same time; they are not those of the simulator.',
  answer:
    'One image answered by the principal readout, from the passes it takes among those of all readouts on the test images.',
};

function table(study: Study, occasion: Occasion): Markup {
  const terms = paidTerms(study);
  const isTimed = billed(study).some(cell => Number.isFinite(chipTimeOf(cell, occasion)));
  const columns = terms.length + (isTimed ? 9 : 8);
  const row = (cell: Cell) => {
    const bill = billOf(cell, occasion);
    const { dac, between, measured, goodness } = conversionsOf(cell, occasion);
    const { forward, backward } = passesOf(cell, occasion);
    const passes = [forward, ...(backward > 0 ? [backward] : [])]
      .map(n => Number(n.toPrecision(3)))
      .join(' + ');
    const share = (part: number) => {
      const percent = (100 * part) / totalOf(bill);
      if (Number.isNaN(percent)) return '–'; // nothing was paid for
      return percent === 0 ? '0' : percent < 0.1 ? '< 0.1' : percent.toFixed(1);
    };
    return html`<tr><th scope="row">${named(cell.learner)}</th><td class="number">${cell.error ? bare(cell.error.mean) : '–'}</td>
<td class="number">${passes}</td><td class="number">${large(dac)}</td><td class="number">${large(between)}</td><td class="number">${large(measured)}</td><td class="number">${large(goodness)}</td>
<td class="number">${rounded(totalOf(bill), 'J')}</td>${isTimed ? html`<td class="number">${time(chipTimeOf(cell, occasion))}</td>` : undefined}${terms.map(term => html`<td class="number">${share(bill[term])}</td>`)}</tr>`;
  };
  const block = (setting: Setting) => {
    const head =
      study.detailed.length > 1
        ? html`<tr class="group"><th colspan="${columns}" scope="rowgroup">${setting.label}</th></tr>`
        : undefined;
    const cells = billed(study).filter(cell => cell.setting === setting);
    return html`<tbody>${head}${cells.map(row)}</tbody>`;
  };
  return tabled(
    occasion === 'training' ? 'bill' : 'answerBill',
    html`${captions[occasion]}`,
    html`
<thead><tr><th scope="col" rowspan="2">${occasion === 'training' ? 'training' : 'one answer'}</th><th scope="col" rowspan="2" class="number">error, %</th><th scope="col" rowspan="2" class="number">passes</th><th scope="col" colspan="4" class="number span">conversions an image</th><th scope="col" rowspan="2" class="number">energy</th>${isTimed ? html`<th scope="col" rowspan="2" class="number">time on chip</th>` : undefined}<th scope="col" colspan="${terms.length}" class="number span">share of the energy, %</th></tr>
<tr><th scope="col" class="number">DAC</th><th scope="col" class="number">ADC between</th><th scope="col" class="number">ADC, learner</th><th scope="col" class="number">ADC, goodness</th>${terms.map(term => html`<th scope="col" class="number">${termNames[term]}</th>`)}</tr></thead>
${study.detailed.map(block)}`,
  );
}

/** Every term, counted or not, with where its numbers come from; once for each chip that differs in them. */
function sources(study: Study): Markup {
  const models = distinct(
    billed(study).flatMap(cell =>
      cell.done.map(({ specification: { chip } }) => JSON.stringify(sourcesOf(chip))),
    ),
  );
  const all = models.map(text => JSON.parse(text) as ReturnType<typeof sourcesOf>);
  const items = energyTerms.map(
    term => html`<dt>${termNames[term]}</dt><dd>${distinct(all.map(each => each[term])).join('; or ')}</dd>`,
  );
  return html`<details><summary>Where these numbers come from</summary><dl class="facts">${items}</dl></details>`;
}

const rounded = (value: number, unit: string): string => quantityIn(Number(value.toPrecision(3)), unit);

const time = (seconds: number): string => (Number.isFinite(seconds) ? rounded(seconds, 's') : '–');

/** "12,300", "4.5 M": a count of events. */
const large = (count: number): string =>
  count >= 1e5 ? quantityIn(Number(count.toPrecision(3)), '') : significant(count);
