// The texts of one compilation, laid end to end: a place in any of them is one number.
import type { Span } from '../../diagnostics/diagnostic.ts';
import type { SourcePosition } from '../tree.ts';
import type { RawTokens } from './lexer.ts';

/** One inclusion of a file; a file that is included twice appears twice. */
export interface SourceFile {
  readonly path: string;
  readonly raw: RawTokens;
  /** the place of the text's first character */
  readonly base: number;
  /** found among the system's or our own headers: warnings in it are not the reader's concern */
  readonly system: boolean;
  /** place of the #include that brought it; -1 for the main file */
  readonly includedAt: number;
}

const lineTables = new WeakMap<RawTokens, Int32Array>();

/** The offset at which each line of a text starts. */
function lineStarts(raw: RawTokens): Int32Array {
  let table = lineTables.get(raw);
  if (!table) {
    const starts = [0];
    for (let at = raw.text.indexOf('\n'); at >= 0; at = raw.text.indexOf('\n', at + 1)) starts.push(at + 1);
    table = Int32Array.from(starts);
    lineTables.set(raw, table);
  }
  return table;
}

const WORD =
  /[\p{ID_Continue}$]+|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|[<>]{2}=?|->|\+\+|--|&&|\|\||[-+*/%&|^<>=!]=|\.{3}|./uy;

export class Sources {
  readonly files: SourceFile[] = [];
  #end = 0;
  #lastFile: SourceFile | null = null;

  add(path: string, raw: RawTokens, system: boolean, includedAt: number): SourceFile {
    const file: SourceFile = { path, raw, base: this.#end, system, includedAt };
    this.#end += raw.text.length + 1;
    this.files.push(file);
    return file;
  }

  fileAt(place: number): SourceFile {
    const { files } = this;
    const lastFile = this.#lastFile;
    // most questions in a row are about one file
    if (lastFile && place >= lastFile.base && place <= lastFile.base + lastFile.raw.text.length) return lastFile;
    let low = 0;
    let high = files.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((files[middle] as SourceFile).base <= place) low = middle;
      else high = middle - 1;
    }
    const found = files[low] as SourceFile;
    this.#lastFile = found;
    return found;
  }

  position(place: number): SourcePosition {
    const file = this.fileAt(place);
    const starts = lineStarts(file.raw);
    const offset = place - file.base;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { file: file.path, line: low + 1, column: offset - (starts[low] as number) + 1 };
  }

  /** The text of a line without its end; '' when there is none. */
  lineText(path: string, line: number): string {
    const file = this.files.find((candidate) => candidate.path === path);
    if (!file) return '';
    const starts = lineStarts(file.raw);
    const from = starts[line - 1];
    if (from === undefined) return '';
    const text = file.raw.text.slice(from, starts[line] ?? file.raw.text.length);
    return text.replace(/\r?\n$/, '');
  }

  /** The place just behind the token that starts at `place`. */
  tokenEnd(place: number): number {
    const file = this.fileAt(place);
    WORD.lastIndex = place - file.base;
    const match = WORD.exec(file.raw.text);
    return place + (match ? match[0].length : 0);
  }

  /** From the token at `first` to the end of the one at `last` (the same by default, or when they are in different files). */
  span(first: number, last: number = first): Span {
    const from = this.position(first);
    const sameFile = last >= first && this.fileAt(last) === this.fileAt(first);
    const to = this.position(this.tokenEnd(sameFile ? last : first));
    return { file: from.file, line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
  }
}
