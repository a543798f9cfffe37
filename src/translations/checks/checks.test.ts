// Each check has two small courses in fixtures/: one that it finds fault with, on the lines that the fixture names, and one
// that it accepts. A check without both fails here.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blobId } from '../blob.ts';
import { readCourse } from '../course.ts';
import { checks } from './index.ts';

const folder = join(import.meta.dirname, 'fixtures');

/**
 * `expect FILE:LINE` lines, then the files of a course, each after `=== PATH`. `translationOf: FRESH` becomes the id of the
 * English text: the translation has been compared with it.
 */
function readFixture(name: string): { expected: string[]; files: Map<string, string> } {
  const [head = '', ...parts] = readFileSync(join(folder, `${name}.txt`), 'utf8').split(/^=== /m);
  const files = new Map(
    parts.map((part) => {
      const end = part.indexOf('\n');
      return [part.slice(0, end), part.slice(end + 1)];
    }),
  );
  const english = blobId(files.get('content/chapters/01-a/en.mdx') ?? '');
  return {
    expected: [...head.matchAll(/^expect (.+)$/gm)].map((match) => match[1] ?? ''),
    files: new Map([...files].map(([path, source]) => [path, source.replace('FRESH', english)])),
  };
}

describe.each(checks)('$name: $rule', (check) => {
  it('finds each fault, on its line, and says how to mend it', () => {
    const { expected, files } = readFixture(`${check.name}.fails`);
    const found = check.run(readCourse(files));
    expect(found.map((finding) => `${finding.file}:${finding.line}`)).toEqual(expected);
    expect(expected.length).toBeGreaterThan(0);
    for (const finding of found) {
      expect(finding.message).not.toBe('');
      expect(finding.mend).not.toBe('');
      expect(finding.severity).toBe(check.name === 'nfc' ? 'notice' : 'error');
    }
  });

  it('accepts what is right', () => {
    const { expected, files } = readFixture(`${check.name}.passes`);
    expect(expected).toEqual([]);
    expect(check.run(readCourse(files))).toEqual([]);
  });
});
