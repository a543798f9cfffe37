// Which version of the original did the translator have before them? The pins say it: `translationOf` in the front
// matter for the whole text, and LANGUAGE.pins.json beside it for each section and for each file of code that the
// chapter shows. Both are written by `npm run translations -- accept`, never by hand.
import { blobId, shortId } from './blob.ts';
import type { Chapter } from './course.ts';
import type { Text } from './mdx.ts';

export interface Pins {
  /** of the original's sections, by heading id */
  readonly sections: Readonly<Record<string, string>>;
  /** of the code, by path below examples/ */
  readonly code: Readonly<Record<string, string>>;
}

export const noPins: Pins = { sections: {}, code: {} };

/** Anything that is not a pin file is taken for an empty one: then every section counts as not yet compared. */
export function readPins(json: string | undefined): Pins {
  if (json === undefined) return noPins;
  try {
    const parsed = JSON.parse(json) as Partial<Pins> | null;
    return { sections: parsed?.sections ?? {}, code: parsed?.code ?? {} };
  } catch {
    return noPins;
  }
}

/** The pins that say: compared with the original and the code as they are now. */
export function currentPins(chapter: Chapter, language: string): Pins {
  const original = language === chapter.original ? undefined : chapter.texts.get(chapter.original ?? '');
  return {
    sections: Object.fromEntries((original?.sections ?? []).map((section) => [section.id, shortId(section.source)])),
    code: Object.fromEntries([...chapter.code].map(([path, source]) => [path, shortId(source)])),
  };
}

export const writePins = (pins: Pins): string => `${JSON.stringify(pins, null, 2)}\n`;

/** The translation's source with `translationOf` naming the original as it is now. */
export function withTranslationOf(source: string, original: Text): string {
  const line = `translationOf: ${blobId(original.source)}`;
  if (/^translationOf:.*$/m.test(source)) return source.replace(/^translationOf:.*$/m, line);
  return source.startsWith('---\n') ? source.replace(/\n---\n/, `\n${line}\n---\n`) : `---\n${line}\n---\n\n${source}`;
}
