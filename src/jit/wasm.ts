// WebAssembly's binary format, as much of it as the JIT emits: a growing buffer, LEB128 numbers and sections.

/** Instructions by their names in the WebAssembly specification. */
export const UNREACHABLE = 0x00;
export const BLOCK = 0x02;
export const LOOP = 0x03;
export const IF = 0x04;
export const ELSE = 0x05;
export const END = 0x0b;
export const BR = 0x0c;
export const BR_IF = 0x0d;
export const BR_TABLE = 0x0e;
export const RETURN = 0x0f;
export const CALL = 0x10;
export const CALL_INDIRECT = 0x11;
export const DROP = 0x1a;
export const LOCAL_GET = 0x20;
export const LOCAL_SET = 0x21;
export const LOCAL_TEE = 0x22;
export const GLOBAL_GET = 0x23;
export const I32_LOAD = 0x28;
export const I64_LOAD = 0x29;
export const I32_LOAD8_S = 0x2c;
export const I64_LOAD8_S = 0x30;
export const I64_LOAD8_U = 0x31;
export const I64_LOAD16_S = 0x32;
export const I64_LOAD16_U = 0x33;
export const I64_LOAD32_S = 0x34;
export const I64_LOAD32_U = 0x35;
export const I32_STORE = 0x36;
export const I64_STORE = 0x37;
export const I64_STORE8 = 0x3c;
export const I64_STORE16 = 0x3d;
export const I64_STORE32 = 0x3e;
export const I32_CONST = 0x41;
export const I64_CONST = 0x42;
export const I32_EQZ = 0x45;
export const I32_EQ = 0x46;
export const I32_NE = 0x47;
export const I32_LT_S = 0x48;
export const I32_LT_U = 0x49;
export const I32_GT_S = 0x4a;
export const I32_GT_U = 0x4b;
export const I32_LE_S = 0x4c;
export const I32_LE_U = 0x4d;
export const I32_GE_S = 0x4e;
export const I32_GE_U = 0x4f;
export const I64_EQZ = 0x50;
export const I64_EQ = 0x51;
export const I64_NE = 0x52;
export const I64_LT_S = 0x53;
export const I64_LT_U = 0x54;
export const I64_GT_S = 0x55;
export const I64_GT_U = 0x56;
export const I64_LE_S = 0x57;
export const I64_LE_U = 0x58;
export const I64_GE_S = 0x59;
export const I64_GE_U = 0x5a;
export const I32_ADD = 0x6a;
export const I32_SUB = 0x6b;
export const I32_MUL = 0x6c;
export const I32_DIV_S = 0x6d;
export const I32_DIV_U = 0x6e;
export const I32_REM_S = 0x6f;
export const I32_REM_U = 0x70;
export const I32_AND = 0x71;
export const I32_OR = 0x72;
export const I32_XOR = 0x73;
export const I32_SHL = 0x74;
export const I32_SHR_S = 0x75;
export const I32_SHR_U = 0x76;
export const I32_ROTL = 0x77;
export const I64_ADD = 0x7c;
export const I64_SUB = 0x7d;
export const I64_MUL = 0x7e;
export const I64_DIV_S = 0x7f;
export const I64_DIV_U = 0x80;
export const I64_REM_S = 0x81;
export const I64_REM_U = 0x82;
export const I64_AND = 0x83;
export const I64_OR = 0x84;
export const I64_XOR = 0x85;
export const I64_SHL = 0x86;
export const I64_SHR_S = 0x87;
export const I64_SHR_U = 0x88;
export const I64_ROTL = 0x89;
export const I32_WRAP_I64 = 0xa7;
export const I64_EXTEND_I32_S = 0xac;
export const I64_EXTEND_I32_U = 0xad;
export const I32_EXTEND8_S = 0xc0;
export const I32_EXTEND16_S = 0xc1;
export const I64_EXTEND8_S = 0xc2;
export const I64_EXTEND16_S = 0xc3;
export const I64_EXTEND32_S = 0xc4;

/** Value types; EMPTY is a block's type without a result. */
export const I32 = 0x7f;
export const I64 = 0x7e;
export const EMPTY = 0x40;

/** Bytes that grow. Numbers are written as LEB128, as the format wants them. */
export class Bytes {
  private data = new Uint8Array(256);
  length = 0;

