// Is there a replacement that obviously mends it? Only where the names in the C text can be read off without doubt.
import type { FixIt } from '../diagnostics/diagnostic.ts';
import type { Refusal } from './refusal.ts';
import { isCall } from './flow.ts';
import { sourceLineAt, type ExplainedProgram, type SourceLine } from './program.ts';

/** A line before `row`, indented like it. */
function insertBefore(row: SourceLine, text: string): FixIt {
  const indent = /^\s*/.exec(row.text)?.[0] ?? '';
  const span = { file: row.file, line: row.line, column: 1, endLine: row.line, endColumn: 1 };
  return { span, text: text.replace(/^/gm, indent) + '\n' };
}

/** The variable that a line's assignment or declaration gives a value: "v" in "__u64 *v = f(…);". */
const assigned = (text: string): string | null => /(\w+)\s*=(?!=)/.exec(text)?.[1] ?? null;

/** enum bpf_prog_type: results that let things pass, where 0 does not. TC_ACT_OK is 0, and so is "go on" for tracing. */
const PASSES: Readonly<Record<number, string>> = { 6: 'XDP_PASS', 8: '1' };

/** What the program returns when it lets things pass: its own word for it, or the type's. In its other functions 0 means least. */
function harmlessReturn({ program, frame, slot }: Refusal): string {
  const own = program.subprograms.findLast(({ instruction }) => instruction <= slot);
  if (frame > 0 || (own && own.instruction > 0)) return '0';
  const names = program.lineInfo.flatMap(({ text }) => /\breturn\s+([A-Z]\w*)\s*;/.exec(text)?.[1] ?? []);
  return names.find((name) => /PASS|OK|ALLOW/.test(name)) ?? PASSES[program.type ?? 0] ?? '0';
}

/**
 * Does the line stand in a function that became part of this one? Such a function is written above it, and what it returns, if
 * anything, the object does not say: so its statement gets a condition, and no `return`.
 */
function isInlined({ program, slot }: Refusal, use: SourceLine): boolean {
  const own = program.subprograms.findLast(({ instruction }) => instruction <= slot)?.instruction ?? 0;
  const first = sourceLineAt(program, own);
  return first !== null && first.file === use.file && use.line < first.line;
}

/** `if (!v) return …;` before the line that uses what a call gave. */
function nullCheck(refusal: Refusal): FixIt[] {
  const { program, path } = refusal;
  const use = sourceLineAt(program, refusal.slot);
  for (let i = refusal.step - 1; i >= 0; i--) {
    const step = path.steps[i];
    const instruction = step && program.instructions[step.slot];
    if (!step || !instruction || !isCall(instruction)) continue;
    const call = sourceLineAt(program, step.slot);
    const name = call && assigned(call.text);
    if (!use || !call || !name || !new RegExp(`\\b${name}\\b`).test(use.text) || use.line === call.line) return [];
    if (isInlined(refusal, use))
      return /^[^={}]*;$|^\*?[\w>.-]+ [-+|&^]?= [^{}]*;$/.test(use.text.trim()) && !/^return\b/.test(use.text.trim())
        ? [insertBefore(use, `if (${name})`)]
        : [];
    return [insertBefore(use, `if (!${name})\n\treturn ${harmlessReturn(refusal)};`)];
  }
  return [];
}

/** The variable that holds the packet's end; a variable that nobody compares with leaves no instructions: then the context's field. */
function packetEnd(program: ExplainedProgram): string | null {
  const row = program.lineInfo.find((line) => /=.*\bdata_end\b/.test(line.text));
  if (row) return assigned(row.text);
  const context = program.lineInfo.flatMap(({ text }) => /=.*\b(\w+)\s*->\s*data\s*;/.exec(text)?.[1] ?? [])[0];
  return context ? `(void *)(long)${context}->data_end` : null;
}

/** `if ((void *)(eth + 1) > data_end) return …;` before the line that reads `eth->…`. */
function packetCheck(refusal: Refusal): FixIt[] {
  const use = sourceLineAt(refusal.program, refusal.slot);
  const pointer = use && /(\w+)\s*->/.exec(use.text)?.[1];
  const end = packetEnd(refusal.program);
  if (!use || !pointer || !end || pointer === 'ctx' || pointer === 'skb') return [];
  const leave = `return ${harmlessReturn(refusal)};`;
  return [insertBefore(use, `if ((void *)(${pointer} + 1) > ${end})\n\t${leave}`)];
}

/** Replacements for the problems that have an obvious one; none for the others. */
export function suggestedFixes(refusal: Refusal): FixIt[] {
  switch (refusal.problem.code) {
    case 'V110':
    case 'V203':
      return nullCheck(refusal);
    case 'V101':
      return packetCheck(refusal);
    default:
      return [];
  }
}
