// What the playground asks of an editor. Two implementations: Monaco for a mouse, a plain field for fingers.

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
  /** replaces everything, undoable where the editor can undo; does not count as a change by the reader */
  setText(text: string): void;
  showProblems(problems: readonly EditorProblem[]): void;
  goTo(line: number, column: number): void;
  focus(): void;
}

export interface EditorOptions {
  readonly text: string;
  /** what a screen reader says */
  readonly label: string;
  readonly onChange: () => void;
  /** the static code that the editor takes the place of: its measures are the editor's */
  readonly still: HTMLElement;
}

export type OpenEditor = (host: HTMLElement, options: EditorOptions) => CodeEditor;

/** Fingers get the plain field: Monaco does not support Android's keyboards. */
export async function loadEditor(): Promise<OpenEditor> {
  return matchMedia('(pointer: coarse)').matches
    ? (await import('./plain.ts')).openPlainEditor
    : (await import('./monaco.ts')).openMonaco;
}
