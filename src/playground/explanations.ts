// What a diagnostic means, in the page's language: templates by code, from content/diagnostics/LANGUAGE, filled from its
// arguments. English needs none: a diagnostic's own message is English.
import { fillTemplate, type DiagnosticArguments } from '../diagnostics/diagnostic.ts';

type Templates = Readonly<Record<string, string>>;

/** null where the language has no words for the code: then the message stands as it is. */
export type Explain = (problem: { readonly code: string; readonly args: DiagnosticArguments }) => string | null;

const files = import.meta.glob<Templates>('../../content/diagnostics/*/*.json', { import: 'default' });

export async function loadExplanations(language: string): Promise<Explain> {
  const own = Object.entries(files).filter(([path]) => path.split('/').at(-2) === language);
  const templates: Templates = Object.assign({}, ...(await Promise.all(own.map(([, load]) => load())))) as Templates;
  return ({ code, args }) => {
    const template = templates[code];
    return template === undefined ? null : fillTemplate(template, args);
  };
}
