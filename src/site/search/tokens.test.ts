// Burmese is cut by syllable, identifiers by part, and what looks the same is the same.
import { expect, test } from 'vitest';
import { normalised, tokens } from './tokens.ts';

test.each([
  ['ကွန်ရက်ပက်ကတ်တစ်ခု', 'ကွန် ရက် ပက် ကတ် တစ် ခု'],
  ['မှတ်ဉာဏ်', 'မှတ် ဉာဏ်'],
  ['အန္တရာယ်', 'အန္တ ရာယ်'],
  ['ထို့ကြောင့်', 'ထို့ ကြောင့်'],
  ['ဒေတာဖွဲ့စည်းပုံ', 'ဒေ တာ ဖွဲ့ စည်း ပုံ'],
  ['bpf_map_lookup_elem()', 'bpf map lookup elem'],
  ['kernel ကို၊ packet။', 'kernel ကို packet'],
  ['', ''],
])('%s', (text, cut) => expect(tokens(text)).toEqual(cut === '' ? [] : cut.split(' ').map(normalised)));

test('the order in which marks were typed, joiners and digits make no difference', () => {
  const typed = 'ကြောင\u1037\u103A';
  expect(tokens('ကြောင\u103A\u1037')).toEqual(tokens(typed));
  expect(tokens('က\u200Bွန်')).toEqual(tokens('ကွန်'));
  expect(tokens('၂၀၂၆')).toEqual(tokens('2026'));
});
