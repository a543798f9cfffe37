// The words of patches, modules and the three-way comparison at build time; in the browser they come with the first run.
import type english from '../../content/ui/en/ways.json';

export type WayStrings = typeof english;

const files = import.meta.glob<WayStrings>('../../content/ui/*/ways.json', { eager: true, import: 'default' });

export function wayStrings(language: string): WayStrings {
  const found = files[`../../content/ui/${language}/ways.json`];
  if (!found) throw new Error(`there is no content/ui/${language}/ways.json`);
  return found;
}
