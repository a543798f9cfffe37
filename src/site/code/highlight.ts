// Code as HTML at build time, C above all: the same grammar that the editor uses, colours as classes, one element a line.
import { createHighlighterCore, type HighlighterCore } from 'shiki/core';
import { createJavaScriptRegexEngine } from 'shiki/engine/javascript';
import c from 'shiki/langs/c.mjs';
import cpp from 'shiki/langs/cpp.mjs';
import diff from 'shiki/langs/diff.mjs';
import go from 'shiki/langs/go.mjs';
import makefile from 'shiki/langs/make.mjs';
import rust from 'shiki/langs/rust.mjs';
import shell from 'shiki/langs/shellscript.mjs';
import { classOfColour, codeThemes } from '../../playground/code-themes.ts';

let highlighter: Promise<HighlighterCore> | null = null;

/** By the name's end; whatever is not named here is C. */
const languageByEnd: Readonly<Record<string, string>> = {
  Makefile: 'make',
  '.sh': 'shellscript',
  '.go': 'go',
  '.cpp': 'cpp',
  '.rs': 'rust',
  '.patch': 'diff',
};

const languageOf = (file: string): string =>
  Object.entries(languageByEnd).find(([end]) => file.endsWith(end))?.[1] ?? 'c';

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
    langs: [c, cpp, diff, go, makefile, rust, shell],
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
