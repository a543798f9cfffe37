// What a diagnostic means, in the page's language: templates by code, from content/diagnostics, filled from its arguments.
import { fillTemplate, type DiagnosticArguments } from '../diagnostics/diagnostic.ts';

type Templates = Readonly<Record<string, string>>;

/** null where the language has no words for the code: then the original wording stands alone. */
export type Explain = (problem: { readonly code: string; readonly args: DiagnosticArguments }) => string | null;

const files = import.meta.glob<Templates>('../../content/diagnostics/*.json', { import: 'default' });

export async function loadExplanations(language: string): Promise<Explain> {
  const templates = (await files[`../../content/diagnostics/${language}.json`]?.()) ?? {};
  return ({ code, args }) => {
    const template = templates[code];
    return template === undefined ? null : fillTemplate(template, args);
  };
}
