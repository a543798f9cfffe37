// CodeMirror, with the page's own colours, face and measures: for fingers, and for whoever prefers it.
import { closeBrackets, closeBracketsKeymap, completionKeymap, startCompletion } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentMore, isolateHistory, redo, undo } from '@codemirror/commands';
import { bracketMatching, indentService, indentUnit } from '@codemirror/language';
import { lintKeymap, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { Compartment, EditorState, StateEffect, StateField, Transaction, type Extension } from '@codemirror/state';
import {
  Decoration,
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
  tooltips,
  WidgetType,
  type DecorationSet,
  type Rect,
} from '@codemirror/view';
import { element } from '../dom.ts';
import { colours } from './codemirror-colours.ts';
import { languageSupport, offsetOf, placeAt, tellAtCursor } from './codemirror-language.ts';
import { difference, type EditorProblem, type OpenEditor } from './editor.ts';
import { openGoTo } from './go-to.ts';
import { showKeys } from './key-row.ts';
import './editor.css';
import './codemirror.css';

// ---------------------------------------------------------------- problems beneath their lines

class NoteWidget extends WidgetType {
  readonly problem: EditorProblem;
  constructor(problem: EditorProblem) {
    super();
    this.problem = problem;
  }
  override eq(other: NoteWidget): boolean {
    return other.problem.message === this.problem.message && other.problem.line === this.problem.line;
  }
  toDOM(): HTMLElement {
    return element(
      'div',
      { class: 'zone-problem', 'data-line': this.problem.line },
      element('span', {}, this.problem.message),
    );
  }
}

const setNotes = StateEffect.define<readonly EditorProblem[]>();
const troubled = Decoration.line({ class: 'marked' });

const notes = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(old, transaction) {
    let set = old.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setNotes)) continue;
      const { doc } = transaction.state;
      const ranges = effect.value.flatMap((problem) => {
        const line = doc.line(Math.min(problem.line, doc.lines));
        return [
          troubled.range(line.from),
          Decoration.widget({ widget: new NoteWidget(problem), block: true, side: 1 }).range(line.to),
        ];
      });
      set = Decoration.set(ranges, true);
    }
    return set;
  },
  provide: (field) => EditorView.decorations.from(field),
});

// ---------------------------------------------------------------- the editor

