/** @file The mappings, by their `kind`: one line each. */
import type { Cell } from '../cells/cell.ts';
import { oneSided, twoSided } from './differential.ts';
import type { Mapping, MappingModel, Span } from './mapping.ts';
import { offset } from './offset.ts';
import { sliced } from './sliced.ts';

/** @param range largest weight of a nominal pair; 1 stands for unbounded weights, which are continuous pairs */
export function buildMapping(model: MappingModel | undefined, cell: Cell, range: number): Mapping {
  const span: Span = {
    minimum: cell.minimumConductance,
    span: cell.maximumConductance - cell.minimumConductance,
    range: range || 1,
  };
  if (model === undefined) return oneSided({ kind: 'one-sided' }, span);
  switch (model.kind) {
    case 'one-sided':
      return oneSided(model, span);
    case 'two-sided':
      return twoSided(model, span);
    case 'offset':
      return offset(model, span);
    case 'sliced':
      return sliced(model, span);
  }
}

/** Whether what is read are the weights themselves, as nothing but ideal wires comes between. */
export const isDirect = (model: MappingModel | undefined): boolean =>
  model === undefined || (model.kind !== 'sliced' && model.cellBits === undefined);

/** Mean conductance of a weight's cells, all together, siemens. */
export function meanConductance(weights: { data: Float32Array }, { cells, hold }: Mapping): number {
  const g = new Float64Array(cells.length);
  let sum = 0;
  for (const w of weights.data) {
    hold(w, g, 0);
    for (const one of g) sum += one;
  }
  return sum / weights.data.length;
}
