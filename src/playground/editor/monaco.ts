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
import { difference, type EditorProblem, type OpenEditor } from './editor.ts';
import { openGoTo } from './go-to.ts';
import { ownModel, registerLanguage } from './monaco-language.ts';
import './editor.css';

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
  registerLanguage();
  document.addEventListener('looks', () => monaco.editor.setTheme(themeNow()));
  // Now, while the editor opens anyway: a face that arrives makes the browser lay the whole chapter out anew, which one would
  // feel in the middle of a word.
  void document.fonts.load('16px codicon');
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

export const openMonaco: OpenEditor = (
  host,
  { text, label, onChange, still, language, words, wrap, readOnly = false },
) => {
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
  ownModel(model, { language, words });
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
    readOnly,
    wordWrap: wrap ? 'on' : 'off',
    // The browser measures the line: Burmese is not as wide as its letters are many.
    wrappingStrategy: 'advanced',
    suggest: { showIcons: false, showStatusBar: false },
    wordBasedSuggestions: 'off',
    quickSuggestionsDelay: 60,
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

  async function format(): Promise<void> {
    const before = model.getValue();
    const after = await language.formatted();
    if (after === null || after === before || model.getValue() !== before) return;
    replace(difference(before, after));
    onChange();
  }
  function replace({ from, to, insert }: ReturnType<typeof difference>): void {
    silent = true;
    editor.pushUndoStop();
    const range = monaco.Range.fromPositions(model.getPositionAt(from), model.getPositionAt(to));
    model.pushEditOperations([], [{ range, text: insert }], () => null);
    editor.pushUndoStop();
    silent = false;
  }
  const define = ({ lineNumber, column }: monaco.IPosition): void => void language.define({ line: lineNumber, column });
  editor.addAction({
    id: 'lab.define',
    label: 'Go to Definition',
    keybindings: [monaco.KeyCode.F12],
    run: (it) => {
      const position = it.getPosition();
      if (position) define(position);
    },
  });
  editor.addAction({
    id: 'lab.format',
    label: 'Format',
    keybindings: [monaco.KeyMod.Shift | monaco.KeyMod.Alt | monaco.KeyCode.KeyF],
    run: format,
  });
  function goTo(line: number, column: number): void {
    editor.setPosition({ lineNumber: line, column });
    editor.revealLineInCenter(line);
    editor.focus();
  }
  async function outline(): Promise<void> {
    openGoTo(await language.symbols(), words, goTo);
  }
  editor.addAction({
    id: 'lab.outline',
    label: words.goTo,
    keybindings: [monaco.KeyMod.CtrlCmd | monaco.KeyMod.Shift | monaco.KeyCode.KeyO],
    run: outline,
  });
  editor.onMouseDown(({ event, target }) => {
    if ((event.ctrlKey || event.metaKey) && event.leftButton && target.position) define(target.position);
  });

  return {
    text: () => model.getValue(),
    setText(next) {
      replace(difference(model.getValue(), next));
    },
    showProblems(problems, calm = true) {
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
      if (calm || problems.length === 0) explainBeneath(problems);
    },
    goTo,
    focus: () => editor.focus(),
    setWrap: (on) => editor.updateOptions({ wordWrap: on ? 'on' : 'off' }),
    format,
    outline,
    close() {
      editor.dispose();
      model.dispose();
      host.style.height = '';
    },
  };
};
