// Formats C in the kernel's manner, as little as will do: tabs by depth, one blank between what needs one, no blanks at ends
// of lines, no two empty lines in a row. Line breaks, comments, directives and what stands in columns are the writer's.
// Formatting twice is formatting once, and no token ever changes: format.test.ts holds it to both.
import { lex } from '../preprocess/lexer.ts';
import { textOf } from '../preprocess/interner.ts';
import * as T from '../preprocess/token.ts';

interface Piece {
  readonly text: string;
  readonly kind: number;
  readonly from: number;
  readonly to: number;
  readonly comment: boolean;
}

/** Tokens and comments, in order; together they cover everything but white space. */
function piecesOf(text: string): Piece[] | null {
  const raw = lex(text);
  // A text that cannot be taken apart, or whose lines are spliced in the middle of things, is left as it is.
  if (raw.problems.length > 0) return null;
  const pieces: Piece[] = [];
  let done = 0;
  const comments = (until: number): boolean => {
    const gap = text.slice(done, until);
    const found = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
    let rest = 0;
    for (let match = found.exec(gap); match; match = found.exec(gap)) {
      if (gap.slice(rest, match.index).trim() !== '') return false;
      const at = done + match.index;
      pieces.push({ text: match[0].trimEnd(), kind: -1, from: at, to: at + match[0].length, comment: true });
      rest = match.index + match[0].length;
    }
    return /^[\s\\]*$/.test(gap.slice(rest));
  };
  for (let i = 0; i < raw.count; i++) {
    const from = raw.offsets[i] as number;
    const kind = raw.kinds[i] as number;
    const token = T.punctuatorText(kind) || textOf(raw.values[i] as number);
    if (!comments(from) || text.slice(from, from + token.length) !== token) return null;
    pieces.push({ text: token, kind, from, to: from + token.length, comment: false });
    done = from + token.length;
  }
  return comments(text.length) ? pieces : null;
}

const CLOSES = new Set([T.RPAREN, T.RBRACKET]);
const OPENS = new Set([T.LPAREN, T.LBRACKET]);
const KEYWORDS_BEFORE_PAREN = new Set(['if', 'for', 'while', 'switch', 'return', 'do', 'else', 'case']);
const BINARY = new Set<number>([
  T.SLASH, T.PERCENT, T.SHIFT_LEFT, T.SHIFT_RIGHT, T.LESS, T.GREATER, T.LESS_EQUAL, T.GREATER_EQUAL, T.EQUAL_EQUAL,
  T.NOT_EQUAL, T.CARET, T.PIPE, T.AMP_AMP, T.PIPE_PIPE, T.ASSIGN, T.STAR_ASSIGN, T.SLASH_ASSIGN, T.PERCENT_ASSIGN,
  T.PLUS_ASSIGN, T.MINUS_ASSIGN, T.SHIFT_LEFT_ASSIGN, T.SHIFT_RIGHT_ASSIGN, T.AMP_ASSIGN, T.CARET_ASSIGN, T.PIPE_ASSIGN,
  T.QUESTION,
]); // prettier-ignore

/** One blank, none, or as the writer has it (null), between two neighbours on a line. */
function blankBetween(a: Piece, b: Piece): '' | ' ' | null {
  if (a.comment || b.comment) return null;
  if (b.kind === T.SEMICOLON || b.kind === T.COMMA) return a.kind === T.SEMICOLON ? null : '';
  if (a.kind === T.COMMA) return ' ';
  if (OPENS.has(a.kind)) return '';
  if (CLOSES.has(b.kind)) return a.kind === T.SEMICOLON ? null : '';
  if (a.kind === T.DOT || a.kind === T.ARROW || b.kind === T.ARROW)
    return a.kind === T.LBRACE || a.kind === T.COMMA ? ' ' : '';
  if (BINARY.has(a.kind) || BINARY.has(b.kind)) return ' ';
  if (a.kind === T.IDENTIFIER && b.kind === T.LPAREN) {
    // `sizeof (x)`, `f (x)` and attributes stay as they were written; keywords want their blank.
    return KEYWORDS_BEFORE_PAREN.has(a.text) ? ' ' : null;
  }
  if (b.kind === T.LBRACE && (a.kind === T.RPAREN || a.kind === T.IDENTIFIER)) return a.kind === T.RPAREN ? null : ' ';
  if (a.kind === T.RBRACE && b.kind === T.IDENTIFIER) return ' ';
  return null;
}

/** Would the two tokens become another one without a blank? */
const glues = (a: string, b: string): boolean => {
  const raw = lex(a + b);
  return raw.count !== 2 || (raw.offsets[1] as number) !== a.length;
};

function joinLine(pieces: readonly Piece[], text: string): string {
  let line = '';
  pieces.forEach((piece, i) => {
    const before = pieces[i - 1];
    if (before) {
      const written = text.slice(before.to, piece.from);
      const wanted = blankBetween(before, piece);
      // More than one blank, or a tab, sets things in columns: the writer's choice.
      const columns = /\t| {2}/.test(written) && wanted !== '';
      const blank = wanted === null || columns ? written : wanted;
      line += blank === '' && !before.comment && !piece.comment && glues(before.text, piece.text) ? ' ' : blank;
    }
    line += piece.text;
  });
  return line;
}

interface Depth {
  /** open braces; `switch` bodies take their labels back by one */
  readonly braces: { readonly isSwitch: boolean }[];
  parentheses: number;
}

