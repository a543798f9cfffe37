// The editors' questions, carried to the lab's worker; what a helper does, or a map is, comes from content/ in the page's
// language.
import type { DefinitionReport, Place, Project, Topic } from '../lab/api.ts';
import type { Lab } from '../lab/client.ts';
import type { EditorLanguage } from './editor/editor.ts';

type Sentences = Readonly<Record<string, string>>;

const files = import.meta.glob<Sentences>(
  ['../../content/helpers/*/{helpers,kernel}.json', '../../content/reference/*/{map,program}-types.json'],
  { import: 'default' },
);
const loaded = new Map<string, Promise<Sentences>>();

const FILES: Readonly<Record<Topic['kind'], string>> = {
  helper: 'helpers/{}/helpers',
  kernel: 'helpers/{}/kernel',
  'map-type': 'reference/{}/map-types',
  'program-type': 'reference/{}/program-types',
};

/** What is written about a topic in a language; null where nothing is. */
export async function describeTopic(language: string, { kind, name }: Topic): Promise<string | null> {
  const path = `../../content/${FILES[kind].replace('{}', language)}.json`;
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
    symbols: async () => (await lab.language(project(), { ask: 'symbols', file })) ?? [],
    about: (topic) => describeTopic(language, topic),
  };
}
