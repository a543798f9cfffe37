// bpf_conformance's test files (*.data): parsing, running, judging. What is expected comes from the file alone.
import { assemble } from '../bpf/assemble.ts';
import { reservedFieldsInUse } from '../bpf/instruction-set.ts';
import { decodeInstructions, encodeInstructions, LD_IMM64, type Instruction } from '../bpf/instruction.ts';
import { forgetCompiled, useEngine } from '../loader/engine.ts';
import type { Engine, Kernel } from '../loader/kernel.ts';
import { lastMessage } from './last-message.ts';
import { loadRaw } from './raw.ts';
import { faultOf } from './run.ts';

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

/** What Linux's test run takes at least. */
const MINIMUM_FRAME = 14;

/** With a verifier in front, r1 and r2 must come from somewhere that it knows: a packet whose length it has compared. */
function prologue(size: number): string {
  return `mov %r0, -1
mov %r6, %r1
ldxw %r1, [%r6+0]
ldxw %r2, [%r6+4]
mov %r3, %r1
add %r3, ${size}
jle %r3, %r2, +1
exit
mov %r2, ${size}`;
}

function answerOf(kernel: Kernel, r0: bigint): Answer {
  const fault = faultOf(kernel);
  if (!fault) return { r0: BigInt.asUintN(64, r0), message: '' };
  return { r0: null, message: `fault at instruction ${fault.instruction}: ${fault.kind}, address ${fault.address}` };
}

function runPlain(kernel: Kernel, test: ConformanceTest, engine: Engine): Answer {
  const raw = { type: 'xdp', instructions: encodeInstructions(test.instructions) };
  const loaded = loadRaw(kernel, raw, { unverified: true, recording: 'nothing' });
  if ('message' in loaded) return { r0: null, message: loaded.message };
  if (loaded.fd < 0) return { r0: null, message: `refused by the kernel (${loaded.fd})` };
  useEngine(kernel, engine, [loaded.fd]);
  return answerOf(kernel, kernel.runOverMemory(loaded.fd, test.memory).r0);
}

function runVerified(kernel: Kernel, test: ConformanceTest, engine: Engine): Answer {
  const before = assemble(prologue(test.memory.length)).instructions;
  const instructions = encodeInstructions([...before, ...test.instructions]);
  const loaded = loadRaw(kernel, { type: 'xdp', instructions });
  if ('message' in loaded) return { r0: null, message: loaded.message };
  if (loaded.fd < 0) {
    const message = lastMessage(loaded.explanation.log(1));
    return { r0: null, message: `rejected by the verifier (${loaded.fd}): ${message}` };
  }
  useEngine(kernel, engine, [loaded.fd]);
  const packet = new Uint8Array(Math.max(test.memory.length, MINIMUM_FRAME));
  packet.set(test.memory);
  kernel.testRun(loaded.fd, { packet });
  return answerOf(kernel, kernel.exports.lastResult());
}

/** Runs one file's text: null when it passed, otherwise what was expected and what came. */
export function runConformance(
  kernel: Kernel,
  text: string,
  engine: 'interpreter' | 'jit',
  verify: boolean,
): { expected: string; actual: string } | null {
  const test = parseConformance(text);
  if ('problem' in test) return { expected: 'a test', actual: test.problem };
  if (test.refusal !== '') return judge(test, { r0: null, message: test.refusal });
  kernel.boot({ seed: 1 });
  forgetCompiled(kernel);
  // Programs of unknown origin run in the JIT's checked form.
  return judge(test, (verify ? runVerified : runPlain)(kernel, test, engine === 'jit' ? 'jit-checked' : engine));
}
