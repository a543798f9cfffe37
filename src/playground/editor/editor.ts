// What the playground asks of an editor, and what an editor may ask of the playground. Two implementations: Monaco for a
// mouse and a keyboard, CodeMirror for fingers. The reader may choose the other one; the choice is kept on the device.
import type { CompletionReport, HoverReport, Place, SignatureReport, SymbolReport, Topic } from '../../lab/api.ts';
import type { EditorWords } from './words.ts';

export type { EditorWords };

export interface EditorProblem {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly severity: 'error' | 'warning' | 'note';
  readonly message: string;
}

export interface CodeEditor {
  text(): string;
  /** replaces what differs, as one step that can be undone; does not count as a change by the reader */
  setText(text: string): void;
  /** `calm`: nobody is typing, so that lines may move to make room for what is wrong with them */
  showProblems(problems: readonly EditorProblem[], calm?: boolean): void;
  goTo(line: number, column: number): void;
  focus(): void;
  /** long lines go on below instead of to the right */
  setWrap(wrap: boolean): void;
  /** formats the text, as one step that can be undone */
  format(): Promise<void>;
  /** shows what the file declares, for the reader to go there */
  outline(): Promise<void>;
  /** takes the editor out of the page; the text is the caller's to keep */
  close(): void;
}

/** The language service, asked about this editor's file. Places count from 1; columns are UTF-16 units. */
export interface EditorLanguage {
  hover(place: Place): Promise<HoverReport | null>;
  complete(place: Place): Promise<CompletionReport | null>;
  signature(place: Place): Promise<SignatureReport | null>;
  /** leads the reader to where the name is declared, in this file or another */
  define(place: Place): Promise<void>;
  formatted(): Promise<string | null>;
  /** what the file declares, in the order of the text */
  symbols(): Promise<readonly SymbolReport[]>;
  /** what a helper does, or a map is, in the page's language; null where nothing is written about it */
  about(topic: Topic): Promise<string | null>;
}

export interface EditorOptions {
  readonly text: string;
  readonly file: string;
  /** what a screen reader says */
  readonly label: string;
  readonly onChange: () => void;
  /** the static code that the editor takes the place of: its measures are the editor's */
  readonly still: HTMLElement;
  readonly language: EditorLanguage;
  readonly words: EditorWords;
  readonly wrap: boolean;
  /** where a row of keys for fingers goes: it stays above the on-screen keyboard */
  readonly keys: HTMLElement;
  readonly readOnly?: boolean;
}

export type OpenEditor = (host: HTMLElement, options: EditorOptions) => CodeEditor;

export type EditorKind = 'monaco' | 'codemirror';

const CHOICE = 'meet-ebpf:editor';

/** The reader's choice, or what suits the device: Monaco does not support Android's keyboards. */
export function chosenEditor(): EditorKind {
  try {
    const kept = localStorage.getItem(CHOICE);
    if (kept === 'monaco' || kept === 'codemirror') return kept;
  } catch {
    // Forbidden: the device decides.
  }
  return matchMedia('(pointer: coarse)').matches ? 'codemirror' : 'monaco';
}

export function chooseEditor(kind: EditorKind): void {
  try {
    localStorage.setItem(CHOICE, kind);
  } catch {
    // Then the choice lasts as long as the page.
  }
}

export async function loadEditor(kind: EditorKind): Promise<OpenEditor> {
  return kind === 'codemirror'
    ? (await import('./codemirror.ts')).openCodeMirror
    : (await import('./monaco.ts')).openMonaco;
}

/** The smallest stretch in which two texts differ: what has to be replaced so that cursors and undo survive. */
export function difference(before: string, after: string): { from: number; to: number; insert: string } {
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from++;
  let tail = 0;
  while (tail < shorter - from && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  return { from, to: before.length - tail, insert: after.slice(from, after.length - tail) };
}
