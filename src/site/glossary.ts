// The glossary's terms (content/glossary/terms.json) as the pages need them. A further language has a file of its own
// beside it, terms.LANGUAGE.json, with the terms by id.
import glossary from '../../content/glossary/terms.json';

interface Meaning {
  /** the one form in which the course writes it */
  readonly term: string;
  readonly sense: string;
  /** a short rendering in the reader's language, for terms that stay English */
  readonly gloss?: string;
}

export interface Term extends Meaning {
  readonly id: string;
  /** address of the chapter that explains it */
  readonly chapter: string | null;
  readonly english: string;
}

type Entry = { readonly id: string; readonly chapter?: string } & Readonly<
  Record<string, Meaning | string | undefined>
>;

const entries = new Map((glossary.terms as unknown as readonly Entry[]).map((entry) => [entry.id, entry]));

const further = import.meta.glob<Readonly<Record<string, Meaning>>>(
  ['../../content/glossary/terms.*.json', '!../../content/glossary/terms.schema.json'],
  { eager: true, import: 'default' },
);

function term(entry: Entry, language: string): Term {
  const english = entry['en'] as Meaning;
  const elsewhere = further[`../../content/glossary/terms.${language}.json`]?.[entry.id];
  const own = (entry[language] as Meaning | undefined) ?? elsewhere ?? english;
  return {
    id: entry.id,
    chapter: entry.chapter ?? null,
    english: english.term,
    term: own.term,
    sense: own.sense,
    gloss: own.gloss,
  };
}

export function termNamed(id: string, language: string): Term {
  const entry = entries.get(id);
  if (!entry) throw new Error(`<Term id="${id}">: content/glossary/terms.json has no such term`);
  return term(entry, language);
}

/** All terms in the alphabetical order of their English form, which stays the same for readers of both. */
export const allTerms = (language: string): Term[] =>
  [...entries.values()].map((entry) => term(entry, language)).sort((a, b) => a.english.localeCompare(b.english, 'en'));
