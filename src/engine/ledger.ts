/**
 * @file What changes while a chip is trained and lies in no matrix: counters, positions of streams, what boxes remember. Whoever has such a
 * thing enters it when it is made, and so everything that makes a trial go on as it would can be written down and put back
 * (`scenarios/snapshots.ts`). Making a chip and its learner is deterministic, so the place in the list says which is which.
 */

/** Numbers whose bits are kept. */
export type Numbers = Float32Array | Float64Array | Uint32Array | Int32Array | Uint8Array | Int8Array;

/** Everything that is entered, as it is at one moment. */
export interface Entries {
  readonly values: readonly unknown[];
  readonly arrays: readonly Numbers[];
}

interface Value {
  save(): unknown;
  restore(kept: never): void;
}

export class Ledger {
  readonly #values: Value[] = [];
  readonly #arrays: Numbers[] = [];
  #refusal: string | undefined;

  /** Enters something that JSON can tell; numbers in it are finite. */
  keep<const T>(save: () => T, restore: (kept: T) => void): void {
    this.#values.push({ save, restore });
  }

  /** Enters arrays that stay the same objects. */
  keepArrays(...arrays: Numbers[]): void {
    this.#arrays.push(...arrays);
  }

  /** Says that something is there whose state nobody can write down. @param why "a box is the program x" */
  refuse(why: string): void {
    this.#refusal ??= why;
  }

  /** why nothing can be written down, where that is so */
  get refusal(): string | undefined {
    return this.#refusal;
  }

  /** how much is entered */
  get length(): { readonly values: number; readonly arrays: number } {
    return { values: this.#values.length, arrays: this.#arrays.length };
  }

  /** The first entries, as they are now; arrays themselves, no copies. */
  entries({ values, arrays }: Ledger['length']): Entries {
    return {
      values: this.#values.slice(0, values).map(value => value.save() ?? null),
      arrays: this.#arrays.slice(0, arrays),
    };
  }

  /** Puts back values in the order of their entries. Arrays are to be filled by the caller, afterwards. */
  restore(values: readonly unknown[]): void {
    values.forEach((kept, k) => {
      this.#values[k]!.restore(kept as never);
    });
  }

  /** Forgets what was entered since. */
  cut({ values, arrays }: Ledger['length']): void {
    this.#values.length = values;
    this.#arrays.length = arrays;
  }

  clear(): void {
    this.cut({ values: 0, arrays: 0 });
    this.#refusal = undefined;
  }
}