/** As deep as the line above; one deeper behind an opening brace, one less before a closing one. */
const indentation = indentService.of((context, pos) => {
  const { doc } = context.state;
  const line = doc.lineAt(pos);
  const before = context.simulatedBreak === pos ? line.text.slice(0, pos - line.from) : null;
  let above = line;
  let text = before;
  for (; text === null || text.trim() === ''; text = above.text) {
    if (above.number === 1) return 0;
    above = doc.line(above.number - 1);
    if (above.text.trim() !== '') {
      text = above.text;
      break;
    }
  }
  const depth = context.countColumn(/^\s*/.exec(text)?.[0] ?? '');
  const opens = /[{(]\s*(?:\/\/.*|\/\*.*\*\/\s*)?$/.test(text) || /^\s*(?:if|for|while|else|do)\b[^;{]*$/.test(text);
  const rest = before === null ? line.text : line.text.slice(pos - line.from);
  return Math.max(0, depth + (opens ? context.unit : 0) - (/^\s*\}/.test(rest) ? context.unit : 0));
});

export const openCodeMirror: OpenEditor = (host, options) => {
  const { language, words, still, keys } = options;
  const height = still.offsetHeight;
  const scroll = still.scrollTop;
  const wrap = new Compartment();
  const wrapping = (on: boolean): Extension => (on ? EditorView.lineWrapping : []);
  const fingers = matchMedia('(pointer: coarse)').matches;
  let silent = false;
  let hideKeys: (() => void) | null = null;
  let leaving: ReturnType<typeof setTimeout> | undefined;

  const view = new EditorView({
    parent: host,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        bracketMatching(),
        closeBrackets(),
        indentUnit.of('\t'),
        indentation,
        EditorState.tabSize.of(4),
        EditorState.readOnly.of(options.readOnly === true),
        wrap.of(wrapping(options.wrap)),
        colours,
        notes,
        languageSupport(language, words, fingers),
        tooltips({ tooltipSpace: roomForTips }),
        keymap.of([
          { key: 'Mod-Shift-o', run: () => (void outline(), true) },
          { key: 'Shift-Alt-f', run: () => (void format(), true) },
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...lintKeymap,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        EditorView.contentAttributes.of({
          'aria-label': options.label,
          // said aloud, so that every tool knows what a browser knows: text that can be edited takes the focus
          tabindex: '0',
          spellcheck: 'false',
          autocapitalize: 'off',
          autocorrect: 'off',
          translate: 'no',
          lang: 'en',
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !silent) options.onChange();
          if (update.docChanged || update.selectionSet) keepInSight();
        }),
        EditorView.domEventHandlers({
          focus: () => {
            clearTimeout(leaving);
            if (fingers) hideKeys ??= showKeys(keys, words, actions);
          },
          blur: () => {
            // Not at once: a button that is just being pressed must not move away under the finger.
            leaving = setTimeout(() => {
              hideKeys?.();
              hideKeys = null;
            }, 500);
          },
          mousedown: (event, it) => {
            if (!event.ctrlKey && !event.metaKey) return false;
            const pos = it.posAtCoords(event);
            if (pos !== null) void language.define(placeAt(it.state.doc, pos));
            return pos !== null;
          },
        }),
      ],
    }),
  });
  host.classList.add('code-mirror');
  host.style.setProperty('--least', `${height}px`);
  view.scrollDOM.scrollTop = scroll;

  const actions = {
    insert(text: string): void {
      // Through the input handlers, so that brackets close and completion opens as when it is typed.
      const { from, to } = view.state.selection.main;
      const handled = view.state
        .facet(EditorView.inputHandler)
        .some((handler) => handler(view, from, to, text, () => view.state.update(view.state.replaceSelection(text))));
      if (!handled) view.dispatch(view.state.replaceSelection(text), { userEvent: 'input.type', scrollIntoView: true });
      if (text === '->' || text === '.') startCompletion(view);
    },
    indent: () => void indentMore(view),
    undo: () => void undo(view),
    redo: () => void redo(view),
    suggest: () => void startCompletion(view),
    what: () => tellAtCursor(view, language, words),
  };

  /** Lists and what is told of a name lie above the bar, which the on-screen keyboard pushes up: behind that nobody would see them. */
  function roomForTips(): Rect {
    const bar = keys.parentElement?.getBoundingClientRect();
    const lower = fingers && bar && bar.top > 200 ? Math.min(bar.top, window.innerHeight) : window.innerHeight;
    return { left: 0, top: 0, right: document.documentElement.clientWidth, bottom: lower };
  }

  /** The line that is being written stays above the bar, wherever the keyboard pushed it. */
  function keepInSight(): void {
    if (!view.hasFocus) return;
    view.requestMeasure({
      key: keepInSight,
      read: () => {
        const caret = view.coordsAtPos(view.state.selection.main.head);
        const bar = keys.parentElement?.getBoundingClientRect();
        return caret && bar ? caret.bottom - bar.top + 4 : 0;
      },
      write: (hidden) => {
        if (hidden > 0 && hidden < window.innerHeight) window.scrollBy({ top: hidden, behavior: 'instant' });
      },
    });
  }

  async function format(): Promise<void> {
    const before = view.state.doc.toString();
    const after = await language.formatted();
    if (after === null || after === before || view.state.doc.toString() !== before) return;
    const { from, to, insert } = difference(before, after);
    view.dispatch({ changes: { from, to, insert }, userEvent: 'format', annotations: isolateHistory.of('full') });
  }

  function goTo(line: number, column: number): void {
    const pos = offsetOf(view.state.doc, { line, column });
    view.dispatch({ selection: { anchor: pos }, effects: EditorView.scrollIntoView(pos, { y: 'center' }) });
    view.focus();
  }

  async function outline(): Promise<void> {
    openGoTo(await language.symbols(), words, goTo);
  }

  return {
    text: () => view.state.doc.toString(),
    setText(text) {
      silent = true;
      const { from, to, insert } = difference(view.state.doc.toString(), text);
      view.dispatch({
        changes: { from, to, insert },
        // One step of its own: what was typed just before is undone by itself.
        annotations: [Transaction.userEvent.of('set'), isolateHistory.of('full')],
      });
      silent = false;
    },
    showProblems(problems, calm = true) {
      const { doc } = view.state;
      const diagnostics = problems.map((problem): Diagnostic => {
        const from = offsetOf(doc, problem);
        const end = offsetOf(doc, { line: problem.endLine, column: problem.endColumn });
        return {
          from,
          to: Math.max(from, end),
          severity: problem.severity === 'note' ? 'info' : problem.severity,
          message: problem.message,
        };
      });
      view.dispatch(setDiagnostics(view.state, diagnostics));
      const errors = problems.filter((problem) => problem.severity === 'error').slice(0, 20);
      if (calm || errors.length === 0) view.dispatch({ effects: setNotes.of(errors) });
    },
    goTo,
    focus: () => view.focus(),
    setWrap: (on) => view.dispatch({ effects: wrap.reconfigure(wrapping(on)) }),
    format,
    outline,
    close() {
      clearTimeout(leaving);
      hideKeys?.();
      view.destroy();
    },
  };
};
