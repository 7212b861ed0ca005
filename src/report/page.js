// What moves in the report: tooltips, saving figures, opening details for print. The page is complete without it.
document.documentElement.classList.add('scripted');

const tip = document.createElement('div');
tip.id = 'tip';
tip.hidden = true;
document.body.append(tip);

const marks =
  '[role="graphics-symbol"][aria-label]:not([aria-roledescription="axis"]):not([aria-roledescription="legend"]):not([aria-roledescription="title"]):not([aria-roledescription="header"])';
const reach = 12; // pixels: a finger is not a needle

const outside = (at, low, high) => Math.max(low - at, at - high, 0);

/** The mark nearest to the pointer, within reach; of those that lie on each other the topmost. */
function nearest(drawing, x, y) {
  let best = reach;
  let found;
  for (const mark of drawing.querySelectorAll(marks)) {
    const box = mark.getBoundingClientRect();
    if (box.width === 0 && box.height === 0) continue;
    const distance = Math.hypot(outside(x, box.left, box.right), outside(y, box.top, box.bottom));
    if (distance <= best) [best, found] = [distance, mark];
  }
  return found;
}

function show(event) {
  const drawing = event.target instanceof Element ? event.target.closest('.drawing') : null;
  const mark = drawing && nearest(drawing, event.clientX, event.clientY);
  tip.hidden = !mark;
  if (!mark) return;
  tip.textContent = mark.getAttribute('aria-label');
  const box = mark.getBoundingClientRect();
  const own = tip.getBoundingClientRect();
  const left = Math.min(innerWidth - own.width - 8, Math.max(8, box.left + box.width / 2 - own.width / 2));
  const above = box.top - own.height - 8;
  tip.style.left = `${left}px`;
  tip.style.top = `${above > 4 ? above : box.bottom + 8}px`;
}

addEventListener('pointermove', show, { passive: true });
addEventListener('pointerdown', show, { passive: true });
addEventListener(
  'scroll',
  () => {
    tip.hidden = true;
  },
  { passive: true },
);

/** Points a link at freshly made content; the browser then saves it under the link's own name. */
function offer(link, content, type) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  link.href = address;
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** The drawing on show, with its colours written out: a file has no style sheet. */
function standalone(figure) {
  const svg = [...figure.querySelectorAll('.drawing svg')].find(each => each.getClientRects().length > 0);
  const style = getComputedStyle(document.documentElement);
  return svg.outerHTML.replace(/var\((--[\w-]+)\)/g, (_, name) => style.getPropertyValue(name).trim());
}

/** A table as comma-separated values. */
function csv(table) {
  const field = text => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [...table.rows]
    .map(row => `${[...row.cells].map(cell => field(cell.textContent)).join(',')}\n`)
    .join('');
}

addEventListener('click', event => {
  const link = event.target instanceof Element ? event.target.closest('a[data-save]') : null;
  if (!link) return;
  const home = link.closest('figure') ?? document;
  if (link.dataset.save === 'svg') offer(link, standalone(home), 'image/svg+xml');
  else if (link.dataset.save === 'csv') offer(link, csv(home.querySelector('.behind table')), 'text/csv');
  else offer(link, document.getElementById(link.dataset.save).textContent, 'application/json');
});

addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll('details')) details.open = true;
});
