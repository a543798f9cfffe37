// The playground's interface strings at build time; in the browser it loads its one language itself.
import type english from '../../content/ui/en/playground.json';

export type PlaygroundStrings = typeof english;

const files = import.meta.glob<PlaygroundStrings>('../../content/ui/*/playground.json', {
  eager: true,
  import: 'default',
});

export function playgroundStrings(language: string): PlaygroundStrings {
  const found = files[`../../content/ui/${language}/playground.json`];
  if (!found) throw new Error(`there is no content/ui/${language}/playground.json`);
  return found;
}
