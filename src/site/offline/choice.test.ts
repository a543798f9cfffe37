// Who keeps a language gets its pages and the editor for the device, and no other's.
import { expect, test } from 'vitest';
import { bytesOf, filesFor, type OfflineFiles } from './choice.ts';

const list: OfflineFiles = {
  version: '1',
  files: ['/e/', '/e/my/', '/e/en/', '/e/en/glossary/', '/e/_astro/monaco.1.js', '/e/_astro/codemirror.1.js'].map(
    (path) => ({
      path,
      bytes: 10,
    }),
  ),
};
const choice = { base: '/e/', language: 'en', languages: ['my', 'en'] } as const;
const paths = (device: 'touch' | 'mouse'): string[] => filesFor(list, { ...choice, device }).map((file) => file.path);

test('one language, and what belongs to none', () => {
  expect(paths('mouse')).toEqual([
    '/e/',
    '/e/en/',
    '/e/en/glossary/',
    '/e/_astro/monaco.1.js',
    '/e/_astro/codemirror.1.js',
  ]);
});

test('the large editor is not for fingers', () => {
  expect(paths('touch')).toEqual(['/e/', '/e/en/', '/e/en/glossary/', '/e/_astro/codemirror.1.js']);
});

test('sizes add up', () => {
  expect(bytesOf(list.files)).toBe(60);
});
