// The playground's words in the page's language; each language is a small file of its own, loaded with the lab.
import type english from '../../content/ui/en/playground.json';

export type Strings = typeof english;

const files = import.meta.glob<Strings>('../../content/ui/*/playground.json', { import: 'default' });

export async function loadStrings(language: string): Promise<Strings> {
  const load = files[`../../content/ui/${language}/playground.json`] ?? files['../../content/ui/en/playground.json'];
  if (!load) throw new Error('the playground has no words');
  return load();
}

/** A number in a language's own digits, which not every browser knows: `digits` are its ten, as content/ui has them. */
export function inDigits(value: number, digits: string): string {
  const own = [...digits];
  return String(value).replace(/\d/g, (digit) => own[Number(digit)] ?? digit);
}

/** `fill('line {line}', { line: 5 })`; a missing name stays visible. */
export function fill(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{([\w-]+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
