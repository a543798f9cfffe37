// A page's own styles stand in it; what only import() reaches stays a file.
import { expect, test } from 'vitest';
import { comesLater, withStyles, type Chunk } from './styles.ts';

const chunk = (css: string[], imports: string[] = [], isEntry = false): Chunk => ({
  type: 'chunk',
  isEntry,
  imports,
  viteMetadata: { importedCss: new Set(css) },
});

test('what an entry imports plainly is needed at once, through however many chunks', () => {
  const later = comesLater({
    'page.js': chunk([], ['shared.js'], true),
    'shared.js': chunk(['_astro/shared.css'], ['deep.js']),
    'deep.js': chunk(['_astro/deep.css']),
    'editor.js': chunk(['_astro/editor.css', '_astro/deep.css'], ['shared.js']),
    'style.css': { type: 'asset' },
  });
  expect([...later]).toEqual(['_astro/editor.css']);
});

test('neighbouring links become one element, in their order; later ones go', () => {
  const link = (name: string): string => `<link rel="stylesheet" href="/ebpf/_astro/${name}">`;
  const html = `<head>${link('a.1.css')}${link('panels.2.css')}${link('b.3.css')}<title>x</title>${link('panels.2.css')}</head>`;
  const text = (name: string): string => `${name[0] ?? ''}{}`;
  expect(withStyles(html, new Set(['panels.2.css']), text)).toBe('<head><style>a{}b{}</style><title>x</title></head>');
});

test('a style sheet from anywhere else stays what it is', () => {
  const html = '<link rel="stylesheet" href="/other.css">';
  expect(withStyles(html, new Set(), () => 'a{}')).toBe(html);
});
