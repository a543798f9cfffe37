// The simulated kernel's structures as C with their real offsets: what kernel-mode code reads is where the machine put it. Made from the table in
// src/bpf/kernel-types.ts; a field that shares its place with an earlier one (a union's other member) is left out, gaps are filled.
import { declared, KERNEL_RECORDS, type KernelRecord, offsetIn, sizeIn } from '../../bpf/kernel-types.ts';

/** The layout that the arena has. */
const VERSION = 618;

/** Bytes of the types that fields are declared with. */
const SIZES: Readonly<Record<string, number>> = {
  char: 1, 'unsigned char': 1, 'signed char': 1, bool: 1, u8: 1, s8: 1, __u8: 1, short: 2, 'unsigned short': 2, u16: 2, s16: 2, __u16: 2, __s16: 2,
  __be16: 2, __sum16: 2, umode_t: 2, int: 4, 'unsigned int': 4, u32: 4, s32: 4, __u32: 4, __s32: 4, __be32: 4, __wsum: 4, gfp_t: 4, pid_t: 4, uid_t: 4,
  gid_t: 4, sk_buff_data_t: 4, atomic_t: 4, refcount_t: 4, kuid_t: 4, kgid_t: 4, spinlock_t: 4, dev_t: 4, long: 8, 'unsigned long': 8, 'long long': 8,
  'unsigned long long': 8, u64: 8, s64: 8, __u64: 8, __s64: 8, ktime_t: 8, size_t: 8, loff_t: 8, atomic64_t: 8, atomic_long_t: 8,
  netdev_features_t: 8, possible_net_t: 8, kernel_cap_t: 8,
}; // prettier-ignore

const byName = new Map(KERNEL_RECORDS.map((record) => [record.name, record]));

/** Bytes and the structure that must be complete before; null: a type that modules are not told about. */
function typeOf(declaration: string): { size: number; needs: string | null } | null {
  if (declaration.includes('(*')) return { size: 8, needs: null };
  const match = /^((?:const |volatile )*)([\w ]*?)\s*(\**)\s*(?:const )?\w+((?:\[\d+\])*)$/.exec(declaration.trim());
  if (!match) return null;
  const [, , base = '', stars = '', arrays = ''] = match;
  const count = [...arrays.matchAll(/\[(\d+)\]/g)].reduce((n, [, digits]) => n * Number(digits), 1);
  if (stars !== '') return pointable(base) ? { size: 8 * count, needs: null } : null;
  const known = SIZES[base];
  if (known !== undefined) return { size: known * count, needs: null };
  const tag = /^struct (\w+)$/.exec(base)?.[1];
  const record = tag === undefined ? undefined : byName.get(tag);
  return record && tag !== undefined ? { size: sizeIn(VERSION, record.size) * count, needs: tag } : null;
}

/** May a pointer to it be declared with the type's name alone? */
const pointable = (base: string): boolean =>
  /^(struct|union) \w+$/.test(base) || base === 'void' || base === 'nf_hookfn' || SIZES[base] !== undefined;

const FORWARD = /\b(?:struct|union) \w+/g;

/** C text of the named structures and of those that stand inside them, in an order that compiles. */
export function kernelRecords(names: readonly string[], provided: readonly string[]): string {
  const done = new Set(provided);
  const out: string[] = [];
  const forward = new Set<string>();
  const write = (name: string): void => {
    if (done.has(name)) return;
    done.add(name);
    const record = byName.get(name);
    if (!record) throw new Error(`no kernel type ${name}`);
    out.push(recordText(record, write, forward));
  };
  for (const name of names) write(name);
  return [...[...forward].map((tag) => `${tag};`), ...out].join('\n') + '\n';
}

function recordText(record: KernelRecord, need: (name: string) => void, forward: Set<string>): string {
  const lines: string[] = [];
  const size = sizeIn(VERSION, record.size);
  /** bits that are laid out */
  let end = 0;
  let pads = 0;
  const pad = (bits: number): void => {
    if (bits % 8 !== 0) {
      lines.push(`\t__u8 :${bits % 8};`);
      bits -= bits % 8;
    }
    if (bits > 0) lines.push(`\tchar __pad${pads++}[${bits / 8}];`);
  };
  const fields = record.fields
    .map((field) => {
      const { name, bits } = declared(field[0]);
      const offset = offsetIn(VERSION, field);
      return { text: field[0], name, bits, at: bits > 0 ? offset : offset * 8, there: offset >= 0 };
    })
    .filter((field) => field.there)
    .sort((a, b) => a.at - b.at);
  for (const field of fields) {
    if (field.at < end) continue;
    if (field.bits > 0) {
      if (!field.text.startsWith('__u8 ')) continue;
      // up to the byte that the bits are in, then to the bits
      const byte = Math.floor(field.at / 8) * 8;
      if (end < byte) pad(Math.ceil(end / 8) * 8 - end + (byte - Math.ceil(end / 8) * 8));
      if (field.at > Math.max(end, byte)) lines.push(`\t__u8 :${field.at - Math.max(end, byte)};`);
      lines.push(`\t${field.text};`);
      end = field.at + field.bits;
      continue;
    }
    const type = typeOf(field.text);
    if (!type || type.size < 0 || field.at / 8 + type.size > size) continue;
    if (type.needs !== null) need(type.needs);
    for (const [tag] of field.text.matchAll(FORWARD)) forward.add(tag);
    if (end < field.at) pad(field.at - end);
    lines.push(`\t${field.text};`);
    end = field.at + type.size * 8;
  }
  if (end < size * 8) pad(size * 8 - end);
  return `${record.kind === 'union' ? 'union' : 'struct'} ${record.name} {\n${lines.join('\n')}\n};`;
}
