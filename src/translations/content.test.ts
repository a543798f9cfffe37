// The checks over the course itself. Staleness is reported by `npm run translations`, and never fails here.
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checks } from './checks/index.ts';
import { describeFinding } from './checks/check.ts';
import { pages } from './checks/dead-links.ts';
import { readCourse } from './course.ts';
import { readFiles } from './files.ts';
import { reportOf } from './report.ts';

const files = readFiles(process.cwd());
const course = readCourse(files);

it.each(checks)('$name: $rule', (check) => {
  const broken = check.run(course).filter((finding) => finding.severity === 'error');
  expect(broken.map(describeFinding).join('\n'), 'mend what is named here').toBe('');
});

describe('the course', () => {
  it('has its chapters in English and Burmese', () => {
    expect(course.languages).toEqual(expect.arrayContaining(['en', 'my']));
    for (const chapter of course.chapters)
      expect([...chapter.texts.keys()], chapter.folder).toEqual(expect.arrayContaining(['en', 'my']));
  });

  it('has chapters of 1,200 to 2,500 English words', () => {
    for (const chapter of course.chapters) {
      const prose = (chapter.texts.get('en')?.source ?? '').replace(/^---[\s\S]*?\n---/, '').replace(/<[^>]*>/g, ' ');
      const words = prose.match(/[A-Za-z0-9][\w.'’-]*/g)?.length ?? 0;
      expect(words, chapter.folder).toBeGreaterThanOrEqual(1200);
      expect(words, chapter.folder).toBeLessThanOrEqual(2500);
    }
  });

  it('has a glossary of at least eighty terms in both languages', () => {
    const complete = course.glossary.filter((term) => term.forms.has('en') && term.forms.has('my'));
    expect(complete.length).toBeGreaterThanOrEqual(80);
  });

  it('knows for every point of the source article which chapter and section teaches it', () => {
    const source = files.get('content/chapters/article-points.json') ?? '';
    const { points } = JSON.parse(source) as { points: { id: string; chapter: string; section: string }[] };
    // The article's points were counted once; nobody takes one away in passing.
    expect(points).toHaveLength(27);
    expect(new Set(points.map((point) => point.id)).size).toBe(points.length);
    const taught = new Set(points.map((point) => point.chapter));
    expect([...taught]).toEqual(['what-is-ebpf', 'kernel-patch', 'kernel-module', 'ebpf-program']);
    expect(course.chapters.map((chapter) => chapter.id)).toEqual(expect.arrayContaining([...taught]));
    for (const point of points) expect(point.section).not.toBe('');
  });

  it('has the pages that links may lead to', () => {
    for (const page of pages) expect(existsSync(`src/pages/[language]/${page || 'index'}.astro`), page).toBe(true);
  });

  it('is reported the same way twice', () => {
    expect(reportOf(files)).toEqual(reportOf(readFiles(process.cwd())));
  });
});
