// What the verifier knows and what it leaves behind: register types, the layout of its states in linear memory, and the
// records from which src/explain renders Linux's log, a state graph and diagnostics. The numbers reach the verifier
// (AssemblyScript) as generated constants; the names are Linux 6.18's (include/linux/bpf.h, bpf_verifier.h).
//
// Two rules make a record cheap: a register is recorded by copying its state byte for byte, and text is never made in the
// kernel; a message is a number with typed arguments (verifier-messages.ts).

/** Base types of a register (low 8 bits of its type). */
export const NOT_INIT = 0;
export const SCALAR_VALUE = 1;
export const PTR_TO_CTX = 2;
export const CONST_PTR_TO_MAP = 3;
export const PTR_TO_MAP_VALUE = 4;
export const PTR_TO_MAP_KEY = 5;
export const PTR_TO_STACK = 6;
export const PTR_TO_PACKET_META = 7;
export const PTR_TO_PACKET = 8;
export const PTR_TO_PACKET_END = 9;
export const PTR_TO_FLOW_KEYS = 10;
export const PTR_TO_SOCKET = 11;
export const PTR_TO_SOCK_COMMON = 12;
export const PTR_TO_TCP_SOCK = 13;
export const PTR_TO_TP_BUFFER = 14;
export const PTR_TO_XDP_SOCK = 15;
export const PTR_TO_BTF_ID = 16;
export const PTR_TO_MEM = 17;
export const PTR_TO_ARENA = 18;
export const PTR_TO_BUF = 19;
export const PTR_TO_FUNC = 20;
export const CONST_PTR_TO_DYNPTR = 21;

/** Flags beside the base type. */
export const REGISTER_BASE_TYPE = 0xff;
export const PTR_MAYBE_NULL = 1 << 8;
export const MEM_RDONLY = 1 << 9;
export const MEM_RINGBUF = 1 << 10;
export const MEM_USER = 1 << 11;
export const MEM_PERCPU = 1 << 12;
export const PTR_UNTRUSTED = 1 << 14;
/** memory that is a slice of a dynptr of this kind: DYNPTR_LOCAL << (kind - 1), DYNPTR_KINDS of src/bpf/kfuncs.ts */
export const DYNPTR_LOCAL = 1 << 15;
export const DYNPTR_SKB = 1 << 17;
export const DYNPTR_XDP = 1 << 18;
export const DYNPTR_FLAGS = 0xf << 15;
export const MEM_ALLOC = 1 << 19;
export const PTR_TRUSTED = 1 << 20;
export const MEM_RCU = 1 << 21;

/** Name of a base type in the log (Linux: reg_type_str). */
export const REGISTER_TYPE_NAMES: readonly string[] = [
  '?',
  'scalar',
  'ctx',
  'map_ptr',
  'map_value',
  'map_key',
  'fp',
  'pkt_meta',
  'pkt',
  'pkt_end',
  'flow_keys',
  'sock',
  'sock_common',
  'tcp_sock',
  'tp_buffer',
  'xdp_sock',
  'ptr_',
  'mem',
  'arena',
  'buf',
  'func',
  'dynptr_ptr',
];

const TYPE_PREFIXES: readonly (readonly [number, string])[] = [
  [MEM_RDONLY, 'rdonly_'],
  [MEM_RINGBUF, 'ringbuf_'],
  [MEM_USER, 'user_'],
  [MEM_PERCPU, 'percpu_'],
  [MEM_RCU, 'rcu_'],
  [PTR_UNTRUSTED, 'untrusted_'],
  [PTR_TRUSTED, 'trusted_'],
];

/** A register type as Linux writes it: "map_value_or_null", "rdonly_mem". */
export function registerTypeName(type: number): string {
  const base = type & REGISTER_BASE_TYPE;
  const prefix = TYPE_PREFIXES.map(([flag, text]) => (type & flag ? text : '')).join('');
  const maybe = type & PTR_MAYBE_NULL ? (base === PTR_TO_BTF_ID ? 'or_null_' : '_or_null') : '';
  return prefix + (REGISTER_TYPE_NAMES[base] ?? '?') + maybe;
}

