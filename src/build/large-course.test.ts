// A course of 42 chapters in two languages, drawn from a seed, is one that passes all checks; e2e/large-course.spec.ts builds it.
import { expect, test } from 'vitest';
import { readCourse } from '../translations/course.ts';
import { readFiles } from '../translations/files.ts';
import { reportOf } from '../translations/report.ts';
import { countWords } from '../translations/staleness.ts';
import { CHAPTERS, largeCourse, SEED } from './large-course.ts';

const files = readFiles(process.cwd());
const drawn = largeCourse(files, CHAPTERS, SEED);
const grown = new Map([...files, ...drawn]);

test('42 chapters of realistic length pass every check, and every translation is fresh', () => {
  const course = readCourse(grown);
  expect(course.chapters).toHaveLength(CHAPTERS);
  const lengths = course.chapters.map((chapter) => countWords(chapter.texts.get('en')?.source ?? ''));
  expect(Math.min(...lengths)).toBeGreaterThan(1000);
  const report = reportOf(grown);
  expect(report.findings).toEqual(reportOf(files).findings);
  expect(report.texts.filter((text) => drawn.has(text.path) && text.state !== 'fresh')).toEqual([]);
});

test('the same seed draws the same course, another seed another', () => {
  expect(largeCourse(files, CHAPTERS, SEED)).toEqual(drawn);
  expect(largeCourse(files, CHAPTERS, SEED + 1)).not.toEqual(drawn);
});
