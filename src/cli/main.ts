/**
 * @file The command line: `mortal run`, `tune`, `status`, `check`, `report`, `list`, `inspect`, `fit`, `data`. One file per command; each parses, calls and prints.
 * Exit codes: 0 done; 1 a trial failed; 2 something is wrong with what was asked, nothing was run; 130 stopped by Ctrl-C.
 */
import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { addCheck } from './check.ts';
import { addData } from './data.ts';
import { addFit } from './fit.ts';
import { addInspect } from './inspect.ts';
import { addList } from './list.ts';
import { addReport } from './report.ts';
import { addRun } from './run.ts';
import { addRunTrial } from './run-trial.ts';
import { addSchema } from './schema.ts';
import { addStatus } from './status.ts';
import { addTune } from './tune.ts';
import { realWorld, type World } from './world.ts';

/** What a command is added to. */
export interface Shell {
  readonly program: Command;
  readonly world: World;
  /** Wraps what a command does, so that its exit code is kept. */
  does<A extends unknown[]>(act: (...args: A) => Promise<number>): (...args: A) => Promise<void>;
}

/** Runs one command line. @returns the exit code */
export async function main(argv: readonly string[], world: World = realWorld()): Promise<number> {
  let code = 0;
  const { version, description } = createRequire(import.meta.url)('../../package.json');
  const program = new Command('mortal')
    .description(description)
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain a command')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: text => void world.stdout.write(text),
      writeErr: text => void world.stderr.write(text),
    })
    .addHelpText('after', '\nExample:\n  $ mortal run scenarios/ff-vs-backprop.json');
  const shell: Shell = {
    program,
    world,
    does:
      act =>
      async (...args) => {
        code = await act(...args);
      },
  };
  for (const add of [
    addRun,
    addTune,
    addStatus,
    addReport,
    addCheck,
    addList,
    addInspect,
    addFit,
    addData,
    addSchema,
    addRunTrial,
  ])
    add(shell);

  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    return complain(error, world);
  }
}

function complain(error: unknown, world: World): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has said why
  const { name, message, stack } = error as Error;
  if (name === 'InputError' || name === 'OutputError') {
    world.stderr.write(`${message}\n`);
    return 2;
  }
  world.stderr.write(`mortal: ${process.env.MORTAL_DEBUG ? stack : message}\n`);
  return 1;
}
