// How scenarios are written: a name, maps, a small program of one type over one packet, and looks at what it left behind.
import { assemble } from '../../bpf/assemble.ts';
import { encodeInstructions } from '../../bpf/instruction.ts';
import type { Step } from '../../judge/linux.ts';
import { little } from './machine.ts';

export const XDP = 6;
export const TC = 3;
export const SOCKET = 1;
export const CGROUP_SKB = 8;
export const RAW_TP = 17;
export const SYSCALL = 31;
const SLEEPABLE = 16;

/** Ethernet, IPv4 10.2.2.1 → 10.2.2.2 (with checksum), UDP 1000 → 53 without one, and 18 bytes; 60 in all. */
export const PACKET = new Uint8Array(
  Buffer.from(
    '020000000002020000000001080045010 02e00010000401162ba0a0202010a02020203e80035001a0000'.replaceAll(' ', '') +
      '000102030405060708090a0b0c0d0e0f1011',
    'hex',
  ),
);

export function instructions(text: string): Uint8Array {
  const assembly = assemble(text);
  if (assembly.problems.length > 0) throw new Error(`${JSON.stringify(assembly.problems[0])} in ${text}`);
  return encodeInstructions(assembly.instructions);
}

export const key = (value: number): Uint8Array => little(value, 4);
export const array = (value = 8, entries = 4, flags = 0): Step => ({
  do: 'map',
  type: 2,
  key: 4,
  value,
  entries,
  flags,
});
export const lookup = (map: number, index: number): Step => ({ do: 'lookup', map, key: key(index) });
export const update = (map: number, index: number, value: Uint8Array): Step => ({
  do: 'update',
  map,
  key: key(index),
  value,
});

/** Text for a read-only map, as .rodata has it: made, written, frozen. */
export function constant(text: string, map = 0): Step[] {
  const value = new Uint8Array(64);
  value.set(new TextEncoder().encode(text));
  return [array(64, 1, 0x80), update(map, 0, value), { do: 'freeze', map }];
}

/** Instructions that put a text of up to 32 bytes at r10 - 32. */
export function onStack(text: string): string {
  const bytes = new Uint8Array(32);
  bytes.set(new TextEncoder().encode(text));
  const view = new DataView(bytes.buffer);
  return [0, 8, 16, 24]
    .map((at) => `lddw %r1, 0x${view.getBigUint64(at, true).toString(16)}\nstxdw [%r10${at - 32}], %r1`)
    .join('\n');
}

// ---- types, for maps with locks and timers, and for callbacks ----

/** Numbers of the types below. */
export const LOCKED_VALUE = 6;
export const TIMED_VALUE = 7;
const MAIN_FUNCTION = 9;
const CALLBACK = 10;

/**
 * BTF. Types: 1 int, 2 long, 3 struct bpf_spin_lock, 4 long[2], 5 struct bpf_timer, 6 a value with a lock, 7 one with a timer,
 * 8 int (long), 9 and 10 static functions of that type.
 */
function valueTypes(): Uint8Array {
  const INT = 1;
  const ARRAY = 3;
  const STRUCT = 4;
  const FUNC = 12;
  const FUNC_PROTO = 13;
  let names = '\0';
  const name = (text: string): number => {
    const at = names.length;
    names += `${text}\0`;
    return at;
  };
  const words = [
    [name('int'), INT << 24, 4, (1 << 24) | 32],
    [name('long'), INT << 24, 8, (1 << 24) | 64],
    [name('bpf_spin_lock'), (STRUCT << 24) | 1, 4, name('val'), 1, 0],
    [0, ARRAY << 24, 0, 2, 1, 2],
    [name('bpf_timer'), (STRUCT << 24) | 1, 16, name('opaque'), 4, 0],
    [name('locked'), (STRUCT << 24) | 3, 16, name('lock'), 3, 0, name('n'), 1, 32, name('x'), 2, 64],
    [name('timed'), (STRUCT << 24) | 2, 24, name('timer'), 5, 0, name('y'), 2, 128],
    [0, (FUNC_PROTO << 24) | 1, 1, name('a'), 2],
    [name('program'), FUNC << 24, 8],
    [name('callback'), FUNC << 24, 8],
  ].flat();
  const types = new Uint8Array(new Int32Array(words).buffer);
  const strings = new TextEncoder().encode(names);
  const header = new Uint8Array(24);
  const view = new DataView(header.buffer);
  view.setUint16(0, 0xeb9f, true);
  view.setUint8(2, 1);
  view.setUint32(4, 24, true);
  view.setUint32(12, types.length, true);
  view.setUint32(16, types.length, true);
  view.setUint32(20, strings.length, true);
  return new Uint8Array([...header, ...types, ...strings]);
}

