/** @file Arrays in a file: they come back as they were, Python reads them, and damage is known. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { decode, encode, type Tensors } from '../../src/engine/safetensors.ts';
import { freshFolder } from '../fixtures/folders.ts';

const some: Tensors = {
  tensors: {
    'layer/1/weights': { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, 1e-30, -7) },
    bias: { shape: [1], data: Float32Array.of(0.25) },
  },
  metadata: { seed: '11', words: 'straße, "quoted"\n' },
};

describe('a safetensors file', () => {
  const tensor = fc
    .tuple(fc.nat(4), fc.nat(4))
    .chain(([rows, columns]) =>
      fc
        .float32Array({ minLength: rows * columns, maxLength: rows * columns })
        .map(data => ({ shape: [rows, columns], data })),
    );
  test.prop([
    fc.dictionary(
      fc.string({ minLength: 1 }).filter(name => name !== '__metadata__' && name !== '__proto__'),
      tensor,
    ),
    fc.dictionary(
      fc.string().filter(name => name !== 'sha256' && name !== '__proto__'),
      fc.string(),
    ),
  ])('gives back what was put in', (tensors, metadata) => {
    const back = decode(encode({ tensors, metadata }));
    expect({ ...back.metadata }).toEqual({ ...metadata });
    expect({ ...back.tensors }).toEqual({ ...tensors });
    const padded = Buffer.concat([Buffer.from('xyz'), encode({ tensors, metadata })]).subarray(3); // as files are read
    expect({ ...decode(padded).tensors }).toEqual({ ...tensors });
  });

  const bytes = encode(some);
  test.each<[string, Uint8Array, string]>([
    ['is empty', new Uint8Array(0), 'no safetensors file'],
    [
      'is something else',
      new TextEncoder().encode('{"a": "a rather long JSON text"}'),
      'no safetensors file',
    ],
    ['is cut off in its numbers', bytes.slice(0, -3), 'cut off or damaged'],
    ['is cut off in its header', bytes.slice(0, 60), 'cut off'],
    ['has a number changed', bytes.with(bytes.length - 5, bytes.at(-5)! ^ 1), 'is damaged'],
    ['has a header that is no JSON', bytes.with(8, 0x5b), 'not JSON'],
  ])('that %s is refused with a reason', (_, broken, reason) => {
    expect(() => decode(broken)).toThrow(reason);
  });

  test('is read by a plain reader of the format in Python', () => {
    const python = spawnSync('python3', ['--version']);
    if (python.error) return expect(python.error.message).toContain('ENOENT');
    const path = join(freshFolder(), 'some.safetensors');
    writeFileSync(path, bytes);
    const script = `
import json, struct, sys
raw = open(sys.argv[1], 'rb').read()
n = struct.unpack('<Q', raw[:8])[0]
header = json.loads(raw[8:8 + n])
a, b = header['layer/1/weights']['data_offsets']
print(json.dumps([n % 8, header['__metadata__']['seed'], struct.unpack('<6f', raw[8 + n + a:8 + n + b])[:3]]))`;
    const { stdout } = spawnSync('python3', ['-c', script, path], { encoding: 'utf8' });
    expect(JSON.parse(stdout)).toEqual([0, '11', [1, -2, 3.5]]);
  });
});
