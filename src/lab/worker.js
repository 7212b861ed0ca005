// Where a worker thread starts. Node 20 starts no worker from TypeScript, so this file is JavaScript and brings tsx along.
import '../typescript.js';

export const { work } = await import('./work.ts');
