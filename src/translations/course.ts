// The course as its files say it: languages, chapters with their texts and pins, glossary, and every other string.
import type { Files } from './files.ts';
import { parseText, type Text } from './mdx.ts';
import { readPins, type Pins } from './pins.ts';

export interface Chapter {
  /** address: what-is-ebpf */
  readonly id: string;
  /** content/chapters/01-what-is-ebpf */
  readonly folder: string;
  readonly texts: ReadonlyMap<string, Text>;
  readonly pins: ReadonlyMap<string, Pins>;
  /** the language that it was written in first: whose text carries no `translationOf`; null when that is not clear */
  readonly original: string | null;
  /** the C that the chapter shows, by path below examples/ */
  readonly code: ReadonlyMap<string, string>;
}

/** A term in one language. */
export interface TermForm {
  readonly term: string;
  readonly sense: string;
  readonly keepEnglish?: boolean;
  readonly gloss?: string;
  readonly avoid?: readonly string[];
}

export interface GlossaryTerm {
  readonly id: string;
  readonly chapter: string;
  readonly forms: ReadonlyMap<string, TermForm>;
}

export interface Course {
  readonly files: Files;
  /** a language exists when it has interface strings: content/ui/LANGUAGE/ */
  readonly languages: readonly string[];
  readonly chapters: readonly Chapter[];
  readonly glossary: readonly GlossaryTerm[];
}

export const glossaryPath = 'content/glossary/terms.json';

export function readCourse(files: Files): Course {
  const languages = new Set<string>();
  const folders = new Set<string>();
  for (const path of files.keys()) {
    const ui = /^content\/ui\/([a-z-]+)\//.exec(path);
    if (ui?.[1]) languages.add(ui[1]);
    const chapter = /^(content\/chapters\/[^/]+)\//.exec(path);
    if (chapter?.[1] && !chapter[1].endsWith('.json')) folders.add(chapter[1]);
  }
  return {
    files,
    languages: [...languages].sort(),
    chapters: [...folders].sort().map((folder) => readChapter(files, folder)),
    glossary: readGlossary(files),
  };
}

function readChapter(files: Files, folder: string): Chapter {
  const texts = new Map<string, Text>();
  const pins = new Map<string, Pins>();
  for (const [path, source] of files) {
    const language = path.startsWith(`${folder}/`)
      ? /^([a-z-]+)\.mdx$/.exec(path.slice(folder.length + 1))?.[1]
      : undefined;
    if (language === undefined) continue;
    texts.set(language, parseText(path, source));
    pins.set(language, readPins(files.get(`${folder}/${language}.pins.json`)));
  }
  const originals = [...texts]
    .filter(([, text]) => !text.frontMatter.has('translationOf'))
    .map(([language]) => language);
  return {
    id: folder.replace(/^.*\/(?:\d+-)?/, ''),
    folder,
    texts,
    pins,
    original: originals.length === 1 ? (originals[0] ?? null) : null,
    code: codeOf(files, texts.values()),
  };
}

/** Every .bpf.c file of the examples that a text names; prose about an example is prose about all its variants. */
function codeOf(files: Files, texts: Iterable<Text>): Map<string, string> {
  const named = new Set<string>();
  for (const text of texts) {
    for (const use of text.sections.flatMap((section) => section.uses)) {
      if (use.name === 'Example') named.add(use.attributes['name'] ?? '');
      if (use.name === 'Excerpt') named.add(use.attributes['example'] ?? '');
      if (use.name === 'Exercise')
        named.add(`${use.attributes['example'] ?? ''}/exercises/${use.attributes['name'] ?? ''}`);
    }
  }
  const code = new Map<string, string>();
  for (const [path, source] of files) {
    const match = /^examples\/(.+)\/[^/]+\.bpf\.c$/.exec(path);
    if (match?.[1] && named.has(match[1])) code.set(path.slice('examples/'.length), source);
  }
  return code;
}

interface GlossaryFile {
  readonly terms?: readonly ({ readonly id: string; readonly chapter: string } & Readonly<Record<string, unknown>>)[];
}

/** English and Burmese stand in terms.json; a further language has terms.LANGUAGE.json with the same ids. */
function readGlossary(files: Files): GlossaryTerm[] {
  const main = parseJson(files.get(glossaryPath)) as GlossaryFile | null;
  const further = [...files].flatMap(([path, source]) => {
    const language = /^content\/glossary\/terms\.([a-z-]+)\.json$/.exec(path)?.[1];
    return language && language !== 'schema'
      ? [[language, parseJson(source) as Record<string, TermForm> | null] as const]
      : [];
  });
  return (main?.terms ?? []).map((term) => {
    const forms = new Map<string, TermForm>();
    for (const [key, value] of Object.entries(term)) {
      if (typeof value === 'object' && value !== null) forms.set(key, value as TermForm);
    }
    for (const [language, terms] of further) {
      const form = terms?.[term.id];
      if (form) forms.set(language, form);
    }
    return { id: term.id, chapter: term.chapter, forms };
  });
}

/** null for what is missing or is not JSON; the check `json` names the second. */
export function parseJson(source: string | undefined): unknown {
  try {
    return source === undefined ? null : JSON.parse(source);
  } catch {
    return null;
  }
}
