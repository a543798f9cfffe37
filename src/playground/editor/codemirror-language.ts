// The language service as CodeMirror shows it: completion, the call that is being written, and what a name is. A mouse asks by
// resting on a name; a finger by holding it down, which selects it, or by the key "?".
import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { StateEffect, StateField, type Extension, type Text } from '@codemirror/state';
import { EditorView, hoverTooltip, keymap, showTooltip, type Tooltip } from '@codemirror/view';
import type { CompletionItem, Place } from '../../lab/api.ts';
import { element } from '../dom.ts';
import type { EditorLanguage } from './editor.ts';
import { hoverElement, signatureElement } from './hover.ts';
import type { EditorWords } from './words.ts';

/** Milliseconds for which a selection rests before the reader is told what was selected. */
const REST = 300;
/** Milliseconds without a keystroke before the call that is being written is asked about. */
const PAUSE = 120;

export function placeAt(doc: Text, offset: number): Place {
  const line = doc.lineAt(offset);
  return { line: line.number, column: offset - line.from + 1 };
}

export function offsetOf(doc: Text, { line, column }: Place): number {
  const found = doc.line(Math.min(Math.max(1, line), doc.lines));
  return Math.min(found.from + Math.max(1, column) - 1, found.to);
}

// ---------------------------------------------------------------- completion

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

/** What brings up the list by itself: a name, a member, a section, a header, a map's attribute. */
const BEGINS =
  /[\w$]+$|(?:\.|->|#|SEC\(")$|SEC\("[\w./?]*$|#\s*include\s*[<"][\w./-]*$|\b__(?:uint|ulong|type|array)\(\s*(?:type\s*,\s*)?$/;

function completions(language: EditorLanguage) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    if (!context.explicit && !context.matchBefore(BEGINS)) return null;
    const { doc } = context.state;
    const report = await language.complete(placeAt(doc, context.pos));
    if (!report || report.items.length === 0 || context.aborted) return null;
    const options = report.items.map((item): Completion => {
      const { about, insert } = item;
      return {
        label: item.label,
        type: icons[item.kind],
        detail: item.detail,
        boost: item.boost,
        ...(insert === undefined ? {} : { apply: insert }),
        // On a phone the list leaves no room beside it; holding the name down tells the same.
        ...(about === null || window.innerWidth < 700
          ? {}
          : {
              info: async () => {
                const text = await language.about(about);
                return text === null ? null : element('p', { class: 'completion-info' }, text);
              },
            }),
      };
    });
    // A list that was cut short is asked for anew with every letter.
    return { from: offsetOf(doc, report.from), options, ...(report.incomplete ? {} : { validFor: /^[\w$./?]*$/ }) };
  };
}

// ---------------------------------------------------------------- what is told beside the cursor

interface Tip {
  /** the call that is being written, or what a name is */
  readonly kind: 'call' | 'name';
  readonly tooltip: Tooltip;
}
const setTip = StateEffect.define<Tip | null>();

const tip = StateField.define<Tip | null>({
  create: () => null,
  update(old, transaction) {
    for (const effect of transaction.effects) if (effect.is(setTip)) return effect.value;
    if (!old || (old.kind === 'name' && (transaction.docChanged || transaction.selection))) return null;
    if (!transaction.docChanged) return old;
    return { ...old, tooltip: { ...old.tooltip, pos: transaction.changes.mapPos(old.tooltip.pos) } };
  },
  provide: (field) => showTooltip.from(field, (it) => it?.tooltip ?? null),
});

const hide = (view: EditorView): void => {
  if (view.state.field(tip)) view.dispatch({ effects: setTip.of(null) });
};

/** Shows the prototype of the call that one is writing, above the line. */
function signatureHelp(language: EditorLanguage): Extension {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return EditorView.updateListener.of(({ docChanged, selectionSet, state, view }) => {
    if (!docChanged && !selectionSet) return;
    clearTimeout(timer);
    const { main } = state.selection;
    const pos = main.head;
    const shown = state.field(tip)?.kind === 'call';
    const line = state.doc.lineAt(pos);
    // Only what could be inside a call's parentheses is asked about.
    const inside = main.empty && /[(,]\s*[^;{}]*$/.test(state.doc.sliceString(Math.max(0, line.from - 200), pos));
    if (!shown && !inside) return;
    timer = setTimeout(() => void tell(), PAUSE);

    async function tell(): Promise<void> {
      const report = main.empty ? await language.signature(placeAt(state.doc, pos)) : null;
      const documentation = report?.about ? await language.about(report.about) : null;
      if (view.state.selection.main.head !== pos) return;
      const now = view.state.field(tip);
      if (!report) {
        if (now?.kind === 'call') hide(view);
        return;
      }
      if (now?.kind === 'name') return;
      const create = (): { dom: HTMLElement } => ({ dom: signatureElement(report, documentation) });
      view.dispatch({ effects: setTip.of({ kind: 'call', tooltip: { pos, above: true, strictSide: true, create } }) });
    }
  });
}

async function describe(
  view: EditorView,
  pos: number,
  above: boolean,
  language: EditorLanguage,
  words: EditorWords,
): Promise<Tooltip | null> {
  const { doc } = view.state;
  const report = await language.hover(placeAt(doc, pos));
  if (!report) return null;
  const dom = await hoverElement(report, language, words, () => hide(view));
  return {
    pos: offsetOf(doc, { line: report.span.line, column: report.span.column }),
    end: offsetOf(doc, { line: report.span.endLine, column: report.span.endColumn }),
    above,
    create: () => ({ dom }),
  };
}

/** Tells what the name at `pos` is, until the reader goes on. */
async function tellName(view: EditorView, pos: number, language: EditorLanguage, words: EditorWords): Promise<void> {
  const { selection } = view.state;
  // Beneath the name: above it is where a phone puts its own "copy, paste".
  const tooltip = await describe(view, pos, false, language, words);
  if (!tooltip || !view.state.selection.eq(selection)) return;
  view.dispatch({ effects: setTip.of({ kind: 'name', tooltip }) });
}

export const tellAtCursor = (view: EditorView, language: EditorLanguage, words: EditorWords): void =>
  void tellName(view, view.state.selection.main.head, language, words);

/** A name that was selected by holding it down is told of. */
function tellSelected(language: EditorLanguage, words: EditorWords): Extension {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return EditorView.updateListener.of(({ selectionSet, docChanged, state, view }) => {
    if (!selectionSet && !docChanged) return;
    clearTimeout(timer);
    const { from, to } = state.selection.main;
    if (docChanged || to - from > 80 || !/^[A-Za-z_$][\w$]*$/.test(state.sliceDoc(from, to))) return;
    timer = setTimeout(() => void tellName(view, from, language, words), REST);
  });
}

export function languageSupport(language: EditorLanguage, words: EditorWords, fingers: boolean): Extension {
  return [
    tip,
    autocompletion({ override: [completions(language)], icons: false, activateOnTypingDelay: 60 }),
    signatureHelp(language),
    fingers
      ? tellSelected(language, words)
      : hoverTooltip((view, pos) => describe(view, pos, true, language, words), { hoverTime: 400 }),
    EditorView.domEventHandlers({ blur: (_, view) => hide(view) }),
    keymap.of([
      {
        key: 'F12',
        run: (view) => (void language.define(placeAt(view.state.doc, view.state.selection.main.head)), true),
      },
      { key: 'Escape', run: (view) => (view.state.field(tip) ? (hide(view), true) : false) },
    ]),
  ];
}
