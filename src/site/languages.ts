// Which languages there are, and their interface strings: content/ui/LANGUAGE/site.json. English gives the type; a test
// holds the others to its keys and placeholders.
import type english from '../../content/ui/en/site.json';

export type SiteStrings = typeof english;

const files = import.meta.glob<SiteStrings>('../../content/ui/*/site.json', { eager: true, import: 'default' });

const strings = new Map<string, SiteStrings>(
  Object.entries(files).map(([path, content]) => [path.split('/').at(-2) ?? '', content]),
);

/** Burmese first: it is whom the course is for. The others follow in the order of their codes. */
export const languages: readonly string[] = [...strings.keys()].sort(
  (a, b) => Number(b === 'my') - Number(a === 'my') || a.localeCompare(b),
);

export function stringsFor(language: string): SiteStrings {
  const found = strings.get(language);
  if (!found) throw new Error(`there is no content/ui/${language}/site.json`);
  return found;
}

/** The language's own name, in itself. */
export const nameOf = (language: string): string => stringsFor(language).language.name;

/** A number in the language's own digits, for prose; code, addresses and sizes keep 0–9. */
export function digits(value: number, language: string): string {
  const own = [...stringsFor(language).language.digits];
  return String(value).replace(/\d/g, (digit) => own[Number(digit)] ?? digit);
}

/** `fill('about {minutes} min', { minutes: 5 })`; a missing name stays visible. */
export function fill(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{([\w-]+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
