import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { escaped, html, json, prose, raw } from '../../src/report/html.ts';

test('text in a template is escaped, markup is not', () => {
  const name = '<img src=x onerror="alert(1)">';
  expect(html`<p title="${name}">${name}${raw('<b>kept</b>')}</p>`.markup).toBe(
    '<p title="&lt;img src=x onerror=&quot;alert(1)&quot;&gt;">&lt;img src=x onerror=&quot;alert(1)&quot;&gt;<b>kept</b></p>',
  );
});

test('lists are joined, nothing is nothing', () => {
  expect(html`<ul>${['a', 'b'].map(each => html`<li>${each}</li>`)}${undefined}</ul>`.markup).toBe(
    '<ul><li>a</li><li>b</li></ul>',
  );
});

property.prop([fc.string()])('escaped text has no letter that ends text or attribute', text => {
  expect(escaped(text)).not.toMatch(/[<>"']/);
});

property.prop([fc.string()])('JSON in a script element is the same value and cannot close it', text => {
  const written = json({ text: `</script>${text}` }).markup;
  expect(written).not.toContain('<');
  expect(JSON.parse(written)).toEqual({ text: `</script>${text}` });
});

test('names in backticks are set apart, and still escaped', () => {
  expect(prose('`ff` beats `<b>`').markup).toBe('<b class="name">ff</b> beats <b class="name">&lt;b&gt;</b>');
});
