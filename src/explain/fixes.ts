// Is there a replacement that obviously mends it? Only where the names in the C text can be read off without doubt.
import type { FixIt } from '../diagnostics/diagnostic.ts';
import { BPF_PSEUDO_CALL } from '../bpf/opcodes.ts';
import { helperName } from '../bpf/verifier-messages.ts';
import { PTR_TO_STACK } from '../bpf/verifier-records.ts';
import { valuePlaces } from './causes.ts';
import {
  assigned,
  hangsOnLineBefore,
  harmlessReturn,
  insertAfter,
  insertBefore,
  isDeclaration,
  isInlined,
  isInScope,
  isPlainStatement,
  mentions,
} from './fix-text.ts';
import { sourceLineAt, usedMap, type SourceLine } from './program.ts';
import type { Refusal } from './refusal.ts';

/** The line above `use` that gave the pointer its value which `use` goes through: what inlined functions gave leaves no other trace. */
function namedAbove(refusal: Refusal, use: SourceLine): SourceLine | undefined {
  const through = /(?:^|[^\w\s)\]]\s*)\*(\w+)|(\w+)\s*(?:->|\[)/.exec(use.text.trim());
  const name = through?.[1] ?? through?.[2];
  if (name === undefined) return undefined;
  return refusal.program.lineInfo
    .filter((row) => row.line < use.line && isInScope(refusal, row, use) && assigned(row.text) === name)
    .sort((a, b) => b.line - a.line)[0];
}

/** `if (!v) return …;` after the line that gave the pointer its value, or before the one that uses it. */
function nullCheck(refusal: Refusal): FixIt[] {
  const { program } = refusal;
  const use = sourceLineAt(program, refusal.slot);
  if (!use) return [];
  const places = valuePlaces(refusal).map((slot) => sourceLineAt(program, slot));
  for (const row of [...places, namedAbove(refusal, use)]) {
    const name = row && assigned(row.text);
    if (!row || !name || row.file !== use.file || row.line === use.line || !mentions(use.text, name)) continue;
    if (isInlined(refusal, use)) return isPlainStatement(use.text) ? [insertBefore(use, `if (${name})`)] : [];
    const check = `if (!${name})\n\treturn ${harmlessReturn(refusal)};`;
    if (isDeclaration(row.text) && row.line < use.line) return [insertAfter(row, check)];
    return hangsOnLineBefore(program, use) ? [] : [insertBefore(use, check)];
  }
  return [];
}

/** The variable that holds the packet's end; a variable that nobody compares with leaves no instructions: then the context's field. */
function packetEnd(refusal: Refusal, use: SourceLine): string | null {
  const { lineInfo } = refusal.program;
  const row = lineInfo.find((line) => /=.*\bdata_end\b/.test(line.text));
  if (row) return isInScope(refusal, row, use) ? assigned(row.text) : null;
  const context = lineInfo.flatMap(({ text }) => /=.*\b(\w+)\s*->\s*data\s*;/.exec(text)?.[1] ?? [])[0];
  return context ? `(void *)(long)${context}->data_end` : null;
}

/** What must lie before the packet's end: a whole header that is read by its fields, or the bytes counted from the packet's beginning. */
function packetReach(refusal: Refusal, use: SourceLine): string | null {
  const header = /(\w+)\s*->/.exec(use.text)?.[1];
  const context = refusal.program.lineInfo.flatMap(({ text }) => /\b(\w+)\s*->\s*data\b/.exec(text)?.[1] ?? []);
  if (header && !context.includes(header)) return `(void *)(${header} + 1)`;
  const { end, base } = refusal.args;
  const row = refusal.program.lineInfo.find(({ text }) => /\*\s*\w+\s*=.*->\s*data\s*;/.test(text));
  const start = row && isInScope(refusal, row, use) ? assigned(row.text) : null;
  return start && base === 0 && typeof end === 'number' ? `(void *)${start} + ${end}` : null;
}

/** `if ((void *)(eth + 1) > data_end) return …;` before the line that reads `eth->…`. */
function packetCheck(refusal: Refusal): FixIt[] {
  const use = sourceLineAt(refusal.program, refusal.slot);
  if (!use || isInlined(refusal, use) || hangsOnLineBefore(refusal.program, use)) return [];
  const reach = packetReach(refusal, use);
  const end = packetEnd(refusal, use);
  if (!reach || !end) return [];
  return [insertBefore(use, `if (${reach} > ${end})\n\treturn ${harmlessReturn(refusal)};`)];
}

