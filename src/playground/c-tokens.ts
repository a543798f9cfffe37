// Colours C line by line, with the roles of code-themes.ts: for the editor on touch devices and for a reader's own text in
// the page. It says what Shiki's grammar says of C that people write (c-tokens.test.ts compares the two on every example),
// in 1 kB instead of 60.

export type Role = 'comment' | 'keyword' | 'type' | 'function' | 'directive' | 'string' | 'number';

/** What a line leaves open for the next one. */
export interface LineState {
  comment: boolean;
  /** name of the directive that a backslash continues; '' for none */
  directive: string;
}

export const startState = (): LineState => ({ comment: false, directive: '' });

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));
const KEYWORDS = words(
  'auto break case const continue default do else extern for goto if inline register restrict return sizeof static ' +
    'switch typedef volatile while _Alignof',
);
const TYPES = words('asm bool char double enum float int long short signed struct union unsigned void _Bool __asm__');
const CONSTANTS = words('NULL true false');
/** Directives whose words are macros' names. */
const CONDITIONS = words('if ifdef ifndef elif undef');

const IDENTIFIER = /[\p{L}_$][\p{L}\p{M}\p{N}_$]*/uy;
const NUMBER = /(?:\.?\d)(?:[eEpP][+-]|[\w.])*/y;
const QUOTED = /(["'])(?:\\.|(?!\1)[^\\])*(?:\1|\\?$)/y;
const DIRECTIVE = /^(\s*)(#\s*)(\w*)/;

/** Calls `mark` for every stretch that has a role, in order; `state` becomes the next line's. */
export function colourLine(line: string, state: LineState, mark: (from: number, to: number, role: Role) => void): void {
  let at = 0;
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(line)?.[0] ?? null;
  };
  if (state.comment) {
    const end = line.indexOf('*/');
    at = end < 0 ? line.length : end + 2;
    mark(0, at, 'comment');
    state.comment = end < 0;
  } else if (state.directive === '') {
    const found = DIRECTIVE.exec(line);
    if (found) {
      const [all, space = '', , name = ''] = found;
      state.directive = name || '#';
      mark(space.length, all.length, 'directive');
      at = all.length;
      if (name === 'define') {
        const macro = /^\s*([\w$]+)/.exec(line.slice(at));
        if (macro) {
          at += macro[0].length;
          mark(at - (macro[1] ?? '').length, at, 'function');
        }
      }
    }
  }
  while (at < line.length) {
    const from = at;
    const character = line[at] ?? '';
    if (line.startsWith('//', at)) {
      at = line.length;
      mark(from, at, 'comment');
    } else if (line.startsWith('/*', at)) {
      const end = line.indexOf('*/', at + 2);
      at = end < 0 ? line.length : end + 2;
      state.comment = end < 0;
      mark(from, at, 'comment');
    } else if (character === '"' || character === "'") {
      at += match(QUOTED)?.length ?? 1;
      mark(from, at, 'string');
    } else if (character === '<' && state.directive === 'include' && line.includes('>', at)) {
      at = line.indexOf('>', at) + 1;
      mark(from, at, 'string');
    } else if (character === '\\' && at === line.length - 1 && state.directive !== '') {
      at++;
      mark(from, at, 'string');
    } else {
      const number = match(NUMBER);
      const word = number === null ? match(IDENTIFIER) : null;
      at += (number ?? word)?.length ?? 1;
      if (number !== null) mark(from, at, 'number');
      else if (word !== null) {
        const role = roleOf(word, line, at, state.directive);
        if (role) mark(from, at, role);
      }
    }
  }
  if (!(state.directive !== '' && (line.endsWith('\\') || state.comment))) state.directive = '';
}

function roleOf(word: string, line: string, end: number, directive: string): Role | null {
  if (CONDITIONS.has(directive)) return word === 'defined' ? 'directive' : 'function';
  if (KEYWORDS.has(word)) return 'keyword';
  if (TYPES.has(word) || /^\w+_t$/.test(word)) return 'type';
  if (CONSTANTS.has(word)) return 'number';
  return /^\s*\(/.test(line.slice(end)) ? 'function' : null;
}

/** A whole text as spans with the classes of the page's code, one element a line. */
export function colouredLines(text: string): HTMLElement[] {
  const state = startState();
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line, index) => {
      const row = document.createElement('span');
      row.className = 'line';
      row.dataset['line'] = String(index + 1);
      let done = 0;
      colourLine(line, state, (from, to, role) => {
        const token = document.createElement('span');
        token.className = `t-${role}`;
        token.textContent = line.slice(from, to);
        row.append(line.slice(done, from), token);
        done = to;
      });
      row.append(`${line.slice(done)}\n`);
      return row;
    });
}
