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

/** BTF and func_info rows for the functions; `context` is the C name of the program type's context. */
export function describeFunctions(
  functions: readonly FunctionDescription[],
  context: string,
): { btf: Uint8Array; functionInfo: Uint8Array } {
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
  return { btf, functionInfo };
}
