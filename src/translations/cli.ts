// npm run translations: what is stale, missing or broken, what changed, and the word that it has been dealt with.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { accept, type Writes } from './accept.ts';
import { codeChange, sectionChange } from './changes.ts';
import { readCourse, type Chapter, type Course } from './course.ts';
import { renderDiff } from './diff.ts';
import { readFiles } from './files.ts';
import { newLanguage } from './new-language.ts';
import { reportOf } from './report.ts';
import { statusOf } from './staleness.ts';
import { renderMarkdown, renderTable } from './table.ts';

const usage = `npm run translations                                  the table: what is stale, missing, fresh, broken
npm run translations -- diff CHAPTER [SECTION]        what changed in the original since the translation was accepted
npm run translations -- accept CHAPTER [SECTION]      the translation says the same again as the original does now
npm run translations -- new LANGUAGE [CHAPTER]        the files that a further language, or its next chapter, needs
npm run translations -- mend                          bring every text into Unicode NFC

  --language CODE    which translation, where a chapter has several; the original's own code for "diff" and "accept" of its code
  --markdown         the table for a comment on a pull request
  --json             the whole report`;

/** What a contributor can mend; anything else that is thrown is our fault and shows as such. */
class Mistake extends Error {}

interface Answer {
  readonly text: string;
  readonly status: 0 | 1 | 2;
}

/** Status: 0 done, 1 a check failed (table only), 2 wrong usage. Staleness alone is never a failure. */
export function run(root: string, parameters: readonly string[]): Answer {
  try {
    const { values, positionals } = parseArgs({
      args: [...parameters],
      allowPositionals: true,
      options: {
        language: { type: 'string' },
        markdown: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    if (values.help) return { text: usage, status: 0 };
    const [command, first, second] = positionals;
    const files = readFiles(root);
    const course = readCourse(files);
    switch (command) {
      case undefined: {
        const report = reportOf(files);
        const text = values.json
          ? JSON.stringify(report, null, 2)
          : values.markdown
            ? renderMarkdown(report)
            : renderTable(report);
        return { text, status: report.findings.some((finding) => finding.severity === 'error') ? 1 : 0 };
      }
      case 'diff': {
        const chapter = chapterOf(course, first);
        return { text: diff(root, chapter, languageFor(chapter, values.language), second), status: 0 };
      }
      case 'accept': {
        const chapter = chapterOf(course, first);
        const language = languageFor(chapter, values.language);
        return {
          text:
            write(
              root,
              mistakes(() => accept(chapter, language, second)),
            ) || 'nothing to do: everything is accepted already',
          status: 0,
        };
      }
      case 'new': {
        if (first === undefined) throw new Mistake('which language? npm run translations -- new th');
        const written = write(
          root,
          mistakes(() => newLanguage(course, first, second)),
        );
        return {
          text:
            written === ''
              ? 'nothing to do: these files are there already'
              : `${written}\n\nTranslate the strings in these files; what is left in English shows in English. "npm run translations -- new ${first} CHAPTER" starts a chapter.`,
          status: 0,
        };
      }
      case 'mend': {
        const writes = new Map(
          [...files]
            .filter(([path, source]) => path.startsWith('content/') && source !== source.normalize('NFC'))
            .map(([path, source]) => [path, source.normalize('NFC')]),
        );
        return { text: write(root, writes) || 'nothing to do: every text is in NFC', status: 0 };
      }
      default:
        throw new Mistake(`"${command}" is not a command`);
    }
  } catch (error) {
    const isUsage = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
    if (!(error instanceof Mistake) && !isUsage) throw error;
    return { text: `${error.message}\n\n${usage}`, status: 2 };
  }
}

/** A sentence for the contributor, thrown deeper down, is a mistake of theirs and not of ours. */
function mistakes<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof Error ? new Mistake(error.message) : error;
  }
}

function chapterOf(course: Course, id: string | undefined): Chapter {
  const known = course.chapters.map((chapter) => chapter.id).join(', ');
  if (id === undefined) throw new Mistake(`which chapter? There are: ${known}`);
  const found = course.chapters.find((chapter) => chapter.id === id || chapter.folder.endsWith(`/${id}`));
  if (!found) throw new Mistake(`there is no chapter "${id}"; there are: ${known}`);
  return found;
}

/** The only translation, unless another is asked for. */
function languageFor(chapter: Chapter, asked: string | undefined): string {
  if (asked !== undefined) {
    if (!chapter.texts.has(asked)) throw new Mistake(`${chapter.folder} has no ${asked}.mdx`);
    return asked;
  }
  const translations = [...chapter.texts.keys()].filter((language) => language !== chapter.original);
  const [only] = translations;
  if (only === undefined || translations.length > 1)
    throw new Mistake(`which language? Add --language with one of: ${[...chapter.texts.keys()].join(', ')}`);
  return only;
}

function write(root: string, writes: Writes): string {
  for (const [path, source] of writes) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), source);
  }
  return [...writes.keys()].map((path) => `wrote ${path}`).join('\n');
}

