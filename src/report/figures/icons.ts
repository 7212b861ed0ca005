/**
 * @file Small signs for the parts of a chip, 56 × 56 each, in the colours of the page.
 */
const ink = 'var(--ink)';
const faint = 'var(--faint)';
const frame = `<rect x="0.6" y="0.6" width="54.8" height="54.8" rx="6" fill="none" stroke="${ink}" stroke-width="1.2"/>`;

/** A digit of 7 × 9 pixels, drawn once by hand. */
const digit = [
  '..###..',
  '.#...#.',
  '.....#.',
  '.....#.',
  '..###..',
  '.....#.',
  '.....#.',
  '.#...#.',
  '..###..',
];

const pixels = digit
  .flatMap((row, i) =>
    [...row].map((pixel, j) =>
      pixel === '#'
        ? `<rect x="${10.5 + j * 5}" y="${5.5 + i * 5}" width="4.6" height="4.6" fill="${ink}"/>`
        : '',
    ),
  )
  .join('');

const six = [0, 1, 2, 3, 4, 5];
const at = (k: number) => 6 + k * 8.8;

/** Conductances at the crossings: any pattern will do, as long as it stays the same. */
const cells = six
  .flatMap(i =>
    six.map(
      j =>
        `<circle cx="${at(j)}" cy="${at(i)}" r="${1 + ((i * 7 + j * 5 + i * j) % 6) * 0.5}" fill="${ink}"/>`,
    ),
  )
  .join('');

const grid = six
  .map(k => `<path d="M${at(k)} 2V54M2 ${at(k)}H54" stroke="${faint}" stroke-width="0.8"/>`)
  .join('');

const staircase = (path: string) =>
  `${frame}<path d="${path}" fill="none" stroke="${ink}" stroke-width="1.6"/>`;

const ticks = Array.from(
  { length: 10 },
  (_, k) =>
    `<rect x="${1 + k * 5.5}" y="4" width="4" height="14" rx="1" fill="${k === 3 ? ink : 'none'}" stroke="${ink}" stroke-width="0.9"/>`,
).join('');

/** Each sign by the part it stands for. */
export const icons = {
  image: `${frame}${pixels}`,
  labels: ticks,
  dac: staircase('M8 47H17V38H26V29H35V20H44V11H49'),
  crossbar: `${grid}${cells}`,
  adc: staircase('M7 45C20 45 20 12 30 12M30 12H36V20H42V28H49'),
  neuron: `${frame}<path d="M8 42H26L46 12" fill="none" stroke="${faint}" stroke-width="1.2" stroke-dasharray="3 2.5"/><path d="M8 42C24 42 27 39 32 31S41 21 48 18" fill="none" stroke="${ink}" stroke-width="1.6"/>`,
  normaliser: `${frame}<path d="M13 28H43" stroke="${ink}" stroke-width="1.6"/><circle cx="28" cy="18" r="2.6" fill="${ink}"/><circle cx="28" cy="38" r="2.6" fill="${ink}"/>`,
  box: `<rect width="56" height="56" rx="6" fill="${ink}"/><text x="28" y="38" text-anchor="middle" font-size="28" font-weight="600" fill="var(--paper)">?</text>`,
} as const;
