/**
 * @file Markup that cannot be broken by text: everything put into an `html` template is escaped, unless it is markup itself.
 */

/** A piece of markup, safe to put into a page. */
export interface Markup {
  readonly markup: string;
}

type Piece = Markup | string | number | undefined | readonly Piece[];

const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as it is written in markup, in an element or between quotes. */
export const escaped = (text: string): string => text.replace(/[&<>"']/g, letter => names[letter]!);

/** Markup from outside `html`: only for what this program has made itself. */
export const raw = (markup: string): Markup => ({ markup });

/** A template whose holes take text (escaped), markup, lists of both, or nothing. */
export function html(parts: TemplateStringsArray, ...holes: readonly Piece[]): Markup {
  return raw(parts.map((part, k) => part + (k < holes.length ? written(holes[k]) : '')).join(''));
}

/** Prose in which `names in backticks` are names of learners or readouts. */
export function prose(text: string): Markup {
  const pieces = text.split('`');
  return html`${pieces.map((piece, k) => (k % 2 === 1 ? html`<b class="name">${piece}</b>` : piece))}`;
}

/** JSON for a script element: no `<`, so nothing in it can close the element. */
export const json = (value: unknown, indent?: number): Markup =>
  raw(JSON.stringify(value, null, indent).replaceAll('<', '\\u003c'));

function written(piece: Piece): string {
  if (piece === undefined) return '';
  if (typeof piece === 'string' || typeof piece === 'number') return escaped(String(piece));
  return 'markup' in piece ? piece.markup : piece.map(written).join('');
}
