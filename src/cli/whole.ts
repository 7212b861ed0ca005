/** @file Whole numbers on the command line. */
import { InvalidArgumentError } from 'commander';

/** @throws InvalidArgumentError on anything but a whole number of at most nine digits */
export function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('A whole number is needed.');
  return Number(text);
}
