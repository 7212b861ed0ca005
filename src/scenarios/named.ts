/** @file Files that boxes name, looked up and identified when a description is read. */
import { resolve } from 'node:path';
import { identified, type NamedFile } from '../chips/boxes/named-file.ts';
import { openOnnx } from '../chips/boxes/onnx.ts';

/** An ONNX model that may stand in a box. @throws Error saying what is wrong with it */
export function onnxFile(name: string, folder: string): NamedFile {
  const file = namedFile(name, folder);
  openOnnx(file).close();
  return file;
}

/** A word of a command: one that begins with ./ or ../ is a file, any other stays as it is. @throws Error */
export const wordOfCommand = (word: string, folder: string): string | NamedFile =>
  /^\.\.?\//.test(word) ? namedFile(word, folder) : word;

function namedFile(name: string, folder: string): NamedFile {
  try {
    return identified(resolve(folder, name));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'a folder, but a file is needed'
          : message,
    );
  }
}
