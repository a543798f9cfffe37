// CodeMirror, with the page's own colours, face and measures: for fingers, and for whoever prefers it.
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  startCompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentMore, redo, undo } from '@codemirror/commands';
import { bracketMatching, indentService, indentUnit } from '@codemirror/language';
import { lintKeymap, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import {
  Compartment,
  EditorState,
  StateEffect,
  StateField,
  Transaction,
  type Extension,
  type Text,
} from '@codemirror/state';
import {
  Decoration,
  drawSelection,
  EditorView,
  highlightActiveLine,
  hoverTooltip,
  keymap,
  lineNumbers,
  showTooltip,
  WidgetType,
  type DecorationSet,
  type Tooltip,
} from '@codemirror/view';
import type { CompletionItem, Place } from '../../lab/api.ts';
import { element } from '../dom.ts';
import { colours } from './codemirror-colours.ts';
import { difference, type EditorLanguage, type EditorProblem, type EditorWords, type OpenEditor } from './editor.ts';
import { hoverElement, signatureElement } from './hover.ts';
import { showKeys } from './key-row.ts';
import './editor.css';
import './codemirror.css';

// ---------------------------------------------------------------- places

function placeAt(doc: Text, offset: number): Place {
  const line = doc.lineAt(offset);
  return { line: line.number, column: offset - line.from + 1 };
}

function offsetOf(doc: Text, { line, column }: Place): number {
  const found = doc.line(Math.min(Math.max(1, line), doc.lines));
  return Math.min(found.from + Math.max(1, column) - 1, found.to);
}

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

// ---------------------------------------------------------------- what the language service tells

const icons: Readonly<Record<CompletionItem['kind'], string>> = {
  member: 'property',
  helper: 'function',
  function: 'function',
  macro: 'constant',
  constant: 'constant',
  variable: 'variable',
  type: 'type',
  keyword: 'keyword',
  section: 'text',
};

function completions(language: EditorLanguage) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const before = context.matchBefore(/[\w$]+$|(?:\.|->|SEC\(")$|SEC\("[\w./?]*$/);
    if (!before && !context.explicit) return null;
    const { doc } = context.state;
    const report = await language.complete(placeAt(doc, context.pos));
    if (!report || report.items.length === 0 || context.aborted) return null;
    const from = offsetOf(doc, report.from);
    const options = report.items.map((item): Completion => {
      const { helper } = item;
      return {
        label: item.label,
        type: icons[item.kind],
        detail: item.detail,
        boost: item.boost,
        // On a phone the list leaves no room beside it; the key `?` tells the same.
        ...(helper === null || window.innerWidth < 700
          ? {}
          : {
              info: async () => {
                const text = await language.helper(helper);
                return text === null ? null : element('p', { class: 'completion-info' }, text);
              },
            }),
      };
    });
    return { from, options, validFor: /^[\w$./?]*$/ };
  };
}

const setSignature = StateEffect.define<Tooltip | null>();
const signature = StateField.define<Tooltip | null>({
  create: () => null,
  update(old, transaction) {
    for (const effect of transaction.effects) if (effect.is(setSignature)) return effect.value;
    return old && { ...old, pos: transaction.changes.mapPos(old.pos) };
  },
  provide: (field) => showTooltip.from(field),
});

/** Shows the prototype of the call that one is writing, above the line. */
function signatureHelp(language: EditorLanguage): Extension {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return [
    signature,
    EditorView.updateListener.of(({ docChanged, selectionSet, state, view }) => {
      if (!docChanged && !selectionSet) return;
      clearTimeout(timer);
      const pos = state.selection.main.head;
      const shown = state.field(signature) !== null;
      const line = state.doc.lineAt(pos);
      // Only what could be inside a call's parentheses is asked about.
      if (!shown && !/[(,]\s*[^;{}]*$/.test(state.doc.sliceString(Math.max(0, line.from - 200), pos))) return;
      timer = setTimeout(() => {
        void language.signature(placeAt(state.doc, pos)).then((report) => {
          if (view.state.selection.main.head !== pos) return;
          if (!report && !view.state.field(signature)) return;
          const tooltip: Tooltip | null = report && {
            pos,
            above: true,
            strictSide: true,
            create: () => ({ dom: signatureElement(report) }),
          };
          view.dispatch({ effects: setSignature.of(tooltip) });
        });
      }, 120);
    }),
    EditorView.domEventHandlers({
      blur: (_, view) => {
        if (view.state.field(signature)) view.dispatch({ effects: setSignature.of(null) });
      },
    }),
  ];
}

async function hoverAt(
  view: EditorView,
  pos: number,
  language: EditorLanguage,
  words: EditorWords,
): Promise<Tooltip | null> {
  const { doc } = view.state;
  const report = await language.hover(placeAt(doc, pos));
  if (!report) return null;
  const dom = await hoverElement(report, language, words);
  return {
    pos: offsetOf(doc, { line: report.span.line, column: report.span.column }),
    end: offsetOf(doc, { line: report.span.endLine, column: report.span.endColumn }),
    above: true,
    create: () => ({ dom }),
  };
}

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
        autocompletion({ override: [completions(language)], icons: false, activateOnTypingDelay: 60 }),
        signatureHelp(language),
        fingers ? [] : hoverTooltip((it, pos) => hoverAt(it, pos, language, words), { hoverTime: 400 }),
        keymap.of([
          {
            key: 'F12',
            run: (it) => (void language.define(placeAt(it.state.doc, it.state.selection.main.head)), true),
          },
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
    what: () => {
      const pos = view.state.selection.main.head;
      void hoverAt(view, pos, language, words).then((tooltip) => view.dispatch({ effects: setSignature.of(tooltip) }));
    },
  };

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
    view.dispatch({ changes: { from, to, insert }, userEvent: 'input.format' });
  }

  return {
    text: () => view.state.doc.toString(),
    setText(text) {
      silent = true;
      const { from, to, insert } = difference(view.state.doc.toString(), text);
      view.dispatch({ changes: { from, to, insert }, annotations: Transaction.userEvent.of('set') });
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
    goTo(line, column) {
      const pos = offsetOf(view.state.doc, { line, column });
      view.dispatch({ selection: { anchor: pos }, effects: EditorView.scrollIntoView(pos, { y: 'center' }) });
      view.focus();
    },
    focus: () => view.focus(),
    setWrap: (on) => view.dispatch({ effects: wrap.reconfigure(wrapping(on)) }),
    format,
    close() {
      clearTimeout(leaving);
      hideKeys?.();
      view.destroy();
    },
  };
};
