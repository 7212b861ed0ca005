/** @file Files of a tar archive, as npm packs them: plain files with short names. @see POSIX.1-1988, ustar */

const block = 512;

/** Contents by name. @throws Error where a header makes no sense */
export function filesOfTar(archive: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (let at = 0; at + block <= archive.length && archive[at] !== 0; ) {
    const text = (from: number, length: number) =>
      archive.toString('latin1', at + from, at + from + length).replace(/\0.*$/s, '');
    const size = Number.parseInt(text(124, 12).trim(), 8);
    if (!(size >= 0) || at + block + size > archive.length)
      throw new Error(`the archive is broken at "${text(0, 100)}"`);
    files.set(text(0, 100), archive.subarray(at + block, at + block + size));
    at += block + block * Math.ceil(size / block);
  }
  return files;
}
