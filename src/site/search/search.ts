// Asks the index: which places say all that is asked, and what do they say there?
import MiniSearch from 'minisearch';
import { indexOptions, type Entry } from './index-options.ts';
import { isBurmese, normalised, tokens } from './tokens.ts';

export interface Hit {
  readonly id: string;
  readonly title: string;
  readonly where: string;
  /** the words around the first that was found, in three parts: before, found, after */
  readonly excerpt: readonly [string, string, string];
}

export type Index = MiniSearch<Entry>;

export const buildIndex = (entries: readonly Entry[]): Index => {
  const index = new MiniSearch(indexOptions);
  index.addAll(entries);
  return index;
};

export const readIndex = (json: string): Index => MiniSearch.loadJSON(json, indexOptions);

const LIMIT = 20;
const AROUND = 60;

/** The best 20, best first. What is asked in Burmese must stand together as it was typed: syllables alone mean little. */
export function search(index: Index, query: string): Hit[] {
  const phrases = normalised(query)
    .split(/\s+/)
    .filter((part) => isBurmese(part));
  return index
    .search(query)
    .filter((result) => {
      const stored = result as unknown as Entry;
      const text = normalised(`${stored.title} ${stored.where} ${stored.text}`);
      return phrases.every((phrase) => text.includes(phrase.replace(/[၊။]/g, '')));
    })
    .slice(0, LIMIT)
    .map((result) => {
      const { title, where, text } = result as unknown as Entry;
      return { id: String(result.id), title, where, excerpt: excerpt(text, query, result.terms) };
    });
}

/** Cut at spaces, never inside a Burmese cluster. */
function excerpt(text: string, query: string, terms: readonly string[]): Hit['excerpt'] {
  const plain = text.normalize('NFC');
  const lower = plain.toLowerCase();
  const candidates = [query.normalize('NFC').trim().toLowerCase(), ...tokens(query), ...terms];
  for (const candidate of candidates) {
    const at = candidate === '' ? -1 : lower.indexOf(candidate);
    if (at < 0) continue;
    const end = at + candidate.length;
    const from = at <= AROUND ? 0 : plain.indexOf(' ', at - AROUND) + 1;
    const to = plain.indexOf(' ', end + AROUND * 1.5);
    const start = from > at || from === 0 ? 0 : from;
    return [
      (start > 0 ? '… ' : '') + plain.slice(start, at),
      plain.slice(at, end),
      plain.slice(end, to < 0 ? undefined : to) + (to < 0 ? '' : ' …'),
    ];
  }
  const to = plain.indexOf(' ', AROUND * 2);
  return [to < 0 ? plain : `${plain.slice(0, to)} …`, '', ''];
}
