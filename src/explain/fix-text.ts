// The C text that a suggested fix is made of: what can be read off the lines that instructions were made from.
import type { FixIt } from '../diagnostics/diagnostic.ts';
import { sourceLineAt, type ExplainedProgram, type SourceLine } from './program.ts';
import type { Refusal } from './refusal.ts';

const indentOf = (text: string): string => /^\s*/.exec(text)?.[0] ?? '';

function lineAt(row: SourceLine, line: number, text: string): FixIt {
  const span = { file: row.file, line, column: 1, endLine: line, endColumn: 1 };
  return { span, text: text.replace(/^/gm, indentOf(row.text)) + '\n' };
}

/** A line before `row`, indented like it. */
export const insertBefore = (row: SourceLine, text: string): FixIt => lineAt(row, row.line, text);
/** A line after `row`, indented like it. */
export const insertAfter = (row: SourceLine, text: string): FixIt => lineAt(row, row.line + 1, text);

/** The variable that a line's assignment or declaration gives a value: "v" in "__u64 *v = f(…);". */
export const assigned = (text: string): string | null => /(\w+)\s*=(?!=)/.exec(text)?.[1] ?? null;

/** "__u64 *v = f(…);": a whole declaration, which is never the body of an if. */
export const isDeclaration = (text: string): boolean =>
  /^\s*(?:const\s+)?(?:struct\s+)?\w+\s[\w\s*,]*=[^=].*;/.test(text);

const withoutComments = (text: string): string => text.replace(/\/\/.*$|\/\*.*?\*\//g, '');

export const mentions = (text: string, name: string): boolean => new RegExp(`\\b${name}\\b`).test(text);

/** Is the line before `row` one that leaves `row` a body, or the rest of a statement? Then nothing can be put between them. */
export function hangsOnLineBefore(program: ExplainedProgram, row: SourceLine): boolean {
  const before = program.lineInfo.find((line) => line.file === row.file && line.line === row.line - 1);
  if (!before) return false;
  const text = withoutComments(before.text).trim();
  return text !== '' && !/[;{}:]$/.test(text);
}

/** enum bpf_prog_type: results that let things pass, where 0 does not. TC_ACT_OK is 0, and so is "go on" for tracing. */
const PASSES: Readonly<Record<number, string>> = { 6: 'XDP_PASS', 8: '1' };

/** A function's first instruction may stand for its second or third declaration; an inlined function ends further above. */
const DECLARATIONS = 3;

const ownSubprogram = ({ program, slot }: Refusal): number =>
  program.subprograms.findLast(({ instruction }) => instruction <= slot)?.instruction ?? 0;

/** What the program returns when it lets things pass: its own word for it, or the type's. In its other functions 0 means least. */
export function harmlessReturn(refusal: Refusal): string {
  const { program, frame } = refusal;
  if (frame > 0 || ownSubprogram(refusal) > 0) return '0';
  const names = program.lineInfo.flatMap(({ text }) => /\breturn\s+([A-Z]\w*)\s*;/.exec(text)?.[1] ?? []);
  return names.find((name) => /PASS|OK|ALLOW/.test(name)) ?? PASSES[program.type ?? 0] ?? '0';
}

/**
 * Does the line stand in a function that became part of this one? Such a function is written above it, and what it returns, if
 * anything, the object does not say: so its statement gets a condition, and no `return`.
 */
export function isInlined(refusal: Refusal, use: SourceLine): boolean {
  const first = sourceLineAt(refusal.program, ownSubprogram(refusal));
  return first !== null && first.file === use.file && use.line < first.line - DECLARATIONS;
}

/** Does the line stand in the function itself, at or before `use`? */
export function isInScope(refusal: Refusal, row: SourceLine, use: SourceLine): boolean {
  const first = sourceLineAt(refusal.program, ownSubprogram(refusal));
  return first !== null && row.file === use.file && row.line >= first.line - DECLARATIONS && row.line <= use.line;
}

/** One statement on one line, which can stand behind a condition. */
export function isPlainStatement(line: string): boolean {
  const text = withoutComments(line).trim();
  return /^[^={}]*;$|^\*?[\w>.-]+ [-+|&^]?= [^{}]*;$/.test(text) && !/^return\b/.test(text);
}
