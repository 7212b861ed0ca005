/**
 * @file The thread that talks to an external program; `program-link.ts` waits for it. Plain JavaScript, so that the thread starts fast and
 * on every Node. Protocol: `program.md`.
 */
import { spawn } from 'node:child_process';
import { workerData } from 'node:worker_threads';

const { command, timeout, port, signal, floats } = workerData;
const shared = new Uint8Array(floats.buffer);
const longestHeader = 4096; // bytes
const tail = 1500; // characters of the program's complaints that are shown
const grace = 2000; // milliseconds that it has to end in after the farewell
const echo = 200; // milliseconds that its last complaints may take

let child;
let complaints = '';
/** what is wrong, once and for all; `told` resolves when there is nothing to be added */
let failure;
let told;
/** the answer that is waited for */
let answer;
let timer;

port.on('message', request => {
  if (request.kind === 'bye') end();
  else if (failure !== undefined) told.then(() => reply(failure));
  else if (request.kind === 'hello') greet(request);
  else send(request);
});
process.on('uncaughtException', error => reply(`cannot be talked to: ${error.message}`));

function reply(error) {
  clearTimeout(timer);
  answer = undefined;
  port.postMessage({ error });
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
}

function greet(hello) {
  const [program, ...words] = command;
  // in a process group of its own: it ends with all that it started, and Ctrl-C is for the run alone
  child = spawn(program, words, { stdio: 'pipe', detached: process.platform !== 'win32' });
  child.on('error', ({ code, message }) =>
    fail(`cannot be started: ${code === 'ENOENT' ? 'there is no such program' : message}`),
  );
  child.on('exit', (code, ending) => {
    const how = code === null ? `was ended by ${ending}` : `ended with code ${code}`;
    if (failure === undefined) fail(`${how} ${stage()}`);
  });
  child.stdin.on('error', () => {}); // it has ended, and 'exit' says so
  child.stderr.setEncoding('utf8').on('data', text => {
    complaints = (complaints + text).slice(-tail);
  });
  child.stdout.on('data', hear);
  expect('hello');
  write({ mortal: 1, ...hello });
}

function send({ rows, units }) {
  const bytes = 4 * rows * units;
  expect('sent', rows, units);
  write({ kind: 'send', rows, units });
  child.stdin.write(Buffer.from(shared.slice(0, bytes)));
}

const write = header => child.stdin.write(`${JSON.stringify(header)}\n`);

/** From now on an answer is due. */
function expect(kind, rows, units) {
  answer = {
    kind,
    rows,
    units,
    bytes: kind === 'sent' ? 4 * rows * units : 0,
    header: '',
    isRead: false,
    filled: 0,
  };
  timer = setTimeout(() => fail(`took longer than ${timeout} s and was stopped ${stage()}`), 1000 * timeout);
}

/** How far it has come. */
function stage() {
  if (answer === undefined) return 'between two batches';
  const { kind, bytes, header, isRead, filled } = answer;
  if (isRead) return `after ${filled} of the ${bytes} bytes of a batch`;
  if (header !== '') return `in the middle of the line ${shown(header)}`;
  return kind === 'hello' ? 'before it had greeted' : 'before it had answered';
}

function hear(chunk) {
  if (failure !== undefined) return;
  if (answer === undefined) return fail(`wrote ${chunk.length} bytes that nobody asked for: ${shown(chunk)}`);
  const rest = answer.isRead ? chunk : readHeader(chunk);
  if (rest === undefined) return;
  const fits = rest.subarray(0, answer.bytes - answer.filled);
  shared.set(fits, answer.filled);
  answer.filled += fits.length;
  const surplus = rest.subarray(fits.length);
  if (surplus.length > 0) fail(`wrote more than the ${answer.bytes} bytes of its answer: ${shown(surplus)}`);
  else if (answer.filled === answer.bytes) reply();
}

/** @returns what follows the line, once there is all of it */
function readHeader(chunk) {
  const end = chunk.indexOf(10);
  answer.header += chunk.subarray(0, end < 0 ? chunk.length : end).toString('latin1');
  if (answer.header.length > longestHeader) return fail(`wrote no line of JSON but ${shown(answer.header)}`);
  if (end < 0) return undefined;
  const wrong = wrongIn(Buffer.from(answer.header, 'latin1').toString('utf8'));
  if (wrong !== undefined) return fail(wrong);
  answer.isRead = true;
  return chunk.subarray(end + 1);
}

/** Why a line is not the answer that is due. */
function wrongIn(line) {
  let header;
  try {
    header = JSON.parse(line);
  } catch {
    return `wrote no line of JSON but ${shown(line)}`;
  }
  const { kind, rows, units } = answer;
  if (header?.kind === 'error') return `reports: ${String(header.message)}`;
  if (header?.kind !== kind) return `answered ${shown(line)}; its "kind" must be "${kind}"`;
  if (kind === 'hello')
    return header.mortal === 1
      ? undefined
      : `greeted with ${shown(line)}; "mortal": 1 must be in it, the version of the protocol`;
  return header.rows === rows && header.units === units
    ? undefined
    : `answered ${header.rows} rows of ${header.units} to a batch of ${rows} rows of ${units}`;
}

const shown = text => {
  const all = text.toString('latin1');
  return JSON.stringify(all.length > 80 ? `${all.slice(0, 79)}…` : all);
};

/** Gives up. Whoever waits is told once the program's complaints have come in. */
function fail(message) {
  if (failure !== undefined) return;
  failure = message;
  clearTimeout(timer);
  const isDue = answer !== undefined;
  told = gone(echo).then(() => {
    if (complaints.trim() !== '') failure += `. It wrote to stderr: ${complaints.trim()}`;
    if (isDue) reply(failure);
  });
  kill();
}

async function end() {
  if (child !== undefined && failure === undefined) {
    failure = 'has been ended';
    write({ kind: 'bye' });
    child.stdin.end();
    const isGone = await gone(grace);
    kill(); // what it has started, too
    if (!isGone) await gone(echo);
  }
  reply();
  port.close();
}

/** Resolves to true when the program has ended and its pipes are empty, or to false after so many milliseconds. */
const gone = most =>
  new Promise(resolve => {
    const late = setTimeout(resolve, most, false);
    child.once('close', () => {
      clearTimeout(late);
      resolve(true);
    });
  });

function kill() {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // it has ended by itself, and so has all that it started
  }
}
