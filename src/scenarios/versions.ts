/** @file Which programs made a result. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const versionOf = (file: string): string => (require(file) as { version: string }).version;

/** Versions of this project and of what the numbers depend on. */
export const versions = (): Record<string, string> => ({
  mortal: versionOf('../../package.json'),
  'onnxruntime-node': versionOf('onnxruntime-node/package.json'),
  node: process.versions.node,
});
