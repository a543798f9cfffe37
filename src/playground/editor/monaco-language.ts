// The language service as Monaco asks for it: hover, completion, signatures; each model belongs to one open editor.
import * as monaco from 'monaco-editor/editor';
import 'monaco-editor/features/parameterHints/register';
// features/suggest registers only its inline part; the list itself is this contribution.
import 'monaco-editor/editor/contrib/suggest/browser/suggestController';
import type { CompletionItem, Place, Topic } from '../../lab/api.ts';
import { fill } from '../strings.ts';
import type { EditorLanguage } from './editor.ts';
import type { EditorWords } from './words.ts';
import { measures } from './hover.ts';

interface Owner {
  readonly language: EditorLanguage;
  readonly words: EditorWords;
}
const owners = new WeakMap<monaco.editor.ITextModel, Owner>();

export const ownModel = (model: monaco.editor.ITextModel, owner: Owner): void => void owners.set(model, owner);

const place = ({ lineNumber, column }: monaco.IPosition): Place => ({ line: lineNumber, column });

const kinds: Readonly<Record<CompletionItem['kind'], monaco.languages.CompletionItemKind>> = {
  member: monaco.languages.CompletionItemKind.Field,
  helper: monaco.languages.CompletionItemKind.Function,
  function: monaco.languages.CompletionItemKind.Function,
  macro: monaco.languages.CompletionItemKind.Constant,
  constant: monaco.languages.CompletionItemKind.EnumMember,
  variable: monaco.languages.CompletionItemKind.Variable,
  type: monaco.languages.CompletionItemKind.Struct,
  keyword: monaco.languages.CompletionItemKind.Keyword,
  section: monaco.languages.CompletionItemKind.Value,
};

/** Nothing that a program says is read as Markdown. */
const plain = (text: string): string => text.replace(/[\\`*_{}[\]()#+\-.!|<>~&]/g, '\\$&');

export function registerLanguage(): void {
  monaco.languages.registerHoverProvider('c', {
    async provideHover(model, position) {
      const owner = owners.get(model);
      const report = await owner?.language.hover(place(position));
      if (!owner || !report) return null;
      const { words, language } = owner;
      const documentation = report.about === null ? null : await language.about(report.about);
      const facts = measures(report, words);
      const { span, origin } = report;
      const texts = [
        facts === '' ? null : plain(facts),
        report.value === null ? null : `\`= ${report.value}\``,
        documentation === null ? null : plain(documentation),
        report.comment === null ? null : plain(report.comment).replace(/\n/g, '  \n'),
        origin && plain(fill(words.declared, { file: origin.file, line: origin.line })),
      ].filter((text) => text !== null);
      return {
        range: new monaco.Range(span.line, span.column, span.endLine, span.endColumn),
        contents: [{ value: `\`\`\`c\n${report.declaration}\n\`\`\`` }, ...texts.map((value) => ({ value }))],
      };
    },
  });

  monaco.languages.registerCompletionItemProvider('c', {
    triggerCharacters: ['.', '>', '"', '#', '<', '('],
    async provideCompletionItems(model, position) {
      const before = model.getLineContent(position.lineNumber).slice(0, position.column - 1);
      // Typed `>` alone is a comparison; `<` matters only to #include.
      if (before.endsWith('>') && !before.endsWith('->')) return null;
      if (before.endsWith('<') && !/#\s*include\s*<$/.test(before)) return null;
      // A call's parenthesis brings up its signature; only a map's attributes are a list to choose from.
      if (before.endsWith('(') && !/\b__(?:uint|ulong|type|array)\($/.test(before)) return null;
      const report = await owners.get(model)?.language.complete(place(position));
      if (!report) return null;
      const range = new monaco.Range(report.from.line, report.from.column, position.lineNumber, position.column);
      return {
        incomplete: report.incomplete,
        suggestions: report.items.map((item, index) => ({
          label: { label: item.label, description: item.detail },
          kind: kinds[item.kind],
          insertText: item.insert ?? item.label,
          range,
          sortText: String(index).padStart(4, '0'),
          // Kept for resolving: which model asked, and what it is.
          about: item.about,
          model,
        })),
      };
    },
    async resolveCompletionItem(item) {
      const { about, model } = item as { about?: Topic | null; model?: monaco.editor.ITextModel };
      const owner = model && owners.get(model);
      const documentation = about && owner ? await owner.language.about(about) : null;
      return documentation === null ? item : { ...item, documentation };
    },
  });

  monaco.languages.registerSignatureHelpProvider('c', {
    signatureHelpTriggerCharacters: ['(', ','],
    signatureHelpRetriggerCharacters: [')'],
    async provideSignatureHelp(model, position) {
      const owner = owners.get(model);
      const report = await owner?.language.signature(place(position));
      if (!owner || !report) return null;
      const documentation = report.about === null ? null : await owner.language.about(report.about);
      return {
        value: {
          activeSignature: 0,
          activeParameter: report.active,
          signatures: [
            {
              label: report.label,
              parameters: report.parameters.map(([from, to]) => ({ label: [from, to] })),
              ...(documentation === null ? {} : { documentation }),
            },
          ],
        },
        dispose: () => undefined,
      };
    },
  });
}