/** Kind of one stack byte, and its letter in the log. */
export const STACK_INVALID = 0;
export const STACK_SPILL = 1;
export const STACK_MISC = 2;
export const STACK_ZERO = 3;
export const STACK_DYNPTR = 4;
export const STACK_ITER = 5;
export const STACK_IRQ_FLAG = 6;
export const STACK_LETTERS = '?rm0dif';

/**
 * One register (or spilled register): byte offsets. A suffix-free field is 32 bits unless the comment says otherwise.
 * A state that was never written is all zeroes.
 */
export const REG = {
  /** base type | flags */
  type: 0,
  /** i32: constant part of a pointer's offset; of a scalar that is linked by `id`: the constant it is ahead */
  off: 4,
  /** 64 bits each */
  umin: 8,
  umax: 16,
  smin: 24,
  smax: 32,
  /** tnum: known bits, unknown bits; 64 bits each */
  value: 40,
  mask: 48,
  u32min: 56,
  u32max: 60,
  s32min: 64,
  s32max: 68,
  /** same number: same value (scalars; top bit: linked with a constant difference) or same nullness, packet range … (pointers) */
  id: 72,
  /** the reference that must be released; 0: none */
  reference: 76,
  /** index into the program's maps, plus one; 0: none; 4096 more: the map found inside that one (its inner map's template) */
  map: 80,
  /** which lookup of an outer map gave this inner map; 0: none */
  mapUid: 84,
  /** bytes, of PTR_TO_MEM */
  memorySize: 88,
  btfId: 92,
  /** i32: bytes of the packet proven to be there; -1: at its end, -2: beyond its end */
  range: 96,
  /** of PTR_TO_STACK: whose frame */
  frame: 100,
  /** slot + 1 of the instruction that last wrote it in 32 bits; 0: in 64 */
  subregisterDefinition: 104,
  /** 1: its exact value mattered to a check */
  precise: 108,
  /** of PTR_TO_FUNC: subprogram number */
  subprogram: 112,
  // What else the fields above hold, by what the register or slot is:
  /** of memory that a dynptr gave: that dynptr's id; 0: none */
  dynptrId: 92,
  /** of a slot with STACK_DYNPTR: DYNPTR_KINDS; 1: the slot that names it (the higher one) */
  dynptrKind: 88,
  dynptrFirst: 96,
  /** of a slot with STACK_ITER: ITERATORS plus one; ITERATOR_…; rounds so far */
  iteratorKind: 88,
  iteratorState: 96,
  iteratorDepth: 116,
} as const;
/** bytes of a register state */
export const REG_SIZE = 120;

export const ITERATOR_ACTIVE = 1;
export const ITERATOR_DRAINED = 2;

/** Top bits of a scalar's id: linked with a constant difference, by 64-bit or by 32-bit addition (Linux: BPF_ADD_CONST…). */
export const BPF_ADD_CONST64 = 0x80000000 | 0;
export const BPF_ADD_CONST32 = 0x40000000;
export const BPF_ADD_CONST = BPF_ADD_CONST64 | BPF_ADD_CONST32;
/** `range` of a packet pointer that is known to be at, or beyond, the packet's end. */
export const AT_PKT_END = -1;
export const BEYOND_PKT_END = -2;

/** One 8-byte slot of the stack: the spilled register, then the kind of each byte (8 × u8; byte i of slot n is the one at fp-(8n+i+1)). */
export const SLOT = { register: 0, kinds: 120 } as const;
export const SLOT_SIZE = 128;

