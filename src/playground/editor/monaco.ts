// Monaco, with the page's own grammar, colours, face and measures. The only file that imports it.
import * as monaco from 'monaco-editor/editor';
import 'monaco-editor/features/bracketMatching/register';
import 'monaco-editor/features/caretOperations/register';
import 'monaco-editor/features/clipboard/register';
import 'monaco-editor/features/codicon/register';
import 'monaco-editor/features/comment/register';
import 'monaco-editor/features/cursorUndo/register';
import 'monaco-editor/features/find/register';
import 'monaco-editor/features/gotoError/register';
import 'monaco-editor/features/hover/register';
import 'monaco-editor/features/indentation/register';
import 'monaco-editor/features/linesOperations/register';
import 'monaco-editor/features/readOnlyMessage/register';
import 'monaco-editor/features/smartSelect/register';
import 'monaco-editor/features/toggleTabFocusMode/register';
import 'monaco-editor/features/wordOperations/register';
import { shikiToMonaco } from '@shikijs/monaco';
import EditorWorker from 'monaco-editor/editor/editor.worker?worker';
import { createHighlighterCoreSync } from 'shiki/core';
import { createJavaScriptRegexEngine } from 'shiki/engine/javascript';
import c from 'shiki/langs/c.mjs';
import { codeThemes } from '../code-themes.ts';
import { element } from '../dom.ts';
import type { EditorProblem, OpenEditor } from './editor.ts';
import './monaco.css';

const themeNow = (): string => `lacquer-${document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light'}`;

let ready = false;
function prepare(): void {
  if (ready) return;
  ready = true;
  self.MonacoEnvironment = { getWorker: () => new EditorWorker() };
  // The language must exist before Shiki hands its grammar over.
  monaco.languages.register({ id: 'c', extensions: ['.c', '.h'] });
  monaco.languages.setLanguageConfiguration('c', {
    comments: { lineComment: '//', blockComment: ['/*', '*/'] },
    brackets: [
      ['{', '}'],
      ['[', ']'],
      ['(', ')'],
    ],
    autoClosingPairs: [
      { open: '{', close: '}' },
      { open: '[', close: ']' },
      { open: '(', close: ')' },
      { open: '"', close: '"', notIn: ['string'] },
    ],
  });
  const highlighter = createHighlighterCoreSync({
    langs: [c],
    themes: [codeThemes.light, codeThemes.dark],
    engine: createJavaScriptRegexEngine(),
  });
  shikiToMonaco(highlighter, monaco);
  document.addEventListener('looks', () => monaco.editor.setTheme(themeNow()));
}

const severities = {
  error: monaco.MarkerSeverity.Error,
  warning: monaco.MarkerSeverity.Warning,
  note: monaco.MarkerSeverity.Info,
} as const;

/** Where the static code's first character stands, from the left of its box, in CSS pixels. */
function textStart(still: HTMLElement): number {
  const line = still.querySelector('.line');
  if (!line) return 0;
  const range = document.createRange();
  range.selectNodeContents(line);
  return (range.getClientRects()[0]?.left ?? 0) - still.getBoundingClientRect().left + still.scrollLeft;
}

export const openMonaco: OpenEditor = (host, { text, label, onChange, still }) => {
  prepare();
  const style = getComputedStyle(still.querySelector('.line') ?? still);
  const padding = parseFloat(getComputedStyle(still).paddingTop);
  const indent = textStart(still);
  const height = still.offsetHeight;
  const scroll = still.scrollTop;
  const most = parseFloat(getComputedStyle(still).maxHeight) || height;
  host.style.height = `${height}px`;

  const model = monaco.editor.createModel(text, 'c');
  model.updateOptions({ tabSize: 4, insertSpaces: false });
  const editor = monaco.editor.create(host, {
    model,
    theme: themeNow(),
    ariaLabel: label,
    automaticLayout: true,
    fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mono'),
    fontSize: parseFloat(style.fontSize),
    lineHeight: parseFloat(style.lineHeight),
    fontLigatures: false,
    padding: { top: padding, bottom: padding },
    minimap: { enabled: false },
    scrollBeyondLastLine: false,
    // Tab moves on, as in every other field of the page; Ctrl+M gives the Tab key to the editor.
    tabFocusMode: true,
    wordSegmenterLocales: ['my'],
    glyphMargin: false,
    folding: false,
    lineNumbersMinChars: 4,
    lineDecorationsWidth: 10,
    overviewRulerLanes: 0,
    hideCursorInOverviewRuler: true,
    renderLineHighlight: 'line',
    // The last, empty line's number as dark as the others: dimmed, it could not be read.
    renderFinalNewline: 'on',
    fixedOverflowWidgets: true,
    // A screen reader cannot be detected: its text is always there. With EditContext, that text and Chromium's own selection
    // get in each other's way, so that Ctrl+A and paste can leave half of the old text behind; the text field does not.
    accessibilitySupport: 'on',
    editContext: false,
    scrollbar: { alwaysConsumeMouseWheel: false, verticalScrollbarSize: 10, horizontalScrollbarSize: 10 },
    guides: { indentation: false },
    unicodeHighlight: { ambiguousCharacters: false },
  });
  // The text starts where the static text started.
  const decorations = 10 + indent - editor.getLayoutInfo().contentLeft;
  editor.updateOptions({ lineDecorationsWidth: Math.max(0, Math.round(decorations)) });
  editor.setScrollTop(scroll);
  editor.onDidContentSizeChange((size) => {
    if (size.contentHeightChanged) host.style.height = `${Math.min(most, Math.max(height, size.contentHeight))}px`;
  });

  let silent = false;
  editor.onDidChangeModelContent(() => {
    if (!silent) onChange();
  });

  let zones: string[] = [];
  /** Beneath a line in trouble stands what is wrong with it; a marker alone is easily missed. */
  function explainBeneath(problems: readonly EditorProblem[]): void {
    editor.changeViewZones((accessor) => {
      for (const zone of zones) accessor.removeZone(zone);
      zones = problems
        .filter((problem) => problem.severity === 'error')
        .slice(0, 20)
        .map((problem) =>
          accessor.addZone({
            afterLineNumber: problem.line,
            heightInLines: 1,
            domNode: element(
              'div',
              { class: 'zone-problem', 'data-line': problem.line },
              element('span', {}, problem.message),
            ),
          }),
        );
    });
  }

  return {
    text: () => model.getValue(),
    setText(next) {
      silent = true;
      editor.pushUndoStop();
      model.pushEditOperations([], [{ range: model.getFullModelRange(), text: next }], () => null);
      editor.pushUndoStop();
      silent = false;
    },
    showProblems(problems) {
      monaco.editor.setModelMarkers(
        model,
        'lab',
        problems.map((problem) => ({
          startLineNumber: problem.line,
          startColumn: problem.column,
          endLineNumber: problem.endLine,
          endColumn: Math.max(problem.endColumn, problem.line === problem.endLine ? problem.column + 1 : 1),
          severity: severities[problem.severity],
          message: problem.message,
        })),
      );
      explainBeneath(problems);
    },
    goTo(line, column) {
      editor.setPosition({ lineNumber: line, column });
      editor.revealLineInCenter(line);
      editor.focus();
    },
    focus: () => editor.focus(),
  };
};
