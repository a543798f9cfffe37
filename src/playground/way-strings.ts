// The words of patches, modules and the three-way comparison in the page's language: loaded when one of them is first run.
import type english from '../../content/ui/en/ways.json';

export type WayStrings = typeof english;

const files = import.meta.glob<WayStrings>('../../content/ui/*/ways.json', { import: 'default' });

export async function loadWayStrings(language: string): Promise<WayStrings> {
  const load = files[`../../content/ui/${language}/ways.json`] ?? files['../../content/ui/en/ways.json'];
  if (!load) throw new Error('the three ways have no words');
  return load();
}
