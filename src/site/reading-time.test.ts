// Reading time counts what is read: words and syllables, not code, addresses or components.
import { expect, test } from 'vitest';
import { readingMinutes } from './reading-time.ts';

test('English by words', () => expect(readingMinutes('word '.repeat(1000))).toBe(5));
test('Burmese by syllables', () => expect(readingMinutes('ကွန်ရက်ပက်ကတ် '.repeat(165))).toBe(2));
test('code, front matter, addresses and components do not count', () => {
  const extras = `---\ntitle: ${'x '.repeat(999)}\n---\n\`\`\`c\n${'int a; '.repeat(999)}\n\`\`\`\n<Example name="${'a '.repeat(999)}" />`;
  expect(readingMinutes(`${extras}\n[two words](https://example.org/${'a/'.repeat(999)})`)).toBe(1);
});
