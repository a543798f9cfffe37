// The mark beside a program's answer.
import { expect, test } from 'vitest';
import { markOf } from './verdict.ts';

test.each([
  ['XDP_PASS', 'passed'],
  ['XDP_TX', 'passed'],
  ['TC_ACT_OK', 'passed'],
  ['XDP_DROP', 'dropped'],
  ['XDP_ABORTED', 'dropped'],
  ['TC_ACT_SHOT', 'dropped'],
  ['17', 'other-verdict'],
  ['', 'other-verdict'],
])('%s: %s', (verdict, mark) => expect(markOf(verdict)).toBe(mark));