  private room(count: number): void {
    if (this.length + count <= this.data.length) return;
    const larger = new Uint8Array(Math.max(this.data.length * 2, this.length + count));
    larger.set(this.data.subarray(0, this.length));
    this.data = larger;
  }

  byte(...values: number[]): this {
    this.room(values.length);
    for (const value of values) this.data[this.length++] = value;
    return this;
  }

  append(other: Bytes): this {
    this.room(other.length);
    this.data.set(other.data.subarray(0, other.length), this.length);
    this.length += other.length;
    return this;
  }

  unsigned(value: number): this {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return this.byte(rest);
  }

  signed(value: bigint): this {
    let rest = value;
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      if ((rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  name(text: string): this {
    const encoded = new TextEncoder().encode(text);
    this.unsigned(encoded.length);
    return this.byte(...encoded);
  }

  /** A section or a function body: its length, then itself. */
  sized(content: Bytes): this {
    return this.unsigned(content.length).append(content);
  }

  i32(value: number): this {
    return this.byte(I32_CONST).signed(BigInt(value | 0));
  }

  i64(value: bigint): this {
    return this.byte(I64_CONST).signed(BigInt.asIntN(64, value));
  }

  get(local: number): this {
    return this.byte(LOCAL_GET).unsigned(local);
  }

  set(local: number): this {
    return this.byte(LOCAL_SET).unsigned(local);
  }

  tee(local: number): this {
    return this.byte(LOCAL_TEE).unsigned(local);
  }

  /** A load or store; alignment is a hint only, and eBPF promises none. */
  memory(operation: number, offset = 0): this {
    return this.byte(operation, 0).unsigned(offset);
  }

  call(index: number): this {
    return this.byte(CALL).unsigned(index);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.data.slice(0, this.length);
  }
}

export interface FunctionType {
  readonly parameters: readonly number[];
  readonly results: readonly number[];
}

export type Import =
  | { readonly module: string; readonly name: string; readonly kind: 'function'; readonly type: number }
  | { readonly module: string; readonly name: string; readonly kind: 'memory' }
  | { readonly module: string; readonly name: string; readonly kind: 'table' }
  | { readonly module: string; readonly name: string; readonly kind: 'global'; readonly type: number };

export interface ModuleParts {
  readonly types: readonly FunctionType[];
  readonly imports: readonly Import[];
  /** one entry a function: its type, its further locals by type, and its code without the closing `end` */
  readonly functions: readonly { readonly type: number; readonly locals: readonly number[]; readonly code: Bytes }[];
  /** name → function index, imported functions counted first */
  readonly exports: Readonly<Record<string, number>>;
}

function vector<T>(into: Bytes, items: readonly T[], write: (item: T) => void): Bytes {
  into.unsigned(items.length);
  for (const item of items) write(item);
  return into;
}

/** Puts a module together (specification 5.5: sections in ascending order of their numbers). */
export function assembleModule(parts: ModuleParts): Uint8Array<ArrayBuffer> {
  const out = new Bytes().byte(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  const section = (id: number, content: Bytes): void => void out.byte(id).sized(content);
  const types = new Bytes();
  vector(types, parts.types, (type) => {
    types.byte(0x60);
    vector(types, type.parameters, (kind) => types.byte(kind));
    vector(types, type.results, (kind) => types.byte(kind));
  });
  section(1, types);

  const imports = new Bytes();
  vector(imports, parts.imports, (item) => {
    imports.name(item.module).name(item.name);
    if (item.kind === 'function') imports.byte(0).unsigned(item.type);
    else if (item.kind === 'table') imports.byte(1, 0x70, 0, 0);
    else if (item.kind === 'memory') imports.byte(2, 0, 0);
    else imports.byte(3, item.type, 0);
  });
  section(2, imports);

  const declared = new Bytes();
  vector(declared, parts.functions, (item) => declared.unsigned(item.type));
  section(3, declared);

  const exported = new Bytes();
  vector(exported, Object.entries(parts.exports), ([name, index]) => exported.name(name).byte(0).unsigned(index));
  section(7, exported);

  const code = new Bytes();
  vector(code, parts.functions, (item) => {
    const body = new Bytes();
    vector(body, item.locals, (kind) => body.unsigned(1).byte(kind));
    body.append(item.code).byte(END);
    code.sized(body);
  });
  section(10, code);
  return out.finish();
}
