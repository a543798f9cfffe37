// The verifier's checks one by one: a program that each refuses, with Linux's words and errno, and one that differs in the point
// that matters and passes. How it agrees with Linux at large is corpus.test.ts; that what it accepts is safe, soundness.test.ts.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { assemble } from '../../bpf/assemble.ts';
import { E2BIG, EACCES, EINVAL } from '../../bpf/errno.ts';
import { encodeInstructions } from '../../bpf/instruction.ts';
import { CAPS_BPF, CAPS_ROOT } from '../../bpf/syscall.ts';
import { MESSAGE_NAMES, renderMessage } from '../../bpf/verifier-messages.ts';
import {
  END_RECORD,
  MESSAGE_RECORD,
  RECORD,
  RECORD_END,
  RECORD_EVERYTHING,
  RECORD_FAILING_PATH,
  RECORD_MESSAGE,
  RECORD_NOTHING,
  RECORD_TRUNCATED,
} from '../../bpf/verifier-records.ts';

interface Exports {
  begin(type: number, attach: number, count: number, flags: number, capabilities: number, gpl: boolean): number;
  addMap(type: number, key: number, value: number, entries: number, flags: number, frozen: boolean): number;
  setRecording(mode: number, limit: number): void;
  run(): number;
  processedInstructions(): number;
  verifierMemory(): bigint;
  recordsStart(): number;
  recordsSize(): number;
  stackDepth(subprogram: number): number;
  wasSeen(instruction: number): number;
}

const memory = new WebAssembly.Memory({ initial: 1100, maximum: 8192 });
let verifier: Exports;

beforeAll(async () => {
  const path = fileURLToPath(new URL('../generated/test-verifier.wasm', import.meta.url));
  const abort = (): never => {
    throw new Error('the verifier aborted');
  };
  const { instance } = await WebAssembly.instantiate(readFileSync(path), { env: { memory, abort } });
  verifier = instance.exports as unknown as Exports;
});

const XDP = 6;
const HASH = 1;
const ARRAY = 2;
const RINGBUF = 27;

interface Answer {
  /** positive, 0: accepted */
  readonly errno: number;
  readonly message: string;
}

function ask(text: string, options: { type?: number; capabilities?: number } = {}): Answer {
  const { instructions, problems } = assemble(text);
  expect(problems).toEqual([]);
  const bytes = encodeInstructions(instructions);
  const at = verifier.begin(options.type ?? XDP, 0, instructions.length, 0, options.capabilities ?? CAPS_ROOT, true);
  new Uint8Array(memory.buffer, at >>> 0, bytes.length).set(bytes);
  verifier.addMap(HASH, 4, 8, 4, 0, false);
  verifier.addMap(ARRAY, 4, 8, 4, 0, false);
  verifier.addMap(RINGBUF, 0, 0, 4096, 0, false);
  const errno = -verifier.run() + 0;
  return { errno, message: errno === 0 ? '' : (messages().trimEnd().split('\n').at(-1) ?? '') };
}

/** All messages of the last verification, as the log has them. */
function messages(): string {
  const view = new DataView(memory.buffer, verifier.recordsStart() >>> 0, verifier.recordsSize());
  let text = '';
  for (let at = 0; at < view.byteLength; at += view.getUint32(at + RECORD.size, true)) {
    if (view.getUint32(at + RECORD.kind, true) !== RECORD_MESSAGE) continue;
    const count = view.getUint32(at + MESSAGE_RECORD.count, true);
    const values = Array.from({ length: count }, (_, i) =>
      view.getBigInt64(at + MESSAGE_RECORD.arguments + i * 8, true),
    );
    text += renderMessage(view.getUint32(at + MESSAGE_RECORD.id, true), values);
  }
  return text;
}

const PACKET = 'ldxw r2, [r1+0]\nldxw r3, [r1+4]\nmov r4, r2\nadd r4, 14\njgt r4, r3, out\n';
const OUT = '\nout:\nmov r0, 2\nexit';
const LOOKUP = 'stw [r10-4], 7\nmov r2, r10\nadd r2, -4\nlddw r1, map[0]\ncall 1\n';
const RESERVE = 'lddw r1, map[2]\nmov r2, 8\nmov r3, 0\ncall 131\n';

