// The page's colourer inside CodeMirror: classes on what is in view, line by line; what a line leaves open is remembered, so
// that a keystroke colours again from its own line on, and only as far as the reader sees.
import { RangeSetBuilder, type Extension, type Text } from '@codemirror/state';
import { Decoration, ViewPlugin, type DecorationSet, type EditorView, type ViewUpdate } from '@codemirror/view';
import { colourLine, startState, type LineState, type Role } from '../c-tokens.ts';

const marks = new Map<Role, Decoration>();
function markOf(role: Role): Decoration {
  let mark = marks.get(role);
  if (!mark) marks.set(role, (mark = Decoration.mark({ class: `t-${role}` })));
  return mark;
}

class Colours {
  decorations: DecorationSet;
  /** what stands open at the start of line i + 1; as far as it has been read */
  #open: LineState[] = [startState()];

  constructor(view: EditorView) {
    this.decorations = this.#colour(view);
  }

  update(update: ViewUpdate): void {
    if (update.docChanged) {
      let first = Infinity;
      update.changes.iterChangedRanges((_from, _to, from) => (first = Math.min(first, from)));
      this.#open.length = Math.min(this.#open.length, update.state.doc.lineAt(first).number);
    }
    if (update.docChanged || update.viewportChanged) this.decorations = this.#colour(update.view);
  }

  #openAt(doc: Text, line: number): LineState {
    while (this.#open.length < line) {
      const state = { ...(this.#open.at(-1) ?? startState()) };
      colourLine(doc.line(this.#open.length).text, state, () => undefined);
      this.#open.push(state);
    }
    return { ...(this.#open[line - 1] ?? startState()) };
  }

  #colour(view: EditorView): DecorationSet {
    const { doc } = view.state;
    const builder = new RangeSetBuilder<Decoration>();
    for (const range of view.visibleRanges) {
      let line = doc.lineAt(range.from);
      const state = this.#openAt(doc, line.number);
      for (;;) {
        // A line of a megabyte is not for reading.
        if (line.length < 5000) {
          const { from: start, text } = line;
          colourLine(text, state, (from, to, role) => builder.add(start + from, start + to, markOf(role)));
        }
        if (line.to >= range.to) break;
        line = doc.line(line.number + 1);
      }
    }
    return builder.finish();
  }
}

export const colours: Extension = ViewPlugin.fromClass(Colours, { decorations: (it) => it.decorations });
