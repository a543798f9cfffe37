// The words that an editor shows by itself, out of the playground's.
import type { SymbolReport } from '../../lab/api.ts';
import type { Strings } from '../strings.ts';

export interface EditorWords {
  readonly size: string;
  readonly offset: string;
  readonly declared: string;
  readonly undo: string;
  readonly redo: string;
  readonly indent: string;
  readonly what: string;
  readonly keys: string;
  readonly suggest: string;
  readonly goTo: string;
  readonly goToFilter: string;
  readonly goToNone: string;
  readonly goToDeclaration: string;
  readonly close: string;
  readonly line: string;
  readonly kinds: Readonly<Record<SymbolReport['kind'], string>>;
}

export const editorWords = (strings: Strings): EditorWords => ({
  size: strings.bytes,
  offset: strings['at-byte'],
  declared: strings['declared-in'],
  undo: strings['key-undo'],
  redo: strings['key-redo'],
  indent: strings['key-indent'],
  what: strings['key-what'],
  suggest: strings['key-suggest'],
  keys: strings['keys'],
  goTo: strings['go-to'],
  goToFilter: strings['go-to-filter'],
  goToNone: strings['go-to-none'],
  goToDeclaration: strings['go-to-declaration'],
  close: strings.close,
  line: strings.line,
  kinds: {
    program: strings['symbol-program'],
    function: strings['symbol-function'],
    map: strings['symbol-map'],
    variable: strings['symbol-variable'],
    type: strings['symbol-type'],
    macro: strings['symbol-macro'],
  },
});
