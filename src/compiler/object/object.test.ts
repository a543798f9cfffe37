// The object file: what libbpf and the kernel look for in it.
import { describe, expect, test } from 'vitest';
import { parseElf } from '../../loader/elf.ts';
import { readObject } from '../../loader/object.ts';
import { isProblem } from '../../loader/problems.ts';
import { objectOf } from '../testing/code.ts';

const SOURCE = `
struct value { __u64 count; struct { __u16 low, high; } range; };
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 8); __type(key, __u32); __type(value, struct value); } table SEC(".maps");
const volatile int level = 3;
__u64 total;
static __noinline int twice(int x) { return x * 2 + (int)total; }
SEC("xdp") int first(struct xdp_md *ctx)
{
	__u32 key = ctx->rx_queue_index;
	struct value *v = bpf_map_lookup_elem(&table, &key);

	if (v)
		v->range.low++;
	total += level;
	return twice(key);
}
SEC("tc") int second(struct __sk_buff *skb) { return twice(skb->len); }
char _license[] SEC("license") = "GPL";
`;

function parsed() {
  const object = readObject(objectOf(SOURCE), 'test.bpf.o');
  if (isProblem(object)) throw new Error(JSON.stringify(object));
  return object;
}

describe('the object', () => {
  test('has a section a program, data sections, BTF and symbols', () => {
    const elf = parseElf(objectOf(SOURCE));
    if (isProblem(elf)) throw new Error(JSON.stringify(elf));
    const names = elf.sections.map((s) => s.name);
    for (const name of [
      '.text',
      'xdp',
      'tc',
      '.maps',
      '.rodata',
      '.bss',
      'license',
      '.BTF',
      '.BTF.ext',
      '.symtab',
      '.strtab',
      '.relxdp',
    ]) {
      expect(names).toContain(name);
    }
    expect(
      elf.symbols
        .filter((s) => s.type === 2)
        .map((s) => s.name)
        .sort(),
    ).toEqual(['first', 'second', 'twice']);
  });

  test('names its functions, and describes each by BTF', () => {
    const object = parsed();
    expect(object.license).toBe('GPL');
    expect(object.functions.map((f) => f.name).sort()).toEqual(['first', 'second', 'twice']);
    for (const f of object.functions) {
      const records = object.functionRecords.get(f.section.name) ?? [];
      expect(records.some((r) => r.offset === f.start)).toBe(true);
    }
  });

  test('has lines in ascending order, the first at the function’s first instruction', () => {
    const object = parsed();
    for (const f of object.functions) {
      const lines = (object.lineRecords.get(f.section.name) ?? []).filter(
        (r) => r.offset >= f.start && r.offset < f.end,
      );
      expect(lines[0]!.offset).toBe(f.start);
      for (let i = 1; i < lines.length; i++) expect(lines[i]!.offset).toBeGreaterThan(lines[i - 1]!.offset);
    }
  });

  test('has the map’s key and value types whole', () => {
    const table = parsed().maps.find((m) => m.name === 'table')!;
    expect([table.keySize, table.valueSize, table.maxEntries]).toEqual([4, 16, 8]);
  });
});