/** Where a section that a text lacks would stand: before the section that follows it in the original, or at the end. */
function placeFor(chapter: Chapter, language: string, section: string): string {
  const text = chapter.texts.get(language);
  const sections = chapter.texts.get(chapter.original ?? '')?.sections ?? [];
  const after = sections.slice(sections.findIndex((each) => each.id === section) + 1);
  const next = after.flatMap((each) => text?.sections.find((own) => own.id === each.id) ?? [])[0];
  const path = `${chapter.folder}/${language}.mdx`;
  return next
    ? `put it into ${path} before line ${next.line}, before "${next.title}" {#${next.id}}`
    : `put it at the end of ${path}`;
}

/** What changed, section by section and then the code, with the lines to go to. */
function diff(root: string, chapter: Chapter, language: string, only: string | undefined): string {
  const status = statusOf(chapter, language);
  const original = chapter.texts.get(chapter.original ?? '');
  if (!status || !original)
    throw new Mistake(
      `it is not clear which text of ${chapter.id} was written first: exactly one must lack "translationOf:"`,
    );
  if (only !== undefined && !status.sections.some((section) => section.id === only)) {
    throw new Mistake(
      `${original.path} has no section "${only}"; there are: ${status.sections.map((section) => section.id).join(', ')}`,
    );
  }
  const parts = status.sections.flatMap((section) => {
    if (section.state === 'fresh' || (only !== undefined && section.id !== only)) return [];
    const { known, now, lines } = sectionChange(root, chapter, language, section.id);
    const line = original.sections.find((candidate) => candidate.id === section.id)?.line ?? 1;
    const there = section.line === null ? placeFor(chapter, language, section.id) : `${status.path}:${section.line}`;
    const where = `${original.path}:${line}  →  ${there}`;
    const note = {
      never: 'never accepted; the whole section:\n',
      lost: 'the history here does not reach back; the whole section:\n',
      lines: '',
    }[known];
    return [`#${section.id}  ${section.state}\n${where}\n${note}\n${known === 'lines' ? renderDiff(lines) : now}\n`];
  });
  const code =
    only !== undefined
      ? []
      : status.changedCode.map((path) => {
          const { known, now, lines } = codeChange(root, chapter, language, path);
          const body =
            now === null
              ? 'this file is gone'
              : known === 'lines'
                ? renderDiff(lines)
                : 'the history here does not reach back; read the file';
          return `examples/${path}  code changed; does ${status.path} still tell the truth?\n\n${body}\n`;
        });
  const all = [...parts, ...code];
  if (all.length === 0) return `${status.path} is fresh: nothing to compare`;
  return `${all.join('\n')}\nDone? npm run translations -- accept ${chapter.id}${only === undefined ? '' : ` ${only}`} --language ${language}`;
}

if (import.meta.main) {
  const answer = run(process.cwd(), process.argv.slice(2));
  (answer.status === 2 ? process.stderr : process.stdout).write(`${answer.text}\n`);
  process.exitCode = answer.status;
}
