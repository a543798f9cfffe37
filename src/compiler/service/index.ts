// The language service: what an editor may ask about a project, answered from the front end's tree.
import { Analysis, type ServiceProject } from './analysis.ts';
import { complete } from './completion.ts';
import { definition } from './definition.ts';
import { format } from './format.ts';
import { hover } from './hover.ts';
import type {
  CompletionReport,
  DefinitionReport,
  HoverReport,
  Place,
  SignatureReport,
  SymbolReport,
} from './reports.ts';
import { signature } from './signature.ts';
import { documentSymbols } from './symbols.ts';

export type LanguageQuery =
  | { readonly ask: 'hover' | 'complete' | 'define' | 'signature'; readonly file: string; readonly place: Place }
  | { readonly ask: 'symbols' | 'format'; readonly file: string };

export interface LanguageAnswers {
  hover: HoverReport | null;
  complete: CompletionReport | null;
  define: DefinitionReport | null;
  signature: SignatureReport | null;
  symbols: readonly SymbolReport[];
  /** the formatted text; null where it cannot be taken apart */
  format: string | null;
}

/** Answers any question; keeps the last analysis, since an editor asks several things of one text. */
export class LanguageService {
  #last: { readonly key: ServiceProject; readonly file: string; readonly analysis: Analysis | null } | null = null;

  answer(project: ServiceProject, query: LanguageQuery): LanguageAnswers[keyof LanguageAnswers] {
    switch (query.ask) {
      case 'complete':
        return complete(project, query.file, query.place);
      case 'format':
        return format(project.files[query.file] ?? '');
      case 'symbols': {
        const analysis = this.#analysis(project, query.file);
        return analysis ? documentSymbols(analysis) : [];
      }
      default: {
        const analysis = this.#analysis(project, query.file);
        if (!analysis) return null;
        if (query.ask === 'hover') return hover(analysis, query.place);
        if (query.ask === 'signature') return signature(analysis, query.place);
        return definition(analysis, query.place, project);
      }
    }
  }

  #analysis(project: ServiceProject, file: string): Analysis | null {
    const last = this.#last;
    if (last?.file === file && sameProject(last.key, project)) return last.analysis;
    const analysis = Analysis.of(project, file);
    this.#last = { key: project, file, analysis };
    return analysis;
  }
}

function sameProject(a: ServiceProject, b: ServiceProject): boolean {
  const names = Object.keys(a.files);
  return (
    a.main === b.main &&
    a.target === b.target &&
    a.beside === b.beside &&
    names.length === Object.keys(b.files).length &&
    names.every((name) => a.files[name] === b.files[name])
  );
}