/** The BTF that maps and programs of a scenario may refer to. */
export const types: Step = { do: 'btf', data: valueTypes() };
export const locked: Step = { do: 'map', type: 2, key: 4, value: 16, entries: 1, keytype: 1, valuetype: LOCKED_VALUE };
export const timed: Step = { do: 'map', type: 2, key: 4, value: 24, entries: 1, keytype: 1, valuetype: TIMED_VALUE };

/** r6 = the only element of map 0 */
export const ELEMENT = `stw [%r10-4], 0
   lddw %r1, map[0]
   mov %r2, %r10
   add %r2, -4
   call 1
   jeq %r0, 0, exit
   mov %r6, %r0`;

// Calls on the timer that r6 points at; the callback is the function "fired".
export const timerInit = (clock: number): string => `mov %r1, %r6\nlddw %r2, map[0]\nmov %r3, ${clock}\ncall 169`;
export const TIMER_CALLBACK = 'mov %r1, %r6\nlddw %r2, func fired\ncall 170';
export const timerStart = (wait: number, flags: number): string =>
  `mov %r1, %r6\nmov %r2, ${wait}\nmov %r3, ${flags}\ncall 171`;
export const TIMER_CANCEL = 'mov %r1, %r6\ncall 172';

const LD_IMM64 = 0x18;
const PSEUDO_FUNC = 4;

/** func_info: the main function, and every function whose address is taken. None when there is none such. */
function functionRows(insns: Uint8Array): Uint8Array | undefined {
  const view = new DataView(insns.buffer, insns.byteOffset, insns.length);
  const callbacks = new Set<number>();
  for (let slot = 0; 8 * slot < insns.length; slot++) {
    if (insns[8 * slot] !== LD_IMM64) continue;
    if ((insns[8 * slot + 1] ?? 0) >> 4 === PSEUDO_FUNC) callbacks.add(slot + 1 + view.getInt32(8 * slot + 4, true));
    slot++;
  }
  if (callbacks.size === 0) return undefined;
  const rows = [0, MAIN_FUNCTION, ...[...callbacks].toSorted((a, b) => a - b).flatMap((slot) => [slot, CALLBACK])];
  return new Uint8Array(new Uint32Array(rows).buffer);
}

/** The step that loads a program; one with callbacks comes with its types. */
export function loading(type: number, text: string): Extract<Step, { do: 'load' }> {
  const insns = instructions(text);
  const func = functionRows(insns);
  return {
    do: 'load',
    type,
    insns,
    ...(type === SYSCALL ? { flags: SLEEPABLE } : {}),
    ...(func ? { func } : { btf: 0 }),
  };
}

type Write = (name: string, text: string, before?: Step[], after?: Step[], packet?: Uint8Array) => void;

/** A collection of scenarios, and the ways to write one into it. */
export interface ScenarioBook {
  readonly scenarios: Record<string, Step[]>;
  /** A program of `type` over a packet; `before` makes maps and fills them, `after` looks at them. */
  readonly program: (name: string, type: number, ...rest: Tail<Parameters<Write>>) => void;
  readonly xdp: Write;
  readonly tc: Write;
  /** one whose maps have types */
  readonly described: (name: string, text: string, before: Step[], after?: Step[], type?: number) => void;
}
type Tail<T extends unknown[]> = T extends [unknown, ...infer Rest] ? Rest : never;

export function scenarioBook(): ScenarioBook {
  const scenarios: Record<string, Step[]> = {};
  const program: ScenarioBook['program'] = (name, type, text, before = [], after = [], packet = PACKET) => {
    const tracing = type === RAW_TP || type === SYSCALL;
    const load = loading(type, text);
    const typed = load.func !== undefined && !before.includes(types);
    scenarios[name] = [
      ...(typed ? [types] : []),
      ...before,
      load,
      tracing ? { do: 'run', prog: 0 } : { do: 'run', prog: 0, packet },
      ...after,
    ];
  };
  return {
    scenarios,
    program,
    xdp: (name, ...rest) => program(`xdp ${name}`, XDP, ...rest),
    tc: (name, ...rest) => program(`tc ${name}`, TC, ...rest),
    described: (name, text, before, after = [], type = XDP) => program(name, type, text, [types, ...before], after),
  };
}
