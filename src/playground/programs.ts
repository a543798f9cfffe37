// The files of one example: what the course says, what the reader made of it, and where each is shown.
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { CodeEditor } from './editor/editor.ts';
import { keeperFor, type Keeper } from './keep.ts';
import { originalText } from './still.ts';

/** `program`: compiled and run; `header`: found by #include; `companion`: goes along to Linux, the page does not run it */
export type FileKind = 'program' | 'header' | 'companion';

export interface Program {
  readonly file: string;
  readonly kind: FileKind;
  readonly original: string;
  readonly keeper: Keeper;
  readonly still: HTMLElement;
  readonly surface: HTMLElement;
  text: string;
  editor: CodeEditor | null;
  diagnostics: readonly Diagnostic[];
}

export function readPrograms(root: HTMLElement): Map<string, Program> {
  const example = root.dataset['example'] ?? '';
  const programs = new Map<string, Program>();
  for (const section of root.querySelectorAll<HTMLElement>('.program')) {
    const file = section.dataset['file'] ?? '';
    const kind = (section.dataset['kind'] ?? 'program') as FileKind;
    const surface = section.querySelector<HTMLElement>('.surface');
    const still = section.querySelector<HTMLElement>('pre');
    if (!surface || !still) continue;
    const original = originalText(still);
    const keeper = keeperFor(example, file);
    programs.set(file, {
      file,
      kind,
      original,
      keeper,
      still,
      surface,
      text: original,
      editor: null,
      diagnostics: [],
    });
  }
  return programs;
}
