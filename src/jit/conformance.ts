// bpf_conformance's test files (*.data): parsing, and judging what a machine answered. What is expected comes from the file alone.
import { assemble } from '../bpf/assemble.ts';
import { reservedFieldsInUse } from '../bpf/instruction-set.ts';
import { decodeInstructions, encodeInstructions, LD_IMM64, type Instruction } from '../bpf/instruction.ts';

export interface ConformanceTest {
  readonly instructions: readonly Instruction[];
  /** why there is nothing to run, '' when there is */
  readonly refusal: string;
  readonly memory: Uint8Array;
  /** r0, or null when the file expects an error */
  readonly result: bigint | null;
  /** a part of the message that the error must have; '' for any */
  readonly error: string;
}

export interface Answer {
  /** null after a fault or a refusal */
  readonly r0: bigint | null;
  /** what happened instead */
  readonly message: string;
}

const DIRECTIVES = new Set(['asm', 'c', 'raw', 'mem', 'result', 'error', 'no register offset']);

/** Lines of each section, comments taken out; an unknown directive is a mistake in the file. */
function sections(text: string): { found: Map<string, string[]>; unknown: string | null } {
  const found = new Map<string, string[]>();
  let unknown: string | null = null;
  let current: string[] = [];
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.replace(/#.*$/, '').trimEnd();
    const directive = /^--\s+(.*)$/.exec(line)?.[1]?.trim();
    if (directive === undefined) {
      current.push(line);
      continue;
    }
    if (!DIRECTIVES.has(directive)) unknown ??= directive;
    current = [];
    found.set(directive, current);
  }
  return { found, unknown };
}

const bytesOf = (lines: readonly string[]): Uint8Array =>
  Uint8Array.from(
    lines
      .join(' ')
      .split(/\s+/)
      .filter((word) => word !== ''),
    (word) => parseInt(word, 16),
  );

/** A word of 16 digits is an instruction as a little-endian number, anything else is bytes. */
function rawInstructions(lines: readonly string[]): Instruction[] {
  const bytes = lines.flatMap((line) => {
    const word = /^\s*0x([0-9a-f]{1,16})\s*$/i.exec(line)?.[1];
    if (word === undefined) return [...bytesOf([line])];
    return [...new Uint8Array(BigUint64Array.of(BigInt(`0x${word}`)).buffer)];
  });
  return decodeInstructions(Uint8Array.from(bytes));
}

/** The first slot that is no instruction of RFC 9669 or of Linux, or that uses fields which its instruction does not have. */
function malformed(instructions: readonly Instruction[]): string {
  for (let slot = 0; slot < instructions.length; slot++) {
    const instruction = instructions[slot] as Instruction;
    const reserved = reservedFieldsInUse(instruction);
    if (reserved === null) return `unknown opcode at instruction ${slot}`;
    if (reserved.length > 0) return `instruction ${slot} uses reserved fields (${reserved.join(', ')})`;
    if (instruction.opcode !== LD_IMM64) continue;
    const high = instructions[++slot];
    if (!high || high.opcode || high.dst || high.src || high.offset)
      return `instruction ${slot - 1} has no proper second half`;
  }
  return '';
}

/** A file as a test, or why it is none. */
export function parseConformance(text: string): ConformanceTest | { readonly problem: string } {
  const { found, unknown } = sections(text);
  if (unknown !== null) return { problem: `unknown directive: ${unknown}` };
  const assembly = found.get('asm');
  const raw = found.get('raw');
  if (!assembly && !raw) return { problem: 'no instructions' };

  const expectsError = found.has('error');
  const resultText = (found.get('result') ?? []).join(' ').trim();
  if (!expectsError && !/^-?(0x[0-9a-f]+|\d+)$/i.test(resultText))
    return { problem: 'no result and no error to expect' };
  const magnitude = resultText === '' ? 0n : BigInt(resultText.replace('-', ''));
  const result = expectsError ? null : BigInt.asUintN(64, resultText.startsWith('-') ? -magnitude : magnitude);

  let instructions: readonly Instruction[] = [];
  let refusal = '';
  if (assembly) {
    const assembled = assemble(assembly.join('\n'));
    instructions = assembled.instructions;
    const [problem] = assembled.problems;
    if (problem) refusal = `line ${problem.line} of the assembly: ${problem.message}`;
  }
  if (raw) {
    const words = rawInstructions(raw);
    const same = (a: readonly Instruction[], b: readonly Instruction[]): boolean =>
      encodeInstructions(a).join() === encodeInstructions(b).join();
    if (assembly && refusal === '' && !same(instructions, words))
      return { problem: 'asm and raw are not the same program' };
    instructions = words;
  }
  refusal ||= malformed(instructions);
  const error = (found.get('error') ?? []).join('\n').trim();
  return { instructions, refusal, memory: bytesOf(found.get('mem') ?? []), result, error };
}

const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** Expected and actual, in words; null when the test has passed. */
export function judge(test: ConformanceTest, answer: Answer): { expected: string; actual: string } | null {
  const actual = answer.r0 === null ? answer.message : hex(answer.r0);
  if (test.result !== null) return answer.r0 === test.result ? null : { expected: hex(test.result), actual };
  const met = answer.r0 === null && answer.message.toLowerCase().includes(test.error.toLowerCase());
  return met ? null : { expected: test.error === '' ? 'an error' : `an error (${test.error})`, actual };
}