/** name, refused, errno, message, accepted */
const CHECKS: readonly (readonly [string, string, number, string, string])[] = [
  ['unwritten register', 'mov r0, r2\nexit', EACCES, 'R2 !read_ok', 'mov r2, 1\nmov r0, r2\nexit'],
  ['frame pointer', 'mov r10, 1\nmov r0, 0\nexit', EACCES, 'frame pointer is read only', 'mov r9, 1\nmov r0, 0\nexit'],
  [
    'packet not compared',
    'ldxw r2, [r1+0]\nldxb r0, [r2+0]\nexit',
    EACCES,
    'R2 offset is outside of the packet',
    `${PACKET}ldxb r5, [r2+13]${OUT}`,
  ],
  [
    'packet compared too short',
    `${PACKET}ldxb r5, [r2+14]${OUT}`,
    EACCES,
    'R2 offset is outside of the packet',
    `${PACKET}ldxh r5, [r2+12]${OUT}`,
  ],
  [
    'lookup that may give null',
    `${LOOKUP}ldxdw r0, [r0+0]\nexit`,
    EACCES,
    "R0 invalid mem access 'map_value_or_null'",
    `${LOOKUP}jeq r0, 0, out\nldxdw r1, [r0+0]${OUT}`,
  ],
  [
    'beyond the map value',
    `${LOOKUP}jeq r0, 0, out\nldxdw r1, [r0+8]${OUT}`,
    EACCES,
    'R0 min value is outside of the allowed memory range',
    `${LOOKUP}jeq r0, 0, out\nldxb r1, [r0+7]${OUT}`,
  ],
  [
    'beyond the stack',
    'stdw [r10-520], 0\nmov r0, 0\nexit',
    EACCES,
    'invalid write to stack R10 off=-520 size=8',
    'stdw [r10-512], 0\nmov r0, 0\nexit',
  ],
  [
    'misaligned stack',
    'stdw [r10-12], 0\nmov r0, 0\nexit',
    EACCES,
    'misaligned stack access off 0+0+-12 size 8',
    'stdw [r10-16], 0\nmov r0, 0\nexit',
  ],
  [
    'part of a spilled pointer',
    'stxdw [r10-8], r1\nldxw r0, [r10-8]\nexit',
    EACCES,
    'invalid size of register fill',
    'stxdw [r10-8], r1\nldxdw r1, [r10-8]\nldxw r0, [r1+12]\nexit',
  ],
  [
    'context field',
    'ldxb r0, [r1+12]\nexit',
    EACCES,
    'invalid bpf_context access off=12 size=1',
    'ldxw r0, [r1+12]\nexit',
  ],
  [
    'context write',
    'stw [r1+12], 1\nmov r0, 0\nexit',
    EACCES,
    'invalid bpf_context access off=12 size=4',
    'stw [r10-4], 1\nmov r0, 0\nexit',
  ],
  ['division by zero', 'mov r0, 1\ndiv r0, 0\nexit', EINVAL, 'div by zero', 'mov r0, 1\nmov r1, 0\ndiv r0, r1\nexit'],
  ['shift', 'mov r0, 1\nlsh r0, 64\nexit', EINVAL, 'invalid shift 64', 'mov r0, 1\nlsh r0, 63\nexit'],
  [
    'pointer times number',
    'mov r1, r10\nmul r1, 2\nmov r0, 0\nexit',
    EACCES,
    'R1 pointer arithmetic with *= operator prohibited',
    'mov r1, r10\nadd r1, -2\nmov r0, 0\nexit',
  ],
  [
    'unbounded index',
    `call 5\nmov r6, r0\n${LOOKUP}jeq r0, 0, out\nadd r0, r6\nldxb r1, [r0+0]${OUT}`,
    EINVAL,
    'math between map_value pointer and register with unbounded min value is not allowed',
    `call 5\nmov r6, r0\nand r6, 7\n${LOOKUP}jeq r0, 0, out\nadd r0, r6\nldxb r1, [r0+0]${OUT}`,
  ],
  ['unreachable', 'ja out\nmov r0, 1\nout:\nmov r0, 2\nexit', EINVAL, 'unreachable insn 1', 'mov r0, 2\nexit'],
  ['no exit', 'mov r0, 1', EINVAL, 'last insn is not an exit or jmp', 'mov r0, 1\nexit'],
  [
    'endless loop',
    'mov r0, 0\nagain:\nmov r1, 1\njeq r1, 1, again\nexit',
    EINVAL,
    'infinite loop detected at insn 1',
    'mov r1, 0\nagain:\nadd r1, 1\njlt r1, 100, again\nmov r0, r1\nexit',
  ],
  ['unknown helper', 'call 999\nexit', EINVAL, 'invalid func unknown#999', 'call 5\nexit'],
  [
    'helper of another type',
    'mov r2, 0\nmov r3, 0\nmov r4, 0\nmov r5, 0\ncall 9\nexit',
    EINVAL,
    'program of this type cannot use helper bpf_skb_store_bytes#9',
    'mov r2, 0\ncall 44\nexit',
  ],
  [
    'key that is no pointer',
    'lddw r1, map[0]\nmov r2, 5\ncall 1\nmov r0, 0\nexit',
    EACCES,
    'R2 type=scalar expected=fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_',
    `${LOOKUP}mov r0, 0\nexit`,
  ],
  [
    'reserved record not given back',
    `${RESERVE}jeq r0, 0, out\nstdw [r0+0], 1${OUT}`,
    EINVAL,
    'BPF_EXIT instruction in main prog would lead to reference leak',
    `${RESERVE}jeq r0, 0, out\nmov r1, r0\nmov r2, 0\ncall 132${OUT}`,
  ],
  [
    'reserved record given back twice',
    `${RESERVE}jeq r0, 0, out\nmov r6, r0\nmov r1, r0\nmov r2, 0\ncall 132\nmov r1, r6\nmov r2, 0\ncall 132${OUT}`,
    EACCES,
    'R1 type=scalar expected=ringbuf_mem',
    `${RESERVE}jeq r0, 0, out\nmov r1, r0\nmov r2, 0\ncall 133${OUT}`,
  ],
  [
    'map type of the helper',
    'lddw r1, map[0]\nmov r2, 8\nmov r3, 0\ncall 131\nmov r0, 0\nexit',
    EINVAL,
    'cannot pass map_type 1 into func bpf_ringbuf_reserve#131',
    `${RESERVE}jeq r0, 0, out\nmov r1, r0\nmov r2, 0\ncall 132${OUT}`,
  ],
  [
    'calls too deep',
    'call local f\nexit\nf:\ncall local f\nexit',
    E2BIG,
    'the call stack of 9 frames is too deep',
    'call local f\nexit\nf:\nmov r0, 0\nexit',
  ],
  [
    'stack of all frames',
    'stdw [r10-264], 0\ncall local f\nexit\nf:\nstdw [r10-264], 0\nmov r0, 0\nexit',
    EACCES,
    'combined stack size of 2 calls is 544. Too large',
    'stdw [r10-256], 0\ncall local f\nexit\nf:\nstdw [r10-256], 0\nmov r0, 0\nexit',
  ],
  [
    'atomic on the packet',
    `${PACKET}mov r5, 1\nlock add [r2+0], r5${OUT}`,
    EACCES,
    'BPF_ATOMIC stores into R2 pkt is not allowed',
    'stdw [r10-8], 0\nmov r5, 1\nlock add [r10-8], r5\nmov r0, 0\nexit',
  ],
];

