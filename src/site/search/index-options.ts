// What the index holds of a section, and how: shared by the build, which writes it, and the browser, which reads it.
import type { Options } from 'minisearch';
import { isBurmese, tokens } from './tokens.ts';

/** One place that a reader can be led to: a section, a term, a helper. */
export interface Entry {
  /** address with fragment, below the language: what-is-ebpf/#sk-buff */
  readonly id: string;
  /** of the section, or the term itself */
  readonly title: string;
  /** what it stands in: the chapter's title; or a key of content/ui's "search" such as in-glossary */
  readonly where: string;
  readonly text: string;
}

export const indexOptions: Options<Entry> = {
  fields: ['title', 'where', 'text'],
  storeFields: ['title', 'where', 'text'],
  tokenize: tokens,
  processTerm: (term) => term,
  searchOptions: {
    combineWith: 'AND',
    boost: { title: 6, where: 2 },
    // What is being typed is unfinished; a syllable is either the right one or another.
    prefix: (term) => !isBurmese(term),
    fuzzy: (term) => (isBurmese(term) || term.length < 5 ? false : 0.2),
  },
};
