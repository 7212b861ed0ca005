/**
 * @file The synchronous end of a wire to an external program. A small thread talks to the program (`program-thread.js`); the caller's
 * thread sleeps until it has an answer, so that a batch through a program is a call like any other.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { Matrix } from '../../engine/matrix.ts';

/** What a program is told first. */
export interface Hello {
  /** activities of a sample */
  readonly units: number;
  /** most samples of a batch */
  readonly batch: number;
  /** of this box of this individual, below 2^32 */
  readonly seed: number;
  /** which box of the chip it is: `chip/box/2` */
  readonly box: string;
}

export interface LinkRequest {
  readonly command: readonly string[];
  /** what errors call it */
  readonly name: string;
  /** seconds */
  readonly timeout: number;
  readonly hello: Hello;
}

/** How much longer than the thread this end waits: the thread keeps the time, but may itself be late on a busy machine. */
const patience = 60; // seconds

/** A program that is running, or has been. */
export class ProgramLink {
  readonly #request: LinkRequest;
  readonly #port: MessagePort;
  /** 1 once there is an answer */
  readonly #signal = new Int32Array(new SharedArrayBuffer(4));
  /** one batch, on its way there or back */
  readonly #floats: Float32Array;

  /** Starts the program. @throws Error when it cannot be started or does not greet */
  constructor(request: LinkRequest) {
    const { command, timeout, hello } = request;
    this.#request = request;
    this.#floats = new Float32Array(new SharedArrayBuffer(4 * hello.units * hello.batch));
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    new Worker(new URL('program-thread.js', import.meta.url), {
      workerData: { command, timeout, port: port2, signal: this.#signal, floats: this.#floats },
      transferList: [port2],
      execArgv: [], // plain JavaScript: it needs none of what loads TypeScript
    }).unref();
    try {
      this.#ask({ kind: 'hello', ...hello });
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Sends a batch and waits for what comes back. @throws Error naming the program and what it did wrong */
  send(input: Matrix, out: Matrix): void {
    const { rows, columns: units } = input;
    this.#floats.set(input.data);
    this.#ask({ kind: 'send', rows, units });
    out.data.set(this.#floats.subarray(0, rows * units));
  }

  /** Lets the program end, or ends it. */
  close(): void {
    this.#exchange({ kind: 'bye' });
    this.#port.close();
  }

  #ask(message: object): void {
    const error = this.#exchange(message);
    if (error !== undefined) throw new Error(`the program ${this.#request.name} ${error}`);
  }

  /** @returns what is wrong */
  #exchange(message: object): string | undefined {
    Atomics.store(this.#signal, 0, 0);
    this.#port.postMessage(message);
    Atomics.wait(this.#signal, 0, 0, 1000 * (this.#request.timeout + patience));
    const answer = receiveMessageOnPort(this.#port) as { message: { error?: string } } | undefined;
    return answer === undefined
      ? 'cannot be reached: the thread that talks to it is stuck'
      : answer.message.error;
  }
}
