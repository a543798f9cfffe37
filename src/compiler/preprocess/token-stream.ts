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

  /** From which token on which groups of warnings are silenced; in ascending order. */
  readonly #silenced: { readonly from: Location; readonly groups: ReadonlySet<string> }[] = [];
  readonly #silencedStack: ReadonlySet<string>[] = [];

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

  /** Takes in a diagnostic pragma that stands before the next token. */
  setDiagnostics(pragma: Pragma & { kind: 'diagnostic' }): void {
    const current = this.#silenced.at(-1)?.groups ?? new Set<string>();
    if (pragma.action === 'push') {
      if (this.#silencedStack.length < 10_000) this.#silencedStack.push(current);
      return;
    }
    let groups: ReadonlySet<string>;
    if (pragma.action === 'pop') groups = this.#silencedStack.pop() ?? new Set();
    else {
      const changed = new Set(current);
      if (pragma.action === 'ignore') changed.add(pragma.group);
      else changed.delete(pragma.group);
      groups = changed;
    }
    this.#silenced.push({ from: this.count, groups });
  }

  /** Did a pragma ask not to hear of this group of warnings at the token? */
  isSilenced(at: Location, group: string): boolean {
    for (let i = this.#silenced.length - 1; i >= 0; i--) {
      const entry = this.#silenced[i];
      if (entry && entry.from <= at) return entry.groups.has(group);
    }
    return false;
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
