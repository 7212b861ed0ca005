// Makes TypeScript importable as it is: by tsx on Node 20, by Node itself from 22.18, except in node_modules, where it refuses.
const packaged = import.meta.url.includes('/node_modules/');
if (!process.features.typescript || packaged) (await import('tsx/esm/api')).register();
