// What a chapter's reader is told follows from the sections' states: on the section, before the one that is missing, or not at all.
import { expect, test } from 'vitest';
import type { SectionState, SectionStatus, TextStatus } from '../translations/staleness.ts';
import { noticesFor, noticesOf, workshop } from './workshop.ts';

const status = (...states: readonly [string, SectionState][]): TextStatus => ({
  chapter: 'one',
  folder: 'content/chapters/01-one',
  language: 'my',
  original: 'en',
  path: 'content/chapters/01-one/my.mdx',
  state: 'stale',
  sections: states.map(([id, state]): SectionStatus => ({ id, title: id, state, line: 1, words: 10 })),
  changedCode: ['drop/drop.bpf.c'],
  words: 10,
  minutes: 1,
});

test('only the sections that are behind are named', () => {
  const { at, missingBefore } = noticesOf(status(['top', 'fresh'], ['a', 'stale'], ['b', 'fresh'], ['c', 'unseen']));
  expect([...at.keys()]).toEqual(['a', 'c']);
  expect(missingBefore.size).toBe(0);
});

test('what is missing is named where it would stand, at the end too', () => {
  const { at, missingBefore } = noticesOf(
    status(['top', 'fresh'], ['a', 'missing'], ['b', 'missing'], ['c', 'stale'], ['d', 'missing']),
  );
  expect([...at.keys()]).toEqual(['c']);
  expect([...missingBefore].map(([before, list]) => [before, list.map((section) => section.id)])).toEqual([
    ['c', ['a', 'b']],
    ['', ['d']],
  ]);
});

test('the course itself: a fresh text says nothing, any other says what', () => {
  for (const text of workshop().report.texts) {
    const notices = noticesFor(text.chapter, text.language);
    if (text.state === 'fresh' || text.state === 'missing') expect(notices).toBeNull();
    else expect(notices?.changedCode).toEqual(text.changedCode);
  }
  expect(noticesFor('no-such-chapter', 'my')).toBeNull();
});
