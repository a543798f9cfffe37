// What a program takes from the running kernel by name: `extern int CONFIG_HZ __kconfig` and `extern … __ksym`. libbpf lays
// configuration values out in one frozen map and names kernel symbols by their BTF ids.
import { KERNEL_CONFIG, KERNEL_VERSION_CODES } from '../bpf/kernel-config.ts';
import type { KernelVersion } from '../bpf/kernel-types.ts';
import {
  BTF_KIND_ARRAY,
  BTF_KIND_DATASEC,
  BTF_KIND_ENUM,
  BTF_KIND_FUNC,
  BTF_KIND_INT,
  BTF_KIND_VAR,
  resolveType,
  sizeOf,
  type Btf,
} from './btf.ts';
import { STB_WEAK, viewOf, type ElfSymbol } from './elf.ts';
import { problem, type LoadProblem } from './problems.ts';

export type Extern =
  | { readonly kind: 'config'; readonly typeId: number; readonly weak: boolean }
  /** `typeId` 0: `extern const void name`, only its address is asked for */
  | { readonly kind: 'variable'; readonly typeId: number; readonly weak: boolean }
  | { readonly kind: 'function'; readonly typeId: number; readonly weak: boolean };

/** By name, from the object's BTF. Symbols say which are weak. */
export function externsOf(btf: Btf, symbols: readonly ElfSymbol[]): ReadonlyMap<string, Extern> {
  const externs = new Map<string, Extern>();
  const weak = new Set(symbols.filter((s) => s.section === 0 && s.binding === STB_WEAK).map((s) => s.name));
  for (const section of btf.types) {
    if (section.kind !== BTF_KIND_DATASEC || !(section.name === '.kconfig' || section.name === '.ksyms')) continue;
    for (const row of section.members) {
      const declared = btf.types[row.type];
      if (!declared) continue;
      const one = { typeId: declared.type, weak: weak.has(declared.name) };
      if (declared.kind === BTF_KIND_FUNC) externs.set(declared.name, { kind: 'function', ...one });
      else if (declared.kind === BTF_KIND_VAR && section.name === '.kconfig') {
        externs.set(declared.name, { kind: 'config', ...one });
      } else if (declared.kind === BTF_KIND_VAR) {
        const isVoid = resolveType(btf, declared.type).kind === 0;
        externs.set(declared.name, { kind: 'variable', weak: one.weak, typeId: isVoid ? 0 : declared.type });
      }
    }
  }
  return externs;
}

/** Contents of the .kconfig map, and where each value stands in it. */
export interface ConfigData {
  readonly bytes: Uint8Array;
  readonly offsets: ReadonlyMap<string, number>;
}

function alignOf(btf: Btf, typeId: number): number {
  const type = resolveType(btf, typeId);
  if (type.kind === BTF_KIND_ARRAY) return alignOf(btf, type.type);
  return Math.min(type.size || 8, 8);
}

/** libbpf's names for what is no option: the version, and two properties of the kernel. */
function valueOf(name: string, version: KernelVersion): number | string | undefined {
  if (name === 'LINUX_KERNEL_VERSION') return KERNEL_VERSION_CODES[version];
  if (name === 'LINUX_HAS_BPF_COOKIE' || name === 'LINUX_HAS_SYSCALL_WRAPPER') return 1;
  return Object.hasOwn(KERNEL_CONFIG, name) ? KERNEL_CONFIG[name] : undefined;
}

/** Aligned most first, then smallest first, then by name: libbpf's order. null: the program asks for no value. */
export function configData(
  btf: Btf,
  externs: ReadonlyMap<string, Extern>,
  version: KernelVersion,
): ConfigData | LoadProblem | null {
  const rows = [...externs].flatMap(([name, { kind, typeId, weak }]) =>
    kind === 'config' ? [{ name, typeId, weak, size: sizeOf(btf, typeId), align: alignOf(btf, typeId) }] : [],
  );
  if (rows.length === 0) return null;
  rows.sort((a, b) => b.align - a.align || a.size - b.size || (a.name < b.name ? -1 : 1));
  const offsets = new Map<string, number>();
  let end = 0;
  for (const { name, size, align } of rows) {
    end = Math.ceil(end / align) * align;
    offsets.set(name, end);
    end += size;
    if (size === 0 || end > 1 << 16) return problem('L019', { symbol: name, what: 'its type cannot hold an option' });
  }
  const bytes = new Uint8Array(end);
  const view = viewOf(bytes);
  for (const { name, typeId, weak, size } of rows) {
    const bad = (what: string): LoadProblem => problem('L019', { symbol: name, what });
    const value = valueOf(name, version);
    if (value === undefined) {
      if (!weak) return problem('L012', { symbol: name });
      continue;
    }
    const at = offsets.get(name) ?? 0;
    const type = resolveType(btf, typeId);
    const isBool = type.kind === BTF_KIND_INT && (type.flags & 4) !== 0;
    if (type.kind === BTF_KIND_ARRAY) {
      if (typeof value !== 'string' || value === 'y' || value === 'm') return bad('the option is no text');
      bytes.set(new TextEncoder().encode(value).subarray(0, size - 1), at);
    } else if (type.kind === BTF_KIND_ENUM) {
      // enum libbpf_tristate: TRI_NO, TRI_YES, TRI_MODULE
      if (value !== 'y' && value !== 'm') return bad('the option is neither y, m nor n');
      view.setUint32(at, value === 'y' ? 1 : 2, true);
    } else if (value === 'y' || value === 'm') {
      if (isBool) {
        if (value === 'm') return bad('the option is m, which bool cannot say; use enum libbpf_tristate');
        bytes[at] = 1;
      } else if (size === 1) bytes[at] = value.charCodeAt(0);
      else return bad('the option is y or m: declare it bool, char or enum libbpf_tristate');
    } else {
      if (typeof value !== 'number') return bad('its type cannot hold the option');
      const limit = isBool ? 2 : 2 ** (size * 8 - ((type.flags & 1) !== 0 ? 1 : 0));
      if (value >= limit) return bad(`${value} does not fit ${size} bytes`);
      if (size === 8) view.setBigUint64(at, BigInt(value), true);
      else if (size === 4) view.setUint32(at, value, true);
      else if (size === 2) view.setUint16(at, value, true);
      else bytes[at] = value;
    }
  }
  return { bytes, offsets };
}
