// Addresses: of our pages, and of the files that a reader mends.
import { expect, test } from 'vitest';
import { cardFor, editAddress, fileAddress, page, repositoryAddress } from './site.ts';

test('pages', () => {
  expect(page()).toBe('/');
  expect(page('my', 'what-is-ebpf')).toBe('/my/what-is-ebpf/');
});
test('a repository is named in any of npm’s ways', () => {
  expect(repositoryAddress({ url: 'git+https://example.org/a/b.git' })).toBe('https://example.org/a/b');
  expect(repositoryAddress('https://example.org/a/b')).toBe('https://example.org/a/b');
  expect(repositoryAddress('https://example.org/a/b/')).toBe('https://example.org/a/b');
  expect(repositoryAddress(undefined)).toBeNull();
});
test('a file to mend', () => {
  expect(editAddress('content/a.mdx', 'https://example.org/a/b')).toBe(
    'https://example.org/a/b/edit/main/content/a.mdx',
  );
  expect(editAddress('content/a.mdx', null)).toBeNull();
});
test('a file to look at, on a line', () => {
  expect(fileAddress('a.mdx', 7, 'https://example.org/a/b')).toBe('https://example.org/a/b/blob/main/a.mdx#L7');
  expect(fileAddress('a.mdx', null, 'https://example.org/a/b')).toBe('https://example.org/a/b/blob/main/a.mdx');
  expect(fileAddress('a.mdx', 7, null)).toBeNull();
});
test('a preview card, of the language or of English', () => {
  expect(cardFor('my')).toBe('/card-my.png');
  expect(cardFor('qaa')).toBe('/card-en.png');
});