describe('each check refuses with Linux’s words, and lets its neighbour pass', () => {
  test.each(CHECKS)('%s', (_name, refused, errno, message, accepted) => {
    expect(ask(refused)).toEqual({ errno, message });
    expect(ask(accepted)).toEqual({ errno: 0, message: '' });
  });
});

test('without CAP_PERFMON addresses may not leave, and unwritten stack may not be read', () => {
  const leak = 'mov r0, r10\nexit';
  expect(ask(leak).errno).toBe(0);
  expect(ask(leak, { capabilities: CAPS_BPF })).toEqual({ errno: EACCES, message: 'R0 leaks addr as return value' });
  const unwritten = 'ldxdw r0, [r10-8]\nexit';
  expect(ask(unwritten).errno).toBe(0);
  expect(ask(unwritten, { capabilities: CAPS_BPF }).errno).toBe(EACCES);
});

test('a million instructions are enough for anybody, and the memory that they take is bounded', () => {
  const answer = ask(
    'call 5\nmov r6, r0\nmov r1, 0\nagain:\nadd r1, 1\nadd r6, r1\njlt r1, r6, again\nmov r0, 0\nexit',
  );
  expect(answer).toEqual({ errno: E2BIG, message: 'BPF program is too large. Processed 1000001 insn' });
  expect(verifier.processedInstructions()).toBe(1_000_001);
  expect(Number(verifier.verifierMemory())).toBeLessThan(256 << 20);
}, 60_000);

