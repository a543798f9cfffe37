// The words of the reference's own pages: content/ui/LANGUAGE/reference.json.
import type english from '../../content/ui/en/reference.json';

export type ReferenceStrings = typeof english;

const files = import.meta.glob<ReferenceStrings>('../../content/ui/*/reference.json', {
  eager: true,
  import: 'default',
});

export function referenceStrings(language: string): ReferenceStrings {
  const found = files[`../../content/ui/${language}/reference.json`];
  if (!found) throw new Error(`there is no content/ui/${language}/reference.json`);
  return found;
}
