// Every instruction of RFC 9669 and of Linux 6.18, one row each: what selects it, what it is called in assembly, how the
// kernel's log writes it, and which fields it uses. Assembler, disassembler and the check for reserved fields read it.
import * as op from './opcodes.ts';

/**
 * What stands after the mnemonic, in order, and which field it fills:
 *   dst, src       a register                      imm       32 bits            imm64   64 bits in two slots
 *   [dst], [src]   a register and the offset       jump16    target in offset   jump32  target in imm
 */
export type Operand = 'dst' | 'src' | 'imm' | 'imm64' | '[dst]' | '[src]' | 'jump16' | 'jump32';

/** Conformance groups of RFC 9669, section 2.4, and Linux's additions beyond it. */
export type Group =
  'base32' | 'base64' | 'divmul32' | 'divmul64' | 'atomic32' | 'atomic64' | 'packet' | 'callx' | 'linux';

export interface Operation {
  readonly opcode: number;
  /** field values that tell this row from others of the same opcode; the first row of an opcode has the default ones */
  readonly src?: number;
  readonly offset?: number;
  readonly imm?: number;
  /** bpf_conformance's word; further words are in MNEMONIC_ALIASES */
  readonly mnemonic: string;
  readonly operands: readonly Operand[];
  /**
   * The kernel log's text: {dst} {src} registers by number, {off} and {to} with a sign, {imm} signed, {hex} unsigned
   * hexadecimal, {imm64} 64 bits, {function} the callee.
   */
  readonly text: string;
  readonly group: Group;
  /** the smallest `-mcpu` that has it */
  readonly cpu: 1 | 2 | 3 | 4;
}

const rows: Operation[] = [];

// Arithmetic. Of each: class ALU (32 bits, "w" registers) and ALU64, immediate and register.
const ARITHMETIC: readonly (readonly [number, string, string])[] = [
  [op.BPF_ADD, 'add', '+='],
  [op.BPF_SUB, 'sub', '-='],
  [op.BPF_MUL, 'mul', '*='],
  [op.BPF_DIV, 'div', '/='],
  [op.BPF_OR, 'or', '|='],
  [op.BPF_AND, 'and', '&='],
  [op.BPF_LSH, 'lsh', '<<='],
  [op.BPF_RSH, 'rsh', '>>='],
  [op.BPF_MOD, 'mod', '%='],
  [op.BPF_XOR, 'xor', '^='],
  [op.BPF_MOV, 'mov', '='],
  [op.BPF_ARSH, 'arsh', 's>>='],
];
for (const wide of [false, true]) {
  const cls = wide ? op.BPF_ALU64 : op.BPF_ALU;
  const suffix = wide ? '' : '32';
  const r = wide ? 'r' : 'w';
  const base: Group = wide ? 'base64' : 'base32';
  for (const [code, name, sign] of ARITHMETIC) {
    const divides = code === op.BPF_DIV || code === op.BPF_MOD;
    const group: Group = divides || code === op.BPF_MUL ? (wide ? 'divmul64' : 'divmul32') : base;
    const common = { mnemonic: name + suffix, group, cpu: 1 } as const;
    rows.push(
      {
        ...common,
        opcode: cls | code | op.BPF_K,
        operands: ['dst', 'imm'],
        text: `${r}{dst} ${sign} {imm}`,
      },
      { ...common, opcode: cls | code | op.BPF_X, operands: ['dst', 'src'], text: `${r}{dst} ${sign} ${r}{src}` },
    );
    if (divides) {
      // Signed division and remainder: offset 1.
      const signed = { mnemonic: `s${name}${suffix}`, offset: 1, group, cpu: 4 } as const;
      rows.push(
        { ...signed, opcode: cls | code | op.BPF_K, operands: ['dst', 'imm'], text: `${r}{dst} s${sign} {imm}` },
        { ...signed, opcode: cls | code | op.BPF_X, operands: ['dst', 'src'], text: `${r}{dst} s${sign} ${r}{src}` },
      );
    }
  }
  // Moves with sign extension: the offset says from how many bits.
  for (const bits of wide ? [8, 16, 32] : [8, 16]) {
    rows.push({
      opcode: cls | op.BPF_MOV | op.BPF_X,
      offset: bits,
      mnemonic: `movsx${bits}${wide ? 64 : 32}`,
      operands: ['dst', 'src'],
      text: `${r}{dst} = (s${bits})${r}{src}`,
      group: base,
      cpu: 4,
    });
  }
  rows.push({
    opcode: cls | op.BPF_NEG,
    mnemonic: `neg${suffix}`,
    operands: ['dst'],
    text: `${r}{dst} = -${r}{dst}`,
    group: base,
    cpu: 1,
  });
}
// Linux's own moves: arena casts (imm: the two address spaces) and per-CPU addresses.
rows.push(
  {
    opcode: op.BPF_ALU64 | op.BPF_MOV | op.BPF_X,
    offset: op.BPF_ADDR_SPACE_CAST,
    mnemonic: 'addr_space_cast',
    operands: ['dst', 'src', 'imm'],
    text: 'r{dst} = addr_space_cast(r{src}, {high16}, {low16})',
    group: 'linux',
    cpu: 4,
  },
  {
    opcode: op.BPF_ALU64 | op.BPF_MOV | op.BPF_X,
    offset: op.BPF_ADDR_PERCPU,
    mnemonic: 'mov_percpu',
    operands: ['dst', 'src'],
    text: 'r{dst} = &(void __percpu *)(r{src})',
    group: 'linux',
    cpu: 4,
  },
);

