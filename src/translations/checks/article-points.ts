// The course grew from one article; nothing that it said may get lost.
import { check } from './check.ts';
import { parseJson } from '../course.ts';

interface Point {
  readonly id: string;
  readonly en?: string;
  readonly my?: string;
  readonly chapter: string;
  readonly section: string;
}

export const articlePointsPath = 'content/chapters/article-points.json';

export const articlePoints = check(
  'article-points',
  'every point of the source article is taught in a section that exists, as soon as its chapter does',
  function* (course) {
    const source = course.files.get(articlePointsPath);
    const parsed = parseJson(source) as { readonly points?: readonly Point[] } | null;
    for (const point of parsed?.points ?? []) {
      const line = (source ?? '').slice(0, Math.max(0, (source ?? '').indexOf(`"${point.id}"`))).split('\n').length;
      if (!point.en || !point.my)
        yield {
          file: articlePointsPath,
          line,
          message: `the point "${point.id}" is not said in both languages`,
          mend: 'add "en" and "my", one sentence each',
        };
      const chapter = course.chapters.find((candidate) => candidate.id === point.chapter);
      if (point.section === 'top') continue;
      for (const [language, text] of chapter?.texts ?? []) {
        if (text.headings.some((heading) => heading.id === point.section)) continue;
        yield {
          file: articlePointsPath,
          line,
          message: `the chapter "${point.chapter}" has no section {#${point.section}} in "${language}"`,
          mend: 'name the section that teaches the point now',
        };
      }
    }
  },
);
