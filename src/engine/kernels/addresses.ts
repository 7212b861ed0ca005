/** Bytes that n elements take. */
export function bytes(n: i32): usize {
  return (n as usize) << 2;
}