// Byte order.
for (const bits of [16, 32, 64]) {
  const common = { imm: bits, operands: ['dst'], group: bits === 64 ? 'base64' : 'base32' } as const;
  rows.push(
    {
      ...common,
      opcode: op.BPF_ALU | op.BPF_END | op.BPF_TO_LE,
      mnemonic: `le${bits}`,
      text: `r{dst} = le${bits} r{dst}`,
      cpu: 1,
    },
    {
      ...common,
      opcode: op.BPF_ALU | op.BPF_END | op.BPF_TO_BE,
      mnemonic: `be${bits}`,
      text: `r{dst} = be${bits} r{dst}`,
      cpu: 1,
    },
    {
      ...common,
      opcode: op.BPF_ALU64 | op.BPF_END,
      mnemonic: `bswap${bits}`,
      text: `r{dst} = bswap${bits} r{dst}`,
      cpu: 4,
    },
  );
}

// Loads and stores.
const SIZES: readonly (readonly [number, string, number])[] = [
  [op.BPF_B, 'b', 8],
  [op.BPF_H, 'h', 16],
  [op.BPF_W, 'w', 32],
  [op.BPF_DW, 'dw', 64],
];
for (const [size, letter, bits] of SIZES) {
  const group: Group = bits === 64 ? 'base64' : 'base32';
  rows.push(
    {
      opcode: op.BPF_LDX | op.BPF_MEM | size,
      mnemonic: `ldx${letter}`,
      operands: ['dst', '[src]'],
      text: `r{dst} = *(u${bits} *)(r{src} {off})`,
      group,
      cpu: 1,
    },
    {
      opcode: op.BPF_ST | op.BPF_MEM | size,
      mnemonic: `st${letter}`,
      operands: ['[dst]', 'imm'],
      text: `*(u${bits} *)(r{dst} {off}) = {imm}`,
      group,
      cpu: 1,
    },
    {
      opcode: op.BPF_STX | op.BPF_MEM | size,
      mnemonic: `stx${letter}`,
      operands: ['[dst]', 'src'],
      text: `*(u${bits} *)(r{dst} {off}) = r{src}`,
      group,
      cpu: 1,
    },
  );
  if (bits < 64) {
    rows.push({
      opcode: op.BPF_LDX | op.BPF_MEMSX | size,
      mnemonic: `ldxs${letter}`,
      operands: ['dst', '[src]'],
      text: `r{dst} = *(s${bits} *)(r{src} {off})`,
      group: 'base64',
      cpu: 4,
    });
    // Packet access of classic BPF; R6 holds the context, R0 receives.
    rows.push(
      {
        opcode: op.BPF_LD | op.BPF_ABS | size,
        mnemonic: `ldabs${letter}`,
        operands: ['imm'],
        text: `r0 = *(u${bits} *)skb[{imm}]`,
        group: 'packet',
        cpu: 1,
      },
      {
        opcode: op.BPF_LD | op.BPF_IND | size,
        mnemonic: `ldind${letter}`,
        operands: ['src', 'imm'],
        text: `r0 = *(u${bits} *)skb[r{src} + {imm}]`,
        group: 'packet',
        cpu: 1,
      },
    );
  }
  rows.push(
    {
      opcode: op.BPF_STX | op.BPF_ATOMIC | size,
      imm: op.BPF_LOAD_ACQ,
      mnemonic: `load_acquire${bits}`,
      operands: ['dst', '[src]'],
      text: `r{dst} = load_acquire((u${bits} *)(r{src} {off}))`,
      group: 'linux',
      cpu: 4,
    },
    {
      opcode: op.BPF_STX | op.BPF_ATOMIC | size,
      imm: op.BPF_STORE_REL,
      mnemonic: `store_release${bits}`,
      operands: ['[dst]', 'src'],
      text: `store_release((u${bits} *)(r{dst} {off}), r{src})`,
      group: 'linux',
      cpu: 4,
    },
  );
}

