/**
 * @file A box that is an external program, and whatever hardware it drives: batches go to its standard input and come back from its standard
 * output (`program.md`). The program is started with the first batch and ended with the trial. Nobody knows its derivative.
 */
import { type Static, Type } from '@sinclair/typebox';
import { provenance, quantity, strict } from '../../description.ts';
import type { Engine } from '../../engine/engine.ts';
import { type Stream, words } from '../../engine/streams.ts';
import type { Box } from './box.ts';
import { type NamedFile, readNamed } from './named-file.ts';
import { type Hello, ProgramLink } from './program-link.ts';

export const Program = strict(
  {
    kind: Type.Literal('program'),
    ...provenance,
    command: Type.Array(Type.Unsafe<string | NamedFile>({ type: 'string', file: 'dotted', minLength: 1 }), {
      minItems: 1,
      maxItems: 50,
      description:
        'the program and its arguments, without a shell. Words that begin with ./ or ../ are files, relative to the file that names them. ' +
        'It is started only by `mortal run --allow-program`',
    }),
    timeout: quantity('s', 'how long the start or a batch may take', {
      exclusiveMinimum: 0,
      maximum: 86400,
      default: 30,
    }),
  },
  { description: 'an external program: the way to real hardware; without a derivative' },
);

type Command = Static<typeof Program>['command'];

/** The words of a command, files by their paths. */
const wordsOf = (command: Command) => command.map(word => (typeof word === 'string' ? word : word.path));

/** A command as one would type it. */
export const commandText = (command: Command): string =>
  wordsOf(command)
    .map(word => (/^[\w./:=,@%+-]+$/.test(word) ? word : JSON.stringify(word)))
    .join(' ');

export function buildProgram(
  { command, timeout }: Static<typeof Program>,
  units: number,
  batch: number,
  { kernels, arena }: Engine,
  stream: (path: string) => Stream,
): Box {
  const seeds = stream('seed');
  const hello: Hello = { units, batch, seed: words(seeds, 1)[0]!, box: seeds.path.replace(/\/?seed$/, '') };
  const name = commandText(command);
  arena.ledger.refuse(`nobody knows the state of the program ${name}`);
  let link: ProgramLink | undefined; // a box that nothing passes needs no program
  const start = () => {
    for (const word of command) if (typeof word !== 'string') readNamed(word);
    return new ProgramLink({ command: wordsOf(command), name, timeout, hello });
  };
  return {
    send(input, out) {
      link ??= start();
      link.send(input, out);
      if (!kernels.isFinite(out)) throw new Error(`the program ${name} gave a value that is not finite`);
    },
    pullBack() {
      throw new Error(`the derivative of the program ${name} is not known`);
    },
    close() {
      link?.close();
      link = undefined;
    },
  };
}
