// The smallest BTF that names the functions of a raw program: what the kernel wants before it takes global functions,
// callbacks (bpf_loop) and their arguments. The compiler's own BTF writer is not used here, so that the two can disagree.

/** An argument or result: a number of so many bits, the program's context, a pointer to so many bytes, or nothing. */
export type BtfWord = 'void' | 'int' | 'long' | 'ctx' | 'ptr' | 'mem8' | 'mem16';

export interface FunctionDescription {
  readonly name: string;
  readonly global: boolean;
  readonly returns: BtfWord;
  readonly arguments: readonly BtfWord[];
  /** slot of its first instruction */
  readonly slot: number;
}

const KIND_INT = 1;
const KIND_PTR = 2;
const KIND_STRUCT = 4;
const KIND_FUNC = 12;
const KIND_FUNC_PROTO = 13;

/** What the kernel finds in a map's value by its BTF: offsets in bytes. */
export interface ValueFields {
  /** bytes of the value */
  readonly size: number;
  /** struct bpf_spin_lock */
  readonly lock?: number;
  /** struct bpf_timer */
  readonly timer?: number;
}

/**
 * BTF and func_info rows for the functions; `context` is the C name of the program type's context. For each of `values` a structure,
 * and in `valueTypes` its type id (0 for null); `keyType` is a 32-bit integer.
 */
export function describeFunctions(
  functions: readonly FunctionDescription[],
  context: string,
  values: readonly (ValueFields | null)[] = [],
): { btf: Uint8Array; functionInfo: Uint8Array; keyType: number; valueTypes: number[] } {
  const words: number[] = [];
  let strings = '\0';
  let types = 0;
  const text = (name: string): number => {
    if (name === '') return 0;
    const at = strings.length;
    strings += `${name}\0`;
    return at;
  };
  const add = (name: string, kind: number, count: number, sizeOrType: number, ...rest: number[]): number => {
    words.push(text(name), (kind << 24) | count, sizeOrType, ...rest);
    return ++types;
  };
  const INT_SIGNED = 1 << 24;
  const made = new Map<BtfWord, number>();
  const type = (word: BtfWord): number => {
    const known = made.get(word);
    if (known !== undefined) return known;
    let id = 0;
    if (word === 'int') id = add('int', KIND_INT, 0, 4, INT_SIGNED | 32);
    else if (word === 'long') id = add('unsigned long', KIND_INT, 0, 8, 64);
    else if (word === 'ctx') id = add('', KIND_PTR, 0, add(context, KIND_STRUCT, 0, 0));
    else if (word === 'ptr') id = add('', KIND_PTR, 0, 0);
    else if (word === 'mem8') id = add('', KIND_PTR, 0, type('long'));
    else if (word === 'mem16') {
      const member = type('long');
      const pair = add('pair', KIND_STRUCT, 2, 16, text('first'), member, 0, text('second'), member, 64);
      id = add('', KIND_PTR, 0, pair);
    }
    made.set(word, id);
    return id;
  };
  const keyType = values.some((value) => value !== null) ? type('int') : 0;
  const structures = new Map<string, number>();
  const opaque = (name: string, size: number): number => {
    const known = structures.get(name);
    if (known !== undefined) return known;
    const member = type(size === 4 ? 'int' : 'long');
    const members = size === 4 ? [text('val'), member, 0] : [text('a'), member, 0, text('b'), member, 64];
    const id = add(name, KIND_STRUCT, members.length / 3, size, ...members);
    structures.set(name, id);
    return id;
  };
  const valueTypes = values.map((value, i) => {
    if (value === null) return 0;
    const members: [number, string, number][] = [];
    if (value.lock !== undefined) members.push([value.lock, 'lock', opaque('bpf_spin_lock', 4)]);
    if (value.timer !== undefined) members.push([value.timer, 'timer', opaque('bpf_timer', 16)]);
    members.sort(([a], [b]) => a - b);
    const rows = members.flatMap(([offset, name, id]) => [text(name), id, offset * 8]);
    return add(`value${i}`, KIND_STRUCT, members.length, value.size, ...rows);
  });
  const info: number[] = [];
  for (const description of functions) {
    const result = type(description.returns);
    const parameters = description.arguments.flatMap((word, i) => {
      const id = type(word);
      return [text(`a${i + 1}`), id];
    });
    const proto = add('', KIND_FUNC_PROTO, description.arguments.length, result, ...parameters);
    info.push(description.slot, add(description.name, KIND_FUNC, description.global ? 1 : 0, proto));
  }
  const stringBytes = new TextEncoder().encode(strings);
  const btf = new Uint8Array(24 + words.length * 4 + stringBytes.length);
  const view = new DataView(btf.buffer);
  view.setUint16(0, 0xeb9f, true);
  view.setUint8(2, 1);
  view.setUint32(4, 24, true);
  view.setUint32(12, words.length * 4, true);
  view.setUint32(16, words.length * 4, true);
  view.setUint32(20, stringBytes.length, true);
  words.forEach((word, i) => view.setUint32(24 + i * 4, word, true));
  btf.set(stringBytes, 24 + words.length * 4);
  const functionInfo = new Uint8Array(Uint32Array.from(info).buffer);
  return { btf, functionInfo, keyType, valueTypes };
}