// Atomic operations on 32 and 64 bits.
for (const wide of [false, true]) {
  const bits = wide ? 64 : 32;
  const common = {
    opcode: op.BPF_STX | op.BPF_ATOMIC | (wide ? op.BPF_DW : op.BPF_W),
    operands: ['[dst]', 'src'],
    group: wide ? 'atomic64' : 'atomic32',
  } as const;
  const suffix = wide ? '' : '32';
  const place = `(u${bits} *)(r{dst} {off})`;
  const width = wide ? '64' : '';
  for (const [code, name, sign] of ARITHMETIC) {
    if (code !== op.BPF_ADD && code !== op.BPF_OR && code !== op.BPF_AND && code !== op.BPF_XOR) continue;
    rows.push(
      {
        ...common,
        imm: code,
        mnemonic: `lock ${name}${suffix}`,
        text: `lock *${place} ${sign} r{src}`,
        cpu: code === op.BPF_ADD ? 1 : 3,
      },
      {
        ...common,
        imm: code | op.BPF_FETCH,
        mnemonic: `lock fetch ${name}${suffix}`,
        text: `r{src} = atomic${width}_fetch_${name}(${place}, r{src})`,
        cpu: 3,
      },
    );
  }
  rows.push(
    {
      ...common,
      imm: op.BPF_XCHG,
      mnemonic: `lock xchg${suffix}`,
      text: `r{src} = atomic${width}_xchg(${place}, r{src})`,
      cpu: 3,
    },
    {
      ...common,
      imm: op.BPF_CMPXCHG,
      mnemonic: `lock cmpxchg${suffix}`,
      text: `r0 = atomic${width}_cmpxchg(${place}, r0, r{src})`,
      cpu: 3,
    },
  );
}

// 64-bit immediates: the source register says what the value is.
const LD_IMM64 = op.BPF_LD | op.BPF_IMM | op.BPF_DW;
for (const src of [
  0,
  op.BPF_PSEUDO_MAP_FD,
  op.BPF_PSEUDO_MAP_VALUE,
  op.BPF_PSEUDO_BTF_ID,
  op.BPF_PSEUDO_FUNC,
  op.BPF_PSEUDO_MAP_IDX,
  op.BPF_PSEUDO_MAP_IDX_VALUE,
]) {
  rows.push({
    opcode: LD_IMM64,
    src,
    mnemonic: 'lddw',
    operands: ['dst', 'imm64'],
    text: 'r{dst} = {imm64}',
    group: src === 0 ? 'base64' : 'linux',
    cpu: 1,
  });
}

// Jumps.
const CONDITIONS: readonly (readonly [number, string, string, 1 | 2])[] = [
  [op.BPF_JEQ, 'jeq', '==', 1],
  [op.BPF_JGT, 'jgt', '>', 1],
  [op.BPF_JGE, 'jge', '>=', 1],
  [op.BPF_JSET, 'jset', '&', 1],
  [op.BPF_JNE, 'jne', '!=', 1],
  [op.BPF_JSGT, 'jsgt', 's>', 1],
  [op.BPF_JSGE, 'jsge', 's>=', 1],
  [op.BPF_JLT, 'jlt', '<', 2],
  [op.BPF_JLE, 'jle', '<=', 2],
  [op.BPF_JSLT, 'jslt', 's<', 2],
  [op.BPF_JSLE, 'jsle', 's<=', 2],
];
for (const wide of [true, false]) {
  const cls = wide ? op.BPF_JMP : op.BPF_JMP32;
  const r = wide ? 'r' : 'w';
  for (const [code, name, sign, cpu] of CONDITIONS) {
    const common = {
      mnemonic: wide ? name : `${name}32`,
      group: wide ? 'base64' : 'base32',
      cpu: wide ? cpu : 3,
    } as const;
    rows.push(
      {
        ...common,
        opcode: cls | code | op.BPF_K,
        operands: ['dst', 'imm', 'jump16'],
        text: `if ${r}{dst} ${sign} {hex} goto pc{off}`,
      },
      {
        ...common,
        opcode: cls | code | op.BPF_X,
        operands: ['dst', 'src', 'jump16'],
        text: `if ${r}{dst} ${sign} ${r}{src} goto pc{off}`,
      },
    );
  }
}
rows.push(
  {
    opcode: op.BPF_JMP | op.BPF_JA,
    mnemonic: 'ja',
    operands: ['jump16'],
    text: 'goto pc{off}',
    group: 'base32',
    cpu: 1,
  },
  {
    opcode: op.BPF_JMP32 | op.BPF_JA,
    mnemonic: 'ja32',
    operands: ['jump32'],
    text: 'gotol pc{to}',
    group: 'base32',
    cpu: 4,
  },
  {
    opcode: op.BPF_JMP | op.BPF_JCOND,
    src: 0,
    mnemonic: 'may_goto',
    operands: ['jump16'],
    text: 'may_goto pc{off}',
    group: 'linux',
    cpu: 4,
  },
  { opcode: op.BPF_JMP | op.BPF_EXIT, mnemonic: 'exit', operands: [], text: 'exit', group: 'base32', cpu: 1 },
  // The function is a number; by BTF id (src 2) it is the simulated kernel's own.
  {
    opcode: op.BPF_JMP | op.BPF_CALL,
    src: 0,
    mnemonic: 'call',
    operands: ['imm'],
    text: 'call {function}#{imm}',
    group: 'base32',
    cpu: 1,
  },
  {
    opcode: op.BPF_JMP | op.BPF_CALL,
    src: op.BPF_PSEUDO_CALL,
    mnemonic: 'call local',
    operands: ['jump32'],
    text: 'call pc{to}',
    group: 'base32',
    cpu: 1,
  },
  {
    opcode: op.BPF_JMP | op.BPF_CALL,
    src: op.BPF_PSEUDO_KFUNC_CALL,
    mnemonic: 'call runtime',
    operands: ['imm'],
    text: 'call {function}#{imm}',
    group: 'linux',
    cpu: 1,
  },
  {
    opcode: op.BPF_JMP | op.BPF_CALL | op.BPF_X,
    mnemonic: 'callx',
    operands: ['dst'],
    text: 'callx r{dst}',
    group: 'callx',
    cpu: 1,
  },
);

