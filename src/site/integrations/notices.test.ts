// The list of other people's work: which package a bundled file belongs to, and that every licence is told in full.
import { expect, test } from 'vitest';
import { noticesText, packageOf } from './notices.ts';

test.each([
  ['/home/me/course/src/lab/lab.ts', null],
  ['/course/node_modules/minisearch/dist/es/index.js', 'minisearch'],
  ['C:\\course\\node_modules\\@codemirror\\view\\dist\\index.js', '@codemirror/view'],
  ['/course/node_modules/a/node_modules/@b/c/index.js', '@b/c'],
])('%s belongs to %s', (id, name) => {
  expect(packageOf(id)).toBe(name);
});

test('names every part first, then tells its licence in full', () => {
  const text = noticesText([
    { name: 'a', version: '1.0.0', licence: 'MIT', texts: ['Permission is hereby granted'] },
    { name: 'b', version: '2.0.0', licence: 'OFL-1.1', texts: ['This Font Software', 'NOTICE of b'] },
  ]);
  expect(text.indexOf('b 2.0.0 (OFL-1.1)')).toBeLessThan(text.indexOf('Permission is hereby granted'));
  expect(text).toContain('This Font Software\n\nNOTICE of b');
});
