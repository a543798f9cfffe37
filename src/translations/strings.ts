// Files of strings that exist once a language: interface, messages, words of diagrams. Which strings does a language lack?
import { parseJson, type Course } from './course.ts';

export interface StringsStatus {
  readonly language: string;
  /** the file in that language, whether it is there or not */
  readonly path: string;
  /** the English file that it goes with */
  readonly english: string;
  readonly total: number;
  /** keys that English has and this language lacks, as paths: menu.chapters */
  readonly missing: readonly string[];
  /** keys that English does not have: mistyped, or left over */
  readonly extra: readonly string[];
}

/** content/ui/en/site.json, content/…/packet-path.en.json → the same path in another language; null for other files. */
export function inLanguage(path: string, language: string): string | null {
  if (!/^content\/.*\.json$/.test(path)) return null;
  if (path.includes('/en/')) return path.replace('/en/', `/${language}/`);
  return path.endsWith('.en.json') ? path.replace(/\.en\.json$/, `.${language}.json`) : null;
}

/** Every path to a string in a JSON value. */
export function stringPaths(value: unknown, at = ''): string[] {
  if (typeof value === 'string') return [at];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => stringPaths(inner, at === '' ? key : `${at}.${key}`));
}

/** Files with gaps first. */
export function stringsStatus(course: Course): StringsStatus[] {
  const found: StringsStatus[] = [];
  for (const [english, source] of course.files) {
    const expected = stringPaths(parseJson(source));
    for (const language of course.languages) {
      const path = language === 'en' ? null : inLanguage(english, language);
      if (path === null) continue;
      const has = stringPaths(parseJson(course.files.get(path)));
      found.push({
        language,
        path,
        english,
        total: expected.length,
        missing: expected.filter((key) => !has.includes(key)),
        extra: has.filter((key) => !expected.includes(key)),
      });
    }
  }
  const gaps = (status: StringsStatus): number => status.missing.length + status.extra.length;
  return found.sort((a, b) => Number(gaps(b) > 0) - Number(gaps(a) > 0) || a.path.localeCompare(b.path));
}