/** Formats one text; null when it cannot be taken apart (an open comment or string): then it stays. */
export function format(text: string): string | null {
  const pieces = piecesOf(text);
  if (!pieces) return null;
  const out: string[] = [];
  const depth: Depth = { braces: [], parentheses: 0 };
  /** the statement before goes on here: `if (…)` without braces, or an expression over several lines */
  let hanging = 0;
  let statementOpen = false;
  let isSwitch = false;
  let at = 0;
  let previousEnd = 0;
  while (at < pieces.length) {
    const first = pieces[at] as Piece;
    const breaks = text.slice(previousEnd, first.from).split('\n').length - 1;
    if (out.length > 0 && breaks > 1) out.push('');
    const lineStart = text.lastIndexOf('\n', first.from - 1) + 1;
    const written = /^[ \t]*/.exec(text.slice(lineStart))?.[0] ?? '';

    // A directive keeps its lines as they are, continued ones too.
    if (first.kind === T.HASH && text.slice(lineStart, first.from).trim() === '') {
      let end = lineStart;
      do end = text.indexOf('\n', end) + 1 || text.length + 1;
      while (/\\[ \t]*\r?\n$/.test(text.slice(lineStart, end)) && end <= text.length);
      let stop = Math.min(end - 1, text.length);
      while (at < pieces.length && (pieces[at] as Piece).from < stop) {
        stop = Math.max(stop, (pieces[at] as Piece).to);
        at++;
      }
      out.push(
        text
          .slice(lineStart, stop)
          .split('\n')
          .map((row) => row.trimEnd())
          .join('\n'),
      );
      previousEnd = stop;
      continue;
    }

    // All pieces that start on this line; a comment over several lines ends it.
    const row: Piece[] = [first];
    let end = first.to;
    at++;
    while (at < pieces.length && !text.slice(end, (pieces[at] as Piece).from).includes('\n')) {
      if ((pieces[at - 1] as Piece).text.includes('\n')) break;
      end = (pieces[at] as Piece).to;
      row.push(pieces[at] as Piece);
      at++;
    }
    previousEnd = row.at(-1).to;

    const closing = row.findIndex((piece) => piece.kind !== T.RBRACE);
    const closes = closing < 0 ? row.length : closing;
    const inSwitch = depth.braces.filter((brace, i) => brace.isSwitch && i < depth.braces.length).length;
    let tabs = depth.braces.length - Math.min(closes, depth.braces.length);
    void inSwitch;
    const code = row.filter((piece) => !piece.comment);
    const label = code[0]?.kind === T.IDENTIFIER && (code[0].text === 'case' || code[0].text === 'default');
    const target = !label && code.length >= 2 && code[0]?.kind === T.IDENTIFIER && code[1]?.kind === T.COLON;
    if (label && depth.braces.at(-1)?.isSwitch) tabs--;
    const opensBlock = first.kind === T.LBRACE;
    const continued = depth.parentheses > 0 || (statementOpen && !opensBlock && closes === 0);
    let indent = '\t'.repeat(Math.max(0, tabs + (opensBlock ? Math.max(0, hanging - 1) : hanging)));
    if (target && depth.parentheses === 0 && !depth.braces.at(-1)?.isSwitch && !statementOpen) indent = '';
    else if (first.comment && code.length === 0 && written !== '' && depth.braces.length === 0) indent = written;
    else if (continued) {
      // What goes on over several lines stands where the writer put it, if that is further in.
      const width = (blank: string): number => [...blank].reduce((sum, c) => sum + (c === '\t' ? 8 - (sum % 8) : 1), 0);
      indent = width(written) > width(indent) ? written : `${indent}\t`;
    }
    out.push((indent + joinLine(row, text)).trimEnd());

    // What this line leaves open for the next.
    for (const piece of row) {
      if (piece.comment) continue;
      if (piece.kind === T.LPAREN || piece.kind === T.LBRACKET) depth.parentheses++;
      else if (CLOSES.has(piece.kind)) depth.parentheses = Math.max(0, depth.parentheses - 1);
      else if (piece.kind === T.LBRACE) {
        depth.braces.push({ isSwitch });
        isSwitch = false;
        hanging = 0;
      } else if (piece.kind === T.RBRACE) depth.braces.pop();
      if (piece.kind === T.IDENTIFIER && piece.text === 'switch') isSwitch = true;
    }
    if (code.length === 0) continue;
    const last = code.at(-1);
    const ended =
      last.kind === T.SEMICOLON ||
      last.kind === T.LBRACE ||
      last.kind === T.RBRACE ||
      last.kind === T.COMMA ||
      last.kind === T.COLON;
    const control = /^(?:if|for|while|else|do)$/.test(code.find((piece) => piece.kind !== T.RBRACE)?.text ?? '');
    if (depth.parentheses > 0) {
      statementOpen = true;
      continue;
    }
    if (ended) {
      hanging = 0;
      statementOpen = false;
    } else if (control && (last.kind === T.RPAREN || last.text === 'else' || last.text === 'do')) {
      hanging++;
      statementOpen = false;
    } else {
      // At file scope a line such as SEC("xdp") or a function's head ends by itself.
      statementOpen = depth.braces.length > 0;
    }
  }
  const result = `${out.join('\n').replace(/\n{3,}/g, '\n\n')}\n`;
  return text.trim() === '' ? '' : result;
}