export const OPERATIONS: readonly Operation[] = rows;

/** Further spellings of mnemonics, as assemblers and compilers have them. */
export const MNEMONIC_ALIASES: Readonly<Record<string, string>> = {
  swap16: 'bswap16',
  swap32: 'bswap32',
  swap64: 'bswap64',
  gotol: 'ja32',
  goto: 'ja',
  'call helper': 'call',
};

const byOpcode = new Map<number, Operation[]>();
const byMnemonic = new Map<string, Operation[]>();
for (const row of rows) {
  for (const [index, key] of [
    [byOpcode, row.opcode],
    [byMnemonic, row.mnemonic],
  ] as const) {
    const list = (index as Map<number | string, Operation[]>).get(key);
    if (list) list.push(row);
    else (index as Map<number | string, Operation[]>).set(key, [row]);
  }
}

export interface Fields {
  readonly opcode: number;
  readonly dst: number;
  readonly src: number;
  readonly offset: number;
  readonly imm: number;
}

const selects = (row: Operation, fields: Fields): boolean =>
  (row.src === undefined || row.src === fields.src) &&
  (row.offset === undefined || row.offset === fields.offset) &&
  (row.imm === undefined || row.imm === fields.imm);

const selectors = (row: Operation): number =>
  Number(row.src !== undefined) + Number(row.offset !== undefined) + Number(row.imm !== undefined);

/** The row of an instruction, or undefined where opcode and selecting fields name none. */
export function operationOf(fields: Fields): Operation | undefined {
  let best: Operation | undefined;
  for (const row of byOpcode.get(fields.opcode) ?? []) {
    if (selects(row, fields) && (!best || selectors(row) > selectors(best))) best = row;
  }
  return best;
}

/** All rows of an opcode, the plain one first. */
export const operationsOfOpcode = (opcode: number): readonly Operation[] => byOpcode.get(opcode) ?? [];

/** All rows of a mnemonic (immediate and register form, kinds of 64-bit immediates). */
export const operationsOfMnemonic = (mnemonic: string): readonly Operation[] =>
  byMnemonic.get(MNEMONIC_ALIASES[mnemonic] ?? mnemonic) ?? [];

export type Field = 'dst' | 'src' | 'offset' | 'imm';

const FIELDS_OF: Readonly<Record<Operand, readonly Field[]>> = {
  dst: ['dst'],
  src: ['src'],
  imm: ['imm'],
  imm64: ['imm'],
  '[dst]': ['dst', 'offset'],
  '[src]': ['src', 'offset'],
  jump16: ['offset'],
  jump32: ['imm'],
};

/**
 * Fields that are not zero although the instruction does not use them ("BPF_ALU uses reserved fields"); null when there is
 * no such instruction at all.
 */
export function reservedFieldsInUse(fields: Fields): readonly Field[] | null {
  const row = operationOf(fields);
  if (!row) return null;
  const used = new Set<Field>(row.operands.flatMap((operand) => FIELDS_OF[operand]));
  return (['dst', 'src', 'offset', 'imm'] as const).filter(
    (field) => fields[field] !== 0 && !used.has(field) && row[field as 'src' | 'offset' | 'imm'] === undefined,
  );
}
