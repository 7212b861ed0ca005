/** @file Files that boxes name, looked up and identified when a description is read. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { identified, type NamedFile } from '../chips/boxes/named-file.ts';
import { openOnnx } from '../chips/boxes/onnx-model.ts';

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
  const path = resolve(folder, name);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new Error('there is no such file');
  if (!found.isFile())
    throw new Error(`a ${found.isDirectory() ? 'folder' : 'device'}, but a file is needed`);
  return identified(path);
}
