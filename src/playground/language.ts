// The editors' questions, carried to the lab's worker; what a helper does comes from content/helpers in the page's language.
import type { DefinitionReport, Place } from '../lab/api.ts';
import type { Lab } from '../lab/client.ts';
import type { Project } from '../lab/api.ts';
import type { EditorLanguage } from './editor/editor.ts';

const files = import.meta.glob<Readonly<Record<string, string>>>('../../content/helpers/*/helpers.json', {
  import: 'default',
});
const loaded = new Map<string, Promise<Readonly<Record<string, string>>>>();

/** What the helper does; null where nothing is written about it. */
export async function helperText(language: string, name: string): Promise<string | null> {
  const path = `../../content/helpers/${language}/helpers.json`;
  const load = files[path];
  if (!load) return null;
  let texts = loaded.get(path);
  if (!texts) {
    loaded.set(path, (texts = load()));
    // Offline just now: the next question tries again.
    texts.catch(() => loaded.delete(path));
  }
  try {
    return (await texts)[name] ?? null;
  } catch {
    return null;
  }
}

export interface LanguageHost {
  readonly lab: Lab;
  /** the project as it stands, with the editor's text in it */
  readonly project: () => Project;
  readonly file: string;
  readonly language: string;
  /** shows the reader where a name is declared */
  readonly show: (report: DefinitionReport) => void;
}

export function editorLanguage({ lab, project, file, language, show }: LanguageHost): EditorLanguage {
  return {
    hover: (place) => lab.language(project(), { ask: 'hover', file, place }),
    complete: (place) => lab.language(project(), { ask: 'complete', file, place }),
    signature: (place) => lab.language(project(), { ask: 'signature', file, place }),
    async define(place: Place) {
      const report = await lab.language(project(), { ask: 'define', file, place });
      if (report) show(report);
    },
    formatted: () => lab.language(project(), { ask: 'format', file }),
    helper: (name) => helperText(language, name),
  };
}
