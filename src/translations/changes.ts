// What changed in the original since a translation was accepted? For the terminal and for the page /translations/.
// Needs git's history; where that does not reach back, only what stands there now is known.
import type { Chapter } from './course.ts';
import { diffLines, type DiffLine } from './diff.ts';
import { fileThen, sectionThen } from './history.ts';
import { noPins } from './pins.ts';

export interface Change {
  /** never accepted, no longer in the history, or known line by line */
  readonly known: 'never' | 'lost' | 'lines';
  /** as it stands now; null when it is gone */
  readonly now: string | null;
  /** from what was accepted to what is there now; empty unless `known` is `lines` */
  readonly lines: readonly DiffLine[];
}

function change(pin: string | undefined, then: string | null, now: string | null): Change {
  if (pin === undefined) return { known: 'never', now, lines: [] };
  if (then === null) return { known: 'lost', now, lines: [] };
  return { known: 'lines', now, lines: diffLines(then, now ?? '') };
}

/** Of the original's section with that heading id. */
export function sectionChange(root: string, chapter: Chapter, language: string, section: string): Change {
  const original = chapter.texts.get(chapter.original ?? '');
  const pin = chapter.pins.get(language)?.sections[section];
  const now = original?.sections.find((candidate) => candidate.id === section)?.source ?? null;
  return change(pin, pin && original ? sectionThen(root, original.path, section, pin) : null, now);
}

/** Of a file below examples/ that the chapter shows. */
export function codeChange(root: string, chapter: Chapter, language: string, path: string): Change {
  const pin = (chapter.pins.get(language) ?? noPins).code[path];
  return change(pin, pin ? fileThen(root, `examples/${path}`, pin) : null, chapter.code.get(path) ?? null);
}
