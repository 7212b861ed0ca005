/**
 * @file Reads measured curves from a CSV file: the first line names the columns ("input", a curve each, "<curve> sd" for its standard
 * deviation), the others hold numbers. Lines that are empty or begin with "#" are passed over.
 */
import type { Curves } from '../chips/boxes/table.ts';
import { InputError } from './problems.ts';
import { readSource } from './read.ts';

/** Numbers of one file: every trial carries them with it. */
const mostNumbers = 20_000;

/** A line with something in it. */
export interface Line {
  /** from 1, as editors count */
  readonly number: number;
  readonly cells: readonly string[];
}

/**
 * @param path of the file, relative to `folder`
 * @throws Error naming the line that is wrong
 */
export function readCurves(path: string, folder: string): Curves {
  const [head, ...rows] = linesOf(textOf(path, folder));
  const wrong = (line: number, message: string) => new Error(`line ${line} of the file ${message}`);
  if (head === undefined) throw new Error('the file is empty');
  const columns = columnsOf(head);
  if (rows.length < 2) throw new Error(`the file has ${rows.length} rows of numbers; a curve needs two`);
  const count = rows.length * head.cells.length;
  if (count > mostNumbers)
    throw new Error(
      `the file has ${count} numbers (${rows.length} rows of ${head.cells.length}), but ${mostNumbers} are the most, for every trial carries them all; leave out rows or columns`,
    );
  const numbers = rows.map(({ number, cells }) => {
    if (cells.length !== head.cells.length)
      throw wrong(number, `has ${cells.length} cells, but its first line names ${head.cells.length}`);
    return cells.map((cell, k) => {
      if (!isNumber.test(cell) || !Number.isFinite(Number(cell)))
        throw wrong(number, `has ${JSON.stringify(cell)} under "${head.cells[k]}", which is no number`);
      return Number(cell);
    });
  });
  numbers.forEach(([x], i) => {
    const before = numbers[i - 1]?.[0];
    if (before !== undefined && !(x! > before))
      throw wrong(rows[i]!.number, `has the input ${x} after ${before}: inputs must increase`);
  });
  const column = (k: number) => numbers.map(row => row[k]!);
  const outputs = columns.map(({ mean }) => column(mean));
  if (columns.every(({ deviation }) => deviation === undefined)) return { input: column(0), outputs };
  const deviations = columns.map(({ deviation }) => {
    if (deviation === undefined) return numbers.map(() => 0);
    const negative = numbers.findIndex(row => row[deviation]! < 0);
    if (negative >= 0)
      throw wrong(
        rows[negative]!.number,
        `has ${numbers[negative]![deviation]} under "${head.cells[deviation]}", but a standard deviation is not negative`,
      );
    return column(deviation);
  });
  return { input: column(0), outputs, deviations };
}

/** How numbers are written in such a file. */
export const isNumber = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;

function textOf(path: string, folder: string): string {
  try {
    return readSource(path, folder).text;
  } catch (error) {
    if (error instanceof InputError) throw new Error(error.problems[0]!.message);
    throw error;
  }
}

/** Lines with something in them, quotes taken off. */
export const linesOf = (text: string): Line[] =>
  text
    .split(/\r\n|\n|\r/)
    .map((line, i) => ({
      number: i + 1,
      cells: line.split(',').map(cell => cell.trim().replace(/^"(.*)"$/, '$1')),
    }))
    .filter(({ cells }) => cells.some(cell => cell !== '') && !cells[0]!.startsWith('#'));

/** Places of every curve's mean and, where it has one, standard deviation. */
function columnsOf({ number, cells: [first, ...names] }: Line): { mean: number; deviation?: number }[] {
  const wrong = (message: string) => new Error(`line ${number} of the file ${message}`);
  if (first !== 'input')
    throw wrong(
      `begins with ${JSON.stringify(first)}; it names the columns, and the first of them is "input"`,
    );
  if (names.includes('')) throw wrong('has a column without a name');
  const twice = names.find((name, k) => names.indexOf(name) !== k);
  if (twice !== undefined) throw wrong(`has two columns "${twice}"`);
  const curves = names.filter(name => !name.endsWith(' sd'));
  const stray = names.find(name => name.endsWith(' sd') && !curves.includes(name.slice(0, -3)));
  if (stray !== undefined) throw wrong(`has a column "${stray}", but none "${stray.slice(0, -3)}"`);
  if (curves.length === 0) throw wrong('names no curve');
  return curves.map(name => {
    const deviation = names.indexOf(`${name} sd`);
    return { mean: 1 + names.indexOf(name), ...(deviation >= 0 && { deviation: 1 + deviation }) };
  });
}
