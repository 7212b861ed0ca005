#!/usr/bin/env node
// The command `mortal`. JavaScript, so that it can say what is amiss where TypeScript cannot be loaded yet.
import { checkNode } from './setup.js';

try {
  checkNode();
  await import('./typescript.js');
} catch (error) {
  const missing = error.code === 'ERR_MODULE_NOT_FOUND';
  console.error(
    `mortal: ${missing ? 'its packages are not installed; run "npm install" in its folder' : error.message}`,
  );
  process.exit(2);
}
for (const stream of [process.stdout, process.stderr])
  stream.on('error', error => {
    if (error.code !== 'EPIPE') throw error; // `mortal list | head` has read enough; a run goes on without a listener
  });
const { main } = await import('./cli/main.ts');
process.exitCode = await main(process.argv.slice(2));
