// What the preprocessor leaves for the parser: all tokens of the unit in typed arrays. A token's index is the Location
// of the tree nodes made from it.
import type { Span } from '../../diagnostics/diagnostic.ts';
import type { Location, LocationTable, SourcePosition } from '../tree.ts';
import { textOf } from './interner.ts';
import type { Pragma } from './pragma.ts';
import type { Sources } from './sources.ts';
import { END, keywordText, punctuatorText } from './token.ts';

/** Where a token that came out of a macro stands; all numbers are places in `Sources`. */
export interface MacroPlace {
  /** the outermost macro's name in a file: what line tables record */
  readonly expansion: number;
  /** what a message points at: the argument as written, or else the macro's name */
  readonly diagnostic: number;
  /** where the characters are: in an argument, or in the #define */
  readonly spelling: number;
  /** name of the macro whose body holds the token; 0 for tokens that were written outside of any body */
  readonly macro: number;
  /** the innermost invocation's own place, when a body of another macro holds it */
  readonly parent: MacroPlace | null;
}

export class TokenStream implements LocationTable {
  kinds = new Uint8Array(4096);
  /** interned text of identifiers, keywords, numbers and literals; for PRAGMA an index into `pragmas` */
  values = new Int32Array(4096);
  /** a place in `sources`, or ~index into `macroPlaces` */
  places = new Int32Array(4096);
  count = 0;
  readonly macroPlaces: MacroPlace[] = [];
  readonly pragmas: Pragma[] = [];
  readonly sources: Sources;

  constructor(sources: Sources) {
    this.sources = sources;
  }

  reserve(more: number): void {
    const needed = this.count + more;
    if (needed <= this.kinds.length) return;
    const size = Math.max(needed, this.kinds.length * 2);
    const kinds = new Uint8Array(size);
    kinds.set(this.kinds);
    this.kinds = kinds;
    const values = new Int32Array(size);
    values.set(this.values);
    this.values = values;
    const places = new Int32Array(size);
    places.set(this.places);
    this.places = places;
  }

  push(kind: number, value: number, place: number): void {
    if (this.count === this.kinds.length) this.reserve(1);
    const at = this.count++;
    this.kinds[at] = kind;
    this.values[at] = value;
    this.places[at] = place;
  }

  macroPlace(at: Location): MacroPlace | null {
    const place = this.places[at] ?? 0;
    return place < 0 ? (this.macroPlaces[~place] ?? null) : null;
  }

  /** Where a message about the token points. */
  diagnosticPlace(at: Location): number {
    return this.macroPlace(at)?.diagnostic ?? this.places[at] ?? 0;
  }

  /** Where the outermost macro stands that the token came out of. */
  expansionPlace(at: Location): number {
    return this.macroPlace(at)?.expansion ?? this.places[at] ?? 0;
  }

  position(at: Location): SourcePosition {
    return this.sources.position(this.expansionPlace(at));
  }

  lineText(file: string, line: number): string {
    return this.sources.lineText(file, line);
  }

  span(first: Location, last: Location = first): Span {
    return this.sources.span(this.diagnosticPlace(first), this.diagnosticPlace(last));
  }

  /** The token's characters. */
  text(at: Location): string {
    const kind = this.kinds[at] ?? END;
    return punctuatorText(kind) || textOf(this.values[at] ?? 0) || keywordText(kind);
  }
}