// ---------------------------------------------------------------------------------------------------------------------
// Records. Each begins with the same eight bytes: u32 kind, u32 size in bytes (of the whole record, a multiple of 8).
// All fields are 32 bits unless said otherwise. Records that stand for a line of Linux's log say so; the others carry
// the structure (branches, states) and print nothing.

export const RECORD = { kind: 0, size: 4 } as const;
export const RECORD_HEADER = 8;

/** "func#N @insn" (level 2). */
export const RECORD_SUBPROGRAM = 1;
export const SUBPROGRAM_RECORD = { number: 8, instruction: 12 } as const;

/** "Live regs before insn:" (level 2): per instruction slot u16 register mask, u16 number of its strongly connected component (0: none). */
export const RECORD_LIVE_REGISTERS = 2;
export const LIVE_REGISTERS_RECORD = { count: 8, entries: 16 } as const;
export const LIVE_REGISTERS_ENTRY = { mask: 0, component: 2 } as const;
export const LIVE_REGISTERS_ENTRY_SIZE = 4;

/**
 * An instruction is looked at ("12: (bf) r1 = r6"). `source`: the instruction whose source line was printed last before
 * this one (-1: none), so that a renderer knows whether the line changed even where a part of the path was dropped.
 */
export const RECORD_STEP = 3;
export const STEP_RECORD = { instruction: 8, source: 12 } as const;

/**
 * A state, whole or as what changed (Linux: print_verifier_state). `why` is one of STATE_….
 * After the header: registerCount × STATE_REGISTER, slotCount × STATE_SLOT, referenceCount × u32 id (padded to 8).
 */
export const RECORD_STATE = 4;
export const STATE_RECORD = {
  why: 8,
  /** the instruction about to be looked at, or for STATE_FROM the branch's target, for STATE_CALLER_RETURN the return address */
  instruction: 12,
  /** STATE_FROM: where it branched; STATE_PARENT: unused */
  from: 16,
  frame: 20,
  registerCount: 24,
  slotCount: 28,
  referenceCount: 32,
  /** bits STATE_FLAG_… */
  flags: 36,
  /** u32 register mask and u64 slot mask: the printed set in STATE_PARENT, otherwise 0 */
  registerMask: 40,
  slotMask: 48,
  body: 56,
} as const;
export const STATE_REGISTER = { number: 0, state: 8 } as const;
export const STATE_REGISTER_SIZE = 128;
/** slot n covers fp-8(n+1) … */
export const STATE_SLOT = { number: 0, state: 8 } as const;
export const STATE_SLOT_SIZE = 136;

/** What the last instruction changed: "; R1=…" on its line, or "13: R1=…" on a line of its own if something was printed since. */
export const STATE_DELTA = 0;
/** blank line, "from A to B: R0=…" (level 2) */
export const STATE_FROM = 1;
/** "caller:" newline and state; "callee:"; "returning from callee:"; "to caller at N:" */
export const STATE_CALLER = 2;
export const STATE_CALLEE = 3;
export const STATE_CALLEE_RETURN = 4;
export const STATE_CALLER_RETURN = 5;
/** "mark_precise: frame0: parent state regs=r1 stack=-8: " and state (level 2) */
export const STATE_PARENT = 6;
/** "cur state:" and "old state:" of an infinite loop */
export const STATE_LOOP_CURRENT = 7;
export const STATE_LOOP_OLD = 8;

export const STATE_FLAG_CALLBACK = 1;
export const STATE_FLAG_ASYNC = 2;
export const STATE_FLAG_SPECULATIVE = 4;

/** A message, by number (MESSAGE) with 64-bit arguments. The last one before RECORD_END is what failed, when something did. */
export const RECORD_MESSAGE = 5;
export const MESSAGE_RECORD = {
  id: 8,
  count: 12,
  /** the instruction being looked at; -1 before the walk */
  instruction: 16,
  arguments: 24,
} as const;

