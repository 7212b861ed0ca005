/**
 * @file The compiled AssemblyScript module. `src/setup.js` builds it into `build/kernels.wasm`; it is compiled to
 * machine code once per thread and instantiated once per memory.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

type Numbers<N extends number, Result, List extends number[] = []> = List['length'] extends N
  ? (...numbers: List) => Result
  : Numbers<N, Result, [...List, number]>;

/** What `kernels/index.ts` exports; matrices are byte addresses. */
export interface Exports {
  normaliseRows: Numbers<6, void>;
  normaliseRowsBack: Numbers<8, void>;
  sumSquares: Numbers<4, void>;
  columnSums: Numbers<5, void>;
  scaleRows: Numbers<5, void>;
  addRow: Numbers<4, void>;
  transpose: Numbers<5, void>;
  copy: Numbers<6, void>;
  addScaled: Numbers<4, void>;
  gate: Numbers<5, void>;
  quantise: Numbers<10, void>;
  allFinite: Numbers<2, number>;
  rectify: Numbers<8, void>;
  rectifyBack: Numbers<9, void>;
  addGaussian: Numbers<7, void>;
  addGaussianRows: Numbers<9, void>;
  uniform: Numbers<9, void>;
  signs: Numbers<7, void>;
  mixRows: Numbers<8, number>;
  mixRowsBack: Numbers<8, number>;
  adam: Numbers<13, void>;
  momentum: Numbers<8, void>;
  writeBounded: Numbers<6, void>;
  pulse: Numbers<19, number>;
  coincide: Numbers<19, number>;
}

const path = fileURLToPath(new URL('../../build/kernels.wasm', import.meta.url));
let compiled: WebAssembly.Module | undefined;

/** @throws Error when the kernels have not been built */
export function instantiate(memory: WebAssembly.Memory): Exports {
  compiled ??= new WebAssembly.Module(built());
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Exports;
}

function built(): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new Error(`${path} is missing: run \`npm run build\``, { cause });
  }
}
