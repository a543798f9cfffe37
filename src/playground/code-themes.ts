// The colours of C in the page and in the editor: one table of roles, from which both themes and the page's CSS follow.
// Every foreground holds at least 4.5:1 on its background; code-themes.test.ts measures it.
import type { ThemeRegistrationRaw } from 'shiki/core';

interface Role {
  /** CSS class and variable: `t-NAME`, `--t-NAME` */
  readonly name: string;
  readonly scopes: readonly string[];
  readonly light: string;
  readonly dark: string;
  readonly italic?: boolean;
}

export const codeColours = {
  light: { background: '#fffdf8', text: '#2a201a', lineNumber: '#7a6a5c' },
  dark: { background: '#1b1512', text: '#ece0cf', lineNumber: '#9a8a7b' },
} as const;

/** Later roles win over earlier ones for the same scope depth, as in TextMate themes. */
export const codeRoles: readonly Role[] = [
  {
    name: 'comment',
    scopes: ['comment', 'punctuation.definition.comment'],
    light: '#6b5f54',
    dark: '#a89a8b',
    italic: true,
  },
  {
    name: 'keyword',
    scopes: ['keyword.control', 'keyword.other', 'storage.modifier', 'keyword.operator.sizeof'],
    light: '#8e1f24',
    dark: '#f09a8e',
  },
  {
    name: 'type',
    scopes: ['storage.type', 'support.type', 'entity.name.type', 'keyword.operator.type'],
    light: '#3f4a80',
    dark: '#aebcf0',
  },
  {
    name: 'function',
    scopes: ['entity.name.function', 'support.function', 'entity.name.function.preprocessor'],
    light: '#7a5200',
    dark: '#e9c06a',
  },
  {
    name: 'directive',
    scopes: ['meta.preprocessor keyword.control', 'keyword.control.directive', 'punctuation.definition.directive'],
    light: '#7a3b7c',
    dark: '#dba6da',
  },
  {
    name: 'string',
    scopes: ['string', 'punctuation.definition.string', 'constant.character'],
    light: '#1c6a4c',
    dark: '#86d0a6',
  },
  {
    name: 'number',
    scopes: ['constant.numeric', 'constant.language', 'keyword.other.unit'],
    light: '#9a3d00',
    dark: '#f5a878',
  },
];

function theme(kind: 'light' | 'dark'): ThemeRegistrationRaw {
  const { background, text, lineNumber } = codeColours[kind];
  return {
    name: `lacquer-${kind}`,
    type: kind,
    colors: {
      'editor.background': background,
      'editor.foreground': text,
      'editorLineNumber.foreground': lineNumber,
      'editorLineNumber.activeForeground': text,
      'editorCursor.foreground': kind === 'light' ? '#8e1f24' : '#f0c75e',
      'editor.selectionBackground': kind === 'light' ? '#f0dfb8' : '#4a3a22',
      'editor.lineHighlightBackground': kind === 'light' ? '#f7f0e2' : '#241c17',
      'editor.lineHighlightBorder': '#00000000',
      'editorIndentGuide.background1': kind === 'light' ? '#eadfce' : '#33291f',
      'editorBracketMatch.background': kind === 'light' ? '#f3e3bb' : '#463719',
      'editorBracketMatch.border': kind === 'light' ? '#a87a1e' : '#a87a1e',
      // The page colours no bracket pairs, so the editor does not either.
      ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`editorBracketHighlight.foreground${n}`, text])),
      'editorBracketHighlight.unexpectedBracket.foreground': text,
      'editorError.foreground': kind === 'light' ? '#b23a00' : '#ff9a6b',
      'editorWarning.foreground': kind === 'light' ? '#8a6100' : '#eabf5f',
      'editorHoverWidget.background': kind === 'light' ? '#fbf7ef' : '#241c17',
      'editorHoverWidget.border': kind === 'light' ? '#d9c9b0' : '#4a3c31',
      'editorWidget.background': kind === 'light' ? '#fbf7ef' : '#241c17',
      'editorWidget.border': kind === 'light' ? '#d9c9b0' : '#4a3c31',
      'editorHoverWidget.highlightForeground': kind === 'light' ? '#8e1f24' : '#f0c75e',
      'list.highlightForeground': kind === 'light' ? '#8e1f24' : '#f0c75e',
      'editorSuggestWidget.background': kind === 'light' ? '#fbf7ef' : '#241c17',
      'editorSuggestWidget.border': kind === 'light' ? '#8c7b69' : '#8d7c6b',
      'editorSuggestWidget.foreground': text,
      'editorSuggestWidget.selectedBackground': kind === 'light' ? '#f6e6bd' : '#4d3c18',
      'editorSuggestWidget.selectedForeground': text,
      'editorSuggestWidget.highlightForeground': kind === 'light' ? '#8e1f24' : '#f0c75e',
      'editorSuggestWidget.focusHighlightForeground': kind === 'light' ? '#8e1f24' : '#f0c75e',
      'textPreformat.foreground': text,
      focusBorder: kind === 'light' ? '#8e1f24' : '#f0c75e',
    },
    settings: [
      { settings: { foreground: text, background } },
      ...codeRoles.map((role) => ({
        scope: [...role.scopes],
        settings: { foreground: role[kind], ...(role.italic ? { fontStyle: 'italic' } : {}) },
      })),
      // The grammar calls [] a storage modifier; to a reader it is a bracket.
      { scope: ['storage.modifier.array.bracket'], settings: { foreground: text } },
    ],
  };
}

export const codeThemes = { light: theme('light'), dark: theme('dark') } as const;

/** Class of a token that the light theme painted in `colour`; null for plain text. */
export function classOfColour(colour: string | undefined): string | null {
  const role = codeRoles.find((candidate) => candidate.light === colour?.toLowerCase());
  return role ? `t-${role.name}` : null;
}

/** The custom properties and rules that give those classes their colours, in light and dark. */
export function codeStyles(kind: 'light' | 'dark'): string {
  const { background, text, lineNumber } = codeColours[kind];
  return [
    `--code-background:${background};--code-text:${text};--code-line-number:${lineNumber}`,
    ...codeRoles.map((role) => `--t-${role.name}:${role[kind]}`),
  ].join(';');
}
