/** @file Boxes that mix units: each output row is a weighted sum of a few input rows. */
import { bytes } from './addresses';
import { addScaled } from './elements';

/** out row i = Σ_k weights[i, k] · x row indices[i, k]. @returns false when an index is not below xRows */
export function mixRows(
  x: usize,
  xRows: u32,
  indices: usize,
  weights: usize,
  fanIn: i32,
  out: usize,
  rows: i32,
  columns: i32,
): bool {
  const size = bytes(columns);
  memory.fill(out, 0, size * (rows as usize));
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < fanIn; k++) {
      const index = load<u32>(indices);
      if (index >= xRows) return false;
      addScaled(x + (index as usize) * size, load<f32>(weights), out, columns);
      indices += 4;
      weights += 4;
    }
    out += size;
  }
  return true;
}

/** out row indices[i, k] += weights[i, k] · d row i. @returns false when an index is not below outRows */
export function mixRowsBack(
  d: usize,
  rows: i32,
  indices: usize,
  weights: usize,
  fanIn: i32,
  out: usize,
  outRows: u32,
  columns: i32,
): bool {
  const size = bytes(columns);
  memory.fill(out, 0, size * (outRows as usize));
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < fanIn; k++) {
      const index = load<u32>(indices);
      if (index >= outRows) return false;
      addScaled(d, load<f32>(weights), out + (index as usize) * size, columns);
      indices += 4;
      weights += 4;
    }
    d += size;
  }
  return true;
}