/** `if (i >= sizeof(a) / sizeof(a[0])) return …;` before the line that uses `a[i]`: a member, a local or a global array. */
function indexCheck(refusal: Refusal): FixIt[] {
  const { program, state, slot } = refusal;
  const use = sourceLineAt(program, slot);
  const [, array, index] = /((?:\w+\s*(?:->|\.)\s*)*\w+)\[(\w+)\]/.exec(use?.text ?? '') ?? [];
  if (!use || !state || !array || !index || /^\d/.test(index)) return [];
  // A pointer that is indexed looks the same; its size says nothing.
  const isGlobal = /\.(bss|data|rodata)$/.test(usedMap(program, state.map)?.name ?? '');
  if (!/->|\./.test(array) && !isGlobal && state.base !== PTR_TO_STACK) return [];
  if (isInlined(refusal, use) || hangsOnLineBefore(program, use) || /^\s*for\b/.test(use.text)) return [];
  const check = `if (${index} >= sizeof(${array}) / sizeof(${array}[0]))\n\treturn ${harmlessReturn(refusal)};`;
  return [insertBefore(use, check)];
}

/** What gives back what a helper gave. */
const GIVES_BACK: Readonly<Record<string, (name: string) => string>> = {
  bpf_ringbuf_reserve: (name) => `bpf_ringbuf_discard(${name}, 0);`,
  bpf_sk_lookup_tcp: (name) => `bpf_sk_release(${name});`,
  bpf_sk_lookup_udp: (name) => `bpf_sk_release(${name});`,
  bpf_skc_lookup_tcp: (name) => `bpf_sk_release(${name});`,
};

/** The line on which the path of a leak left the function: the last that says `return`. */
function leavingLine({ program, path, frame, step }: Refusal, from: SourceLine): SourceLine | null {
  for (let i = step; i >= 0; i--) {
    const at = path.steps[i];
    if (!at || at.frame !== frame) continue;
    const row = sourceLineAt(program, at.slot);
    if (row && row.file === from.file && row.line > from.line && /^\s*return\b.*;/.test(row.text)) return row;
    // The same return may serve several places of the text: the branch tells which one it was.
    if (row && /^\s*(if|else|for|while|switch)\b/.test(row.text)) return null;
  }
  return null;
}

/** Gives back before the `return` that the path left by; braces where it was the body of an if. */
function releaseBefore(refusal: Refusal): FixIt[] {
  const { program, args } = refusal;
  const allocated = typeof args['allocated'] === 'number' ? args['allocated'] : -1;
  const call = program.instructions[allocated];
  const row = sourceLineAt(program, allocated);
  const name = row && assigned(row.text);
  const giveBack = call && call.src !== BPF_PSEUDO_CALL ? GIVES_BACK[helperName(call.imm)] : undefined;
  if (!row || !name || !giveBack || isInlined(refusal, row)) return [];
  const leave = leavingLine(refusal, row);
  if (!leave) return [];
  const before = program.lineInfo.find((line) => line.file === leave.file && line.line === leave.line - 1);
  if (!hangsOnLineBefore(program, leave)) return [insertBefore(leave, giveBack(name))];
  if (!before || !/^\s*(if|else if)\b.*\)\s*$/.test(before.text)) return [];
  const indent = /^\s*/.exec(before.text)?.[0] ?? '';
  const span = {
    file: leave.file,
    line: before.line,
    column: before.text.length + 1,
    endLine: leave.line,
    endColumn: leave.text.length + 1,
  };
  return [{ span, text: ` {\n${indent}\t${giveBack(name)}\n${leave.text}\n${indent}}` }];
}

/** `if (n > sizeof(buffer)) return …;` or `if (n == 0) return …;` before the call, where the size is a variable of its own. */
function sizeCheck(refusal: Refusal): FixIt[] {
  const { program, slot, problem, args } = refusal;
  const use = sourceLineAt(program, slot);
  const called = String(args['function']).replace('()', '');
  const passed = new RegExp(`\\b${called}\\(([^()]*)\\)`).exec(use?.text ?? '')?.[1]?.split(',') ?? [];
  const size = passed[Number(args['argument']) - 1]?.trim() ?? '';
  const buffer = passed[Number(args['argument']) - 2]?.trim() ?? '';
  if (!use || !/^[A-Za-z_]\w*$/.test(size) || isInlined(refusal, use) || hangsOnLineBefore(program, use)) return [];
  const leave = `\n\treturn ${harmlessReturn(refusal)};`;
  if (problem.code === 'V306') return [insertBefore(use, `if (${size} == 0)${leave}`)];
  return /^[A-Za-z_]\w*$/.test(buffer) ? [insertBefore(use, `if (${size} > sizeof(${buffer}))${leave}`)] : [];
}

/** Replacements for the problems that have an obvious one; none for the others. */
export function suggestedFixes(refusal: Refusal): FixIt[] {
  switch (refusal.problem.code) {
    case 'V110':
    case 'V203':
    case 'V310':
      return nullCheck(refusal);
    case 'V101':
      return packetCheck(refusal);
    case 'V103':
    case 'V105':
    case 'V106':
    case 'V127':
    case 'V205':
      return indexCheck(refusal);
    case 'V305':
    case 'V306':
      return sizeCheck(refusal);
    case 'V401':
      return releaseBefore(refusal);
    default:
      return [];
  }
}