test('what is decided is told to the rewriter: dead instructions, depth of the stack', () => {
  expect(ask('stw [r10-12], 1\nmov r1, 1\njeq r1, 1, out\nmov r0, 7\nexit\nout:\nmov r0, 2\nexit').errno).toBe(0);
  expect([0, 1, 2, 3, 4, 5].map((i) => verifier.wasSeen(i) !== 0)).toEqual([true, true, true, false, false, true]);
  expect(verifier.stackDepth(0)).toBe(16);
});

/** Kinds of the records left, and the counters of the last one. */
function records(): { kinds: number[]; processed: number } {
  const view = new DataView(memory.buffer, verifier.recordsStart() >>> 0, verifier.recordsSize());
  const kinds: number[] = [];
  let processed = -1;
  for (let at = 0; at < view.byteLength; at += view.getUint32(at + RECORD.size, true)) {
    kinds.push(view.getUint32(at + RECORD.kind, true));
    if (kinds.at(-1) === RECORD_END) processed = view.getUint32(at + END_RECORD.processed, true);
  }
  return { kinds, processed };
}

describe('recording', () => {
  const long = 'mov r1, 0\nagain:\nadd r1, 1\nmov r2, r1\nxor r2, 5\njlt r1, 2000, again\nmov r0, 0\nexit';

  test('nothing: only messages and the end', () => {
    verifier.setRecording(RECORD_NOTHING, 1 << 20);
    ask(long);
    expect(new Set(records().kinds)).toEqual(new Set([RECORD_END]));
  });

  test('everything, up to the bound: what is left out is said, and the end still comes', () => {
    verifier.setRecording(RECORD_EVERYTHING, 64 << 10);
    expect(ask(long).errno).toBe(0);
    const { kinds, processed } = records();
    expect(verifier.recordsSize()).toBeLessThanOrEqual((64 << 10) + 8192);
    expect(kinds.filter((kind) => kind === RECORD_TRUNCATED)).toHaveLength(1);
    expect(kinds.at(-1)).toBe(RECORD_END);
    expect(processed).toBe(verifier.processedInstructions());
  });

  test('the same program leaves the same records, byte for byte', () => {
    verifier.setRecording(RECORD_EVERYTHING, 16 << 20);
    const once = (): string => {
      ask(`${LOOKUP}jeq r0, 0, out\nldxdw r1, [r0+0]${OUT}`);
      return Buffer.from(memory.buffer, verifier.recordsStart() >>> 0, verifier.recordsSize()).toString('hex');
    };
    expect(once()).toBe(once());
    verifier.setRecording(RECORD_FAILING_PATH, 1 << 20);
  });
});

test('every message can be rendered', () => {
  for (const [id, name] of MESSAGE_NAMES.entries()) {
    const text = renderMessage(id, [1n, 2n, 3n, 4n, 5n, 6n, 7n]);
    expect(text, name).not.toMatch(/%|undefined/);
  }
});
