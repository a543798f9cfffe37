// chapter.json holds the few facts that all languages share; the page's order and address come from the folder's name.
import { parseJson } from '../course.ts';
import { check } from './check.ts';

export const chapterFile = check(
  'chapter-file',
  'every chapter has a chapter.json with its part and the chapters that it builds on, in a folder NUMBER-address',
  function* (course) {
    const ids = course.chapters.map((chapter) => chapter.id);
    for (const chapter of course.chapters) {
      const file = `${chapter.folder}/chapter.json`;
      const source = course.files.get(file);
      if (!/\/\d+-[a-z0-9-]+$/.test(chapter.folder)) {
        yield {
          file: chapter.folder,
          line: 1,
          message: 'the folder’s name says neither order nor address',
          mend: 'name it NUMBER-address, as 01-what-is-ebpf',
        };
      }
      if (source === undefined) {
        yield { file, line: 1, message: 'this file is missing', mend: 'write { "part": 1, "needs": [] }' };
        continue;
      }
      const lineOf = (key: string): number =>
        Math.max(
          0,
          source.split('\n').findIndex((line) => line.includes(`"${key}"`)),
        ) + 1;
      const facts = parseJson(source) as { part?: unknown; needs?: unknown } | null;
      if (facts === null) continue;
      if (!Number.isInteger(facts.part) || Number(facts.part) < 1) {
        yield {
          file,
          line: lineOf('part'),
          message: '"part" says which part of the course this chapter belongs to, as a number from 1',
          mend: 'write "part": 1 for the first part, 2 for the second; content/ui names them',
        };
      }
      for (const need of Array.isArray(facts.needs) ? facts.needs : []) {
        if (ids.includes(String(need)) && need !== chapter.id) continue;
        yield {
          file,
          line: lineOf('needs'),
          message: `"needs" names "${String(need)}", which is no other chapter`,
          mend: `the chapters are: ${ids.join(', ')}`,
        };
      }
    }
  },
);
