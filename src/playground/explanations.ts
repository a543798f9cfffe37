// What a diagnostic means, in the page's language: templates by code, from content/diagnostics/LANGUAGE, filled from its
// arguments. English needs none: a diagnostic's own message is English.
import { fillTemplate, type DiagnosticArguments } from '../diagnostics/diagnostic.ts';

type Templates = Readonly<Record<string, string>>;

/** null where the language has no words for the code: then the message stands as it is. */
export type Explain = (problem: { readonly code: string; readonly args: DiagnosticArguments }) => string | null;

const files = import.meta.glob<Templates>('../../content/diagnostics/*/*.json', { import: 'default' });

export interface Explanations {
  /** before they are there, everything is said in the message's own English */
  readonly explain: Explain;
  readonly there: boolean;
  /** fetches them, once; where that fails they stay away, and the next problem tries again */
  ready(): Promise<void>;
}

/** Explanations that come with the first problem: who has none never fetches them. */
export function explanationsIn(language: string): Explanations {
  let loaded: Explain | null = null;
  let loading: Promise<void> | null = null;
  return {
    explain: (problem) => loaded?.(problem) ?? null,
    get there() {
      return loaded !== null;
    },
    ready() {
      loading ??= loadExplanations(language).then(
        (explain) => {
          loaded = explain;
        },
        () => {
          loading = null;
        },
      );
      return loading;
    },
  };
}

export async function loadExplanations(language: string): Promise<Explain> {
  const own = Object.entries(files).filter(([path]) => path.split('/').at(-2) === language);
  const templates: Templates = Object.assign({}, ...(await Promise.all(own.map(([, load]) => load())))) as Templates;
  return ({ code, args }) => {
    const template = templates[code];
    return template === undefined ? null : fillTemplate(template, args);
  };
}
