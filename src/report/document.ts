/**
 * @file What pages have in common: one file with its style and script inside, light and dark.
 */
import { readFile } from 'node:fs/promises';
import { variables } from './figures/colours.ts';
import { html, type Markup, raw } from './html.ts';

/**
 * A page as HTML.
 * @param data script elements that the page carries along
 */
export async function document(title: string, body: Markup, data?: Markup): Promise<string> {
  const [style, script] = await Promise.all(['page.css', 'page.js'].map(beside));
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>
:root { ${raw(variables('light'))} }
@media screen and (prefers-color-scheme: dark) { :root { ${raw(variables('dark'))} } }
${raw(style!)}</style>
</head>
<body>
<div class="page">
${body}
</div>
${data}<script>
${raw(script!)}</script>
</body>
</html>
`.markup;
}

const beside = (file: string): Promise<string> => readFile(new URL(file, import.meta.url), 'utf8');
