// The kernel's symbol table (Linux: kallsyms): which function or object an address lies in. The loader fills it, image first, then each
// module, which takes its own names with it when it goes.

export class KernelSymbol {
  constructor(
    public address: u64,
    public size: u64,
    /** linear address and length of the name, which is the table's own copy */
    public name: usize,
    public nameSize: u32,
    /** number of the module that it belongs to; 0: the image */
    public module: i32,
    /** functions, not data */
    public code: bool,
  ) {}
}

/** by address */
let symbols: Array<KernelSymbol> = [];

export function resetSymbols(): void {
  for (let i = 0; i < symbols.length; i++) heap.free(symbols[i].name);
  symbols = [];
}

export function addSymbol(address: u64, size: u64, name: usize, nameSize: u32, module: i32, code: bool): void {
  const copy = heap.alloc(max<u32>(nameSize, 1));
  memory.copy(copy, name, nameSize);
  const symbol = new KernelSymbol(address, size, copy, nameSize, module, code);
  let at = symbols.length;
  symbols.push(symbol);
  while (at > 0 && symbols[at - 1].address > address) {
    symbols[at] = symbols[at - 1];
    at--;
  }
  symbols[at] = symbol;
}

export function removeSymbols(module: i32): void {
  const kept: Array<KernelSymbol> = [];
  for (let i = 0; i < symbols.length; i++) {
    if (symbols[i].module == module) heap.free(symbols[i].name);
    else kept.push(symbols[i]);
  }
  symbols = kept;
}

/** Forgets names of a part of a module's memory: its __init functions, once they ran. */
export function removeSymbolsIn(from: u64, to: u64): void {
  const kept: Array<KernelSymbol> = [];
  for (let i = 0; i < symbols.length; i++) {
    if (symbols[i].address >= from && symbols[i].address < to) heap.free(symbols[i].name);
    else kept.push(symbols[i]);
  }
  symbols = kept;
}

/** The symbol that an address lies in; null: in none. */
export function symbolAt(address: u64): KernelSymbol | null {
  let low = 0;
  let high = symbols.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (symbols[middle].address <= address) low = middle + 1;
    else high = middle;
  }
  if (low == 0) return null;
  const found = symbols[low - 1];
  return address - found.address < max<u64>(found.size, 1) ? found : null;
}

/** Address of a symbol of the image by name; 0: there is none. */
export function addressOfSymbol(name: string): u64 {
  for (let i = 0; i < symbols.length; i++) {
    const symbol = symbols[i];
    if (symbol.module != 0 || symbol.nameSize != <u32>name.length) continue;
    let same = true;
    for (let k = 0; same && k < name.length; k++) same = <i32>load<u8>(symbol.name + k) == name.charCodeAt(k);
    if (same) return symbol.address;
  }
  return 0;
}
