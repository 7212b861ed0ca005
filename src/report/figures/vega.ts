/**
 * @file From a Vega-Lite specification to an SVG that needs nothing: no script, no style sheet, no network. Rendered in Node, so
 * text is measured by estimate. The same specification gives the same bytes.
 */
import type { TopLevelSpec } from 'vega-lite';
import { faint, ink, rule, themed } from './colours.ts';
import type { Frame, Specification } from './figure.ts';

const font = 'system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif';

/** Pixels for the labels of a vertical axis. */
const room = (frame: Frame): number => (frame.narrow ? 26 : 32);

/** Pixels that a vertical axis takes in all, title included. */
export const axisWidth = (frame: Frame): number => room(frame) + (frame.narrow ? 26 : 28);

/** How every figure looks, without data or marks. */
export const look = (frame: Frame): Specification => ({
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  background: 'transparent',
  padding: 2,
  config: {
    font: font.replaceAll('"', "'"),
    view: { stroke: null },
    axis: {
      labelColor: faint,
      titleColor: ink,
      titleFontWeight: 'normal',
      labelFontSize: frame.narrow ? 10.5 : 11.5,
      titleFontSize: frame.narrow ? 11 : 12,
      titlePadding: 8,
      labelPadding: 5,
      domain: false,
      ticks: false,
      gridColor: rule,
      gridWidth: 1,
    },
    axisX: {
      grid: false,
      domain: true,
      domainColor: faint,
      ticks: true,
      tickColor: faint,
      tickSize: 4,
      labelPadding: 3,
    },
    // labels get the same room in every figure, so that widths can be told beforehand
    axisY: { minExtent: room(frame), maxExtent: room(frame) },
    header: {
      labelColor: ink,
      labelFontSize: frame.narrow ? 12 : 13,
      labelFontWeight: 600,
      labelAnchor: 'start',
      labelPadding: 8,
      title: null,
    },
    legend: {
      orient: 'top',
      direction: 'horizontal',
      columns: frame.narrow ? 2 : 3,
      title: null,
      labelColor: ink,
      labelFontSize: frame.narrow ? 10.5 : 12,
      labelLimit: 0,
      symbolOpacity: 1,
      symbolSize: 70,

      columnPadding: frame.narrow ? 8 : 18,
      rowPadding: 4,
      offset: 14,
    },
  },
});

/** Width of everything, axes included; Vega-Lite can do so for a single panel only. */
export const fitted = (width: number): Specification => ({
  width,
  autosize: { type: 'fit-x', contains: 'padding' },
});

/**
 * Draws a specification.
 * @param name makes the drawing's own ids unique in a page
 */
export async function render(specification: Specification, name: string): Promise<string> {
  const vega = await import('vega');
  const { compile } = await import('vega-lite');
  const view = new vega.View(vega.parse(compile(specification as unknown as TopLevelSpec).spec), {
    renderer: 'none',
  });
  const svg = await view.toSVG();
  view.finalize();
  return themed(rounded(renamed(bare(svg), name)));
}

/** Ids counted up per process become ids of this drawing, so that bytes repeat and nothing clashes in a page. */
function renamed(svg: string, name: string): string {
  const ids = [...svg.matchAll(/\sid="([^"]+)"/g)].map(match => match[1]!);
  return ids.reduce(
    (text, id, k) =>
      text.replaceAll(`id="${id}"`, `id="${name}-${k}"`).replaceAll(`url(#${id})`, `url(#${name}-${k})`),
    svg,
  );
}

/** Without the empty shapes that Vega leaves around every group. */
const bare = (svg: string): string =>
  svg.replace(/<path class="(?:background|foreground)" aria-hidden="true" d="(?:M0,0h0v0h0Z)?"[^>]*\/>/g, '');

/** A hundredth of a pixel is enough; labels keep their digits, for they are read. */
const rounded = (svg: string): string =>
  svg.replace(/\s(?:d|transform|x|y|x1|x2|y1|y2|width|height|viewBox)="[^"]*"/g, attribute =>
    attribute.replace(/-?\d*\.\d{3,}(?:e-\d+)?/g, number => String(Math.round(Number(number) * 100) / 100)),
  );
