// What the language service answers: plain data in C's own words; what a helper does is told by the page in its language.
import type { Span } from '../../diagnostics/diagnostic.ts';

/** Counts from 1; columns are UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What content/ tells of in the reader's language, by the name that it is kept under. */
export interface Topic {
  /** `kernel`: a function or macro of the kernel's, for modules and patches */
  readonly kind: 'helper' | 'kernel' | 'map-type' | 'program-type';
  readonly name: string;
}

/** What stands at a place. */
export interface HoverReport {
  /** the name that the report is about */
  readonly span: Span;
  /** in C, one or more lines */
  readonly declaration: string;
  /** bytes; null where C gives none */
  readonly size: number | null;
  /** of a member, in bytes from its record's start */
  readonly offset: number | null;
  /** of a constant or a macro that is one, in C's spelling */
  readonly value: string | null;
  readonly about: Topic | null;
  /** the comment above the declaration, without its signs */
  readonly comment: string | null;
  /** is it declared elsewhere, so that one can go there? */
  readonly declared: boolean;
  /** where it is declared, when that is another file */
  readonly origin: { readonly file: string; readonly line: number } | null;
}

export type CompletionKind =
  'member' | 'helper' | 'function' | 'macro' | 'constant' | 'variable' | 'type' | 'keyword' | 'section';

export interface CompletionItem {
  readonly label: string;
  readonly kind: CompletionKind;
  /** its type, or what a macro stands for */
  readonly detail: string;
  /** what is written, where that is more than the label */
  readonly insert?: string;
  readonly about: Topic | null;
  /** -99 to 99: the higher, the nearer to what is meant */
  readonly boost: number;
}

export interface CompletionReport {
  /** what is typed already starts here */
  readonly from: Place;
  readonly items: readonly CompletionItem[];
  /** there were more: ask again as soon as more is typed */
  readonly incomplete: boolean;
}

export interface SignatureReport {
  readonly label: string;
  /** where each parameter stands in the label */
  readonly parameters: readonly (readonly [from: number, to: number])[];
  /** which of them is being written */
  readonly active: number;
  readonly about: Topic | null;
}

export interface DefinitionReport {
  readonly span: Span;
  /** the file's text when it is none of the project's own: a header */
  readonly text: string | null;
}

export interface SymbolReport {
  readonly name: string;
  readonly kind: 'function' | 'program' | 'map' | 'variable' | 'type' | 'macro';
  readonly detail: string;
  readonly span: Span;
}
