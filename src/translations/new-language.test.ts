// A third language is added by adding files only: here to the course itself, in memory.
import { describe, expect, it } from 'vitest';
import { readCourse } from './course.ts';
import { readFiles } from './files.ts';
import { newLanguage } from './new-language.ts';
import { reportOf } from './report.ts';

const files = readFiles(process.cwd());
const course = readCourse(files);
const [chapter] = course.chapters;
/** A code that ISO 639 leaves for private use: no translation will ever bear it. */
const code = 'qaa';

describe('a third language', () => {
  const added = newLanguage(course, code, chapter?.id);
  const grown = new Map([...files, ...added]);

  it('consists of new files', () => {
    expect([...added.keys()].filter((path) => files.has(path))).toEqual([]);
    expect([...added.keys()]).toEqual(
      expect.arrayContaining([
        'content/ui/qaa/site.json',
        'content/glossary/terms.qaa.json',
        `${chapter?.folder ?? ''}/qaa.mdx`,
      ]),
    );
  });

  it('shows in the report: its chapter to do, the others missing, its strings there', () => {
    const report = reportOf(grown);
    expect(report.languages).toEqual([...course.languages, code].sort());
    const own = report.texts.filter((text) => text.language === code);
    expect(own).toHaveLength(course.chapters.length);
    expect(own.find((text) => text.chapter === chapter?.id)?.state).not.toBe('fresh');
    expect(report.strings.filter((status) => status.language === code && status.missing.length > 0)).toEqual([]);
  });

  it('breaks nothing for the languages that are there', () => {
    const before = reportOf(files);
    const after = reportOf(grown);
    expect(after.findings).toEqual(before.findings);
    const others = (texts: typeof after.texts): unknown[] => texts.filter((text) => text.language !== code);
    expect(others(after.texts)).toEqual(before.texts);
  });

  it('is refused when its code is none', () => {
    expect(() => newLanguage(course, 'Thai language')).toThrow('language code');
  });
});
