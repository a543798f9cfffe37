// The state of the translations, for the page /translations/ and for the notices in chapters: read from the files once a
// build, and anew at every request while somebody writes.
import { codeChange, sectionChange, type Change } from '../translations/changes.ts';
import { readCourse, type Course } from '../translations/course.ts';
import { readFiles } from '../translations/files.ts';
import { reportOf, type Report } from '../translations/report.ts';
import { statusOf, type SectionStatus, type TextStatus } from '../translations/staleness.ts';

/** Pages are built from the project's root. */
const root = process.cwd();

interface Workshop {
  readonly course: Course;
  readonly report: Report;
}

const kept: { course?: Course; report?: Report | undefined; at: number } = { at: 0 };

/** While somebody writes, what was read is good for one page: half a second. */
function course(): Course {
  if (!kept.course || (import.meta.env.DEV && performance.now() - kept.at > 500)) {
    kept.course = readCourse(readFiles(root));
    kept.report = undefined;
    kept.at = performance.now();
  }
  return kept.course;
}

export function workshop(): Workshop {
  const current = course();
  kept.report ??= reportOf(current.files);
  return { course: current, report: kept.report };
}

const chapterIn = (from: Course, id: string) => from.chapters.find((chapter) => chapter.id === id);

/** What changed under a text: its sections that are not fresh, then the code that it speaks of. */
export function changesOf(text: TextStatus): { sections: Map<string, Change>; code: Map<string, Change> } {
  const chapter = chapterIn(course(), text.chapter);
  if (!chapter) return { sections: new Map(), code: new Map() };
  const behind = text.sections.filter((section) => section.state === 'stale');
  return {
    sections: new Map(
      behind.map((section) => [section.id, sectionChange(root, chapter, text.language, section.id)] as const),
    ),
    code: new Map(text.changedCode.map((path) => [path, codeChange(root, chapter, text.language, path)] as const)),
  };
}

/** What a reader is told, and where in the text. */
export interface Notices {
  /** of the original's language */
  readonly original: string;
  /** on the section with that heading id; `top` is the chapter's opening */
  readonly at: ReadonlyMap<string, SectionStatus>;
  /** sections that are not in this text, before the section that they precede in the original; '' is the end */
  readonly missingBefore: ReadonlyMap<string, readonly SectionStatus[]>;
  /** files below examples/ that changed after the text was written */
  readonly changedCode: readonly string[];
}

/** The notices of a status: what is not fresh, and before which section of the translation what is missing would stand. */
export function noticesOf(status: TextStatus): Notices {
  const at = new Map<string, SectionStatus>();
  const missingBefore = new Map<string, SectionStatus[]>();
  let waiting: SectionStatus[] = [];
  for (const section of status.sections) {
    if (section.state === 'missing') {
      waiting.push(section);
      continue;
    }
    if (section.state !== 'fresh') at.set(section.id, section);
    if (waiting.length > 0) missingBefore.set(section.id, waiting);
    waiting = [];
  }
  if (waiting.length > 0) missingBefore.set('', waiting);
  return { original: status.original, at, missingBefore, changedCode: status.changedCode };
}

/** Every heading asks; a text's state is found once for each reading of the files. */
const asked = new WeakMap<Course, Map<string, Notices | null>>();

/** For the chapter's text in that language; null where nothing need be said. */
export function noticesFor(slug: string, language: string): Notices | null {
  const current = course();
  const known = asked.get(current) ?? new Map<string, Notices | null>();
  asked.set(current, known);
  const key = `${slug}/${language}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const chapter = chapterIn(current, slug);
  const status = chapter?.texts.has(language) ? statusOf(chapter, language) : null;
  const notices = status && status.state !== 'fresh' ? noticesOf(status) : null;
  known.set(key, notices);
  return notices;
}
