// A word gets its capital, code never does.
import { expect, test } from 'vitest';
import { sentence } from './sentence.ts';

test.each([
  ['this pointer may be NULL', 'This pointer may be NULL'],
  ['a', 'A'],
  ['bpf_map_lookup_elem() gives NULL', 'bpf_map_lookup_elem() gives NULL'],
  ['exit(0) ends it', 'exit(0) ends it'],
  ['r1 is a number', 'r1 is a number'],
  ['sk->family is read', 'sk->family is read'],
  ['NULL is used', 'NULL is used'],
  ['ကိုယ့် program', 'ကိုယ့် program'],
  ['', ''],
])('%s', (text, expected) => {
  expect(sentence(text, 'en')).toBe(expected);
  expect(sentence(text, 'my')).toBe(text);
});
