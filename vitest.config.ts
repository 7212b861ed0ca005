import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/engine/build-kernels.ts', 'test/fixtures/temporary.ts'],
    pool: 'forks', // onnxruntime does not like being torn down inside a worker thread
    maxWorkers: '100%', // by default one core is left to others, half of a small machine
    isolate: false, // files of one process share what they import, which is half of the time; no test mocks modules
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