/** A branch both ways of which are possible: the other way (`to`) waits. `state` numbers the waiting states from 1. Prints nothing. */
export const RECORD_PUSH = 6;
/**
 * The walk goes on with the waiting state. With the failing path only, everything recorded since its PUSH was dropped before
 * this record; `joined` 1: Linux had by then overwritten the newline that ended the branch's line with a blank.
 */
export const RECORD_POP = 7;
export const BRANCH_RECORD = { state: 8, from: 12, to: 16, joined: 20 } as const;

/** A conditional jump that can go one way only here: `taken` 0 or 1. Prints nothing. */
export const RECORD_DECIDED = 8;
export const DECIDED_RECORD = { instruction: 8, taken: 12 } as const;

/** The state at `instruction` is kept for later comparison under the number `checkpoint` (from 1). Prints nothing. */
export const RECORD_CHECKPOINT = 9;
export const CHECKPOINT_RECORD = { instruction: 8, checkpoint: 12, parent: 16 } as const;

/** "from A to B: safe" (`branch` 1) or "B: safe": checkpoint covers what is known here. `loop` 1: by the rule for open loops. */
export const RECORD_PRUNED = 10;
export const PRUNED_RECORD = {
  from: 8,
  instruction: 12,
  checkpoint: 16,
  branch: 20,
  loop: 24,
  speculative: 28,
} as const;

/** Precision backtracking (level 2). BEGIN: "mark_precise: frame0: last_idx L first_idx F subseq_idx S " */
export const RECORD_PRECISION_BEGIN = 11;
export const PRECISION_BEGIN_RECORD = { frame: 8, last: 12, first: 16, subsequent: 20 } as const;
/** "mark_precise: frame0: regs=r2 stack=-8 before 27: (b7) r3 = 0" */
export const RECORD_PRECISION_BEFORE = 12;
export const PRECISION_BEFORE_RECORD = {
  frame: 8,
  instruction: 12,
  registerMask: 16,
  /** u64 */ slotMask: 24,
} as const;
/** "frame 0: propagating r6,fp-8" */
export const RECORD_PROPAGATE = 13;
export const PROPAGATE_RECORD = { frame: 8, registerMask: 12, /** u64 */ slotMask: 16 } as const;

/** Stack liveness (level 2): "(0) frame 0 insn 20 +live -8 ". `what` 0: live, 1: written; then `chain` × u32: the call chain, outermost first. */
export const RECORD_LIVE_STACK = 14;
export const LIVE_STACK_RECORD = {
  what: 8,
  frame: 12,
  instruction: 16,
  chain: 20,
  /** u64 */ added: 24,
  /** u64 */ removed: 32,
  entries: 40,
} as const;
/** "(0) live stack update done in 2 iterations" */
export const RECORD_LIVE_STACK_DONE = 15;
export const LIVE_STACK_DONE_RECORD = { iterations: 8, chain: 12, entries: 16 } as const;

/** "SCC enter (1)", "SCC exit (1)", "SCC backedge (1)" (level 2): `what` 0, 1, 2; then `chain` × u32, the last being the component. */
export const RECORD_COMPONENT = 16;
export const COMPONENT_RECORD = { what: 8, chain: 12, entries: 16 } as const;

/** Recording stopped here: the bound was reached. `bytes` (u64) would have been written so far. Messages and the end still follow. */
export const RECORD_TRUNCATED = 17;
export const TRUNCATED_RECORD = { bytes: 8 } as const;

/** The last record: "processed N insns (limit 1000000) max_states_per_insn … peak_states … mark_read 0". */
export const RECORD_END = 18;
export const END_RECORD = {
  result: 8,
  processed: 12,
  maxStatesPerInstruction: 16,
  totalStates: 20,
  peakStates: 24,
  instruction: 28,
} as const;

/** setRecording(): nothing; what Linux keeps at log level 1 (dropped branches are dropped); everything. */
export const RECORD_NOTHING = 0;
export const RECORD_FAILING_PATH = 1;
export const RECORD_EVERYTHING = 2;
