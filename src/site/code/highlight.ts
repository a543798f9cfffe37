// C as HTML at build time: the same grammar that the editor uses, colours as classes, one element a line.
import { createHighlighterCore, type HighlighterCore } from 'shiki/core';
import { createJavaScriptRegexEngine } from 'shiki/engine/javascript';
import c from 'shiki/langs/c.mjs';
import makefile from 'shiki/langs/make.mjs';
import shell from 'shiki/langs/shellscript.mjs';
import { classOfColour, codeThemes } from '../../playground/code-themes.ts';

let highlighter: Promise<HighlighterCore> | null = null;

const languageOf = (file: string): string =>
  file.endsWith('Makefile') ? 'make' : file.endsWith('.sh') ? 'shellscript' : 'c';

const escape = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** By kind of file and text: an example stands in several chapters, in every language. */
const known = new Map<string, Promise<string[]>>();

/** One string of HTML for each line of `text`, without its line break. */
export function highlightedLines(text: string, file: string): Promise<string[]> {
  const key = `${languageOf(file)}\0${text}`;
  const found = known.get(key) ?? highlight(text, file);
  known.set(key, found);
  return found;
}

async function highlight(text: string, file: string): Promise<string[]> {
  highlighter ??= createHighlighterCore({
    langs: [c, makefile, shell],
    themes: [codeThemes.light],
    engine: createJavaScriptRegexEngine(),
  });
  const tokens = (await highlighter).codeToTokensBase(text.replace(/\n$/, ''), {
    lang: languageOf(file),
    theme: codeThemes.light.name ?? '',
  });
  return tokens.map((line) =>
    line
      .map((token) => {
        const name = classOfColour(token.color);
        const body = escape(token.content);
        return name && token.content.trim() !== '' ? `<span class="${name}">${body}</span>` : body;
      })
      .join(''),
  );
}
