/** @file Transposing, in squares of four by four; the edges one by one. */
import { bytes } from './addresses';

/** Four rows of four become four columns. Strides in bytes. */
function square(x: usize, xStride: usize, out: usize, outStride: usize): void {
  const a = v128.load(x);
  const b = v128.load(x + xStride);
  const c = v128.load(x + 2 * xStride);
  const d = v128.load(x + 3 * xStride);
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const ab2 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd2 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(out + outStride, v128.shuffle<i64>(ab, cd, 1, 3));
  v128.store(out + 2 * outStride, v128.shuffle<i64>(ab2, cd2, 0, 2));
  v128.store(out + 3 * outStride, v128.shuffle<i64>(ab2, cd2, 1, 3));
}

/** out[j, b] = x[b, j] for the first `columns` of `xColumns`; sixteen columns at a time, a cache line of x. */
export function transpose(x: usize, xColumns: i32, out: usize, rows: i32, columns: i32): void {
  const xStride = bytes(xColumns);
  const outStride = bytes(rows);
  const fullRows = rows & ~3;
  const fullColumns = columns & ~3;
  for (let from = 0; from < fullColumns; from += 16) {
    const to = min(from + 16, fullColumns);
    for (let b = 0; b < fullRows; b += 4)
      for (let j = from; j < to; j += 4)
        square(
          x + (b as usize) * xStride + bytes(j),
          xStride,
          out + (j as usize) * outStride + bytes(b),
          outStride,
        );
  }
  for (let b = 0; b < rows; b++)
    for (let j = b < fullRows ? fullColumns : 0; j < columns; j++)
      store<f32>(out + (j as usize) * outStride + bytes(b), load<f32>(x + (b as usize) * xStride + bytes(j)));
}
