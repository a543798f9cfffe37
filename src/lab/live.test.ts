// Maps changed under a loaded program, instructions beside C lines, and data into bytes and back.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Btf } from '../loader/btf.ts';
import { decodeValue } from '../loader/btf-values.ts';
import { readObject } from '../loader/object.ts';
import { isProblem } from '../loader/problems.ts';
import type { ExampleDescription } from './api.ts';
import { bytecodeOf } from './bytecode.ts';
import { encodeValue, integer } from './encode-value.ts';
import { compileProject, LabEngine } from './lab.ts';
import { editMap, sendAgain, type LiveRun } from './live.ts';

const module = new WebAssembly.Module(readFileSync(new URL('../kernel/generated/kernel.wasm', import.meta.url)));
const example = (name: string): string =>
  readFileSync(new URL(`../../examples/xdp-drop/${name}`, import.meta.url), 'utf8');
const { scenario } = JSON.parse(example('example.json')) as ExampleDescription;
const project = { files: { 'drop.bpf.c': example('drop.bpf.c') }, main: 'drop.bpf.c' };

async function running(): Promise<{ lab: LabEngine; run: LiveRun }> {
  const lab = await LabEngine.create(module);
  lab.run(project, scenario);
  if (!lab.current) throw new Error('nothing is loaded after a run');
  return { lab, run: lab.current };
}
const values = (report: {
  maps: readonly { name: string; entries: readonly { decoded: { value: unknown } | null }[] }[];
}) => report.maps[0]?.entries.map((entry) => entry.decoded?.value);

describe('a loaded program', () => {
  test('counts on from what user space put into its map', async () => {
    const { lab, run } = await running();
    expect(values(editMap(lab.kernel, run, { map: 'counters', key: '0', value: '100' }))).toEqual([100, 2]);
    const again = sendAgain(lab.kernel, run, scenario, 1_000_000);
    expect(values(again)).toEqual([102, 4]);
    expect(again.packets?.map((packet) => packet.verdict)).toEqual(scenario.packets.map((packet) => packet.expect));
  });

  test.each([
    ['no such map', { map: 'nothing', key: '0', value: '1' }, 'S008'],
    ['no number', { map: 'counters', key: '0', value: 'many' }, 'S009'],
    ['a number that does not fit', { map: 'counters', key: '0', value: '18446744073709551616' }, 'S009'],
    ['a key that does not fit', { map: 'counters', key: '-1', value: '1' }, 'S009'],
    ['a key that the array lacks', { map: 'counters', key: '2', value: '1' }, 'S010'],
    ['an array forgets no key', { map: 'counters', key: '0', value: null }, 'S010'],
  ])('%s is refused and changes nothing', async (_, edit, code) => {
    const { lab, run } = await running();
    const report = editMap(lab.kernel, run, edit);
    expect(report.problem?.code).toBe(code);
    expect(values(report)).toEqual([2, 2]);
  });

  test('is gone as soon as another text was checked', async () => {
    const { lab } = await running();
    lab.check(project);
    expect(lab.current).toBeNull();
  });
});

describe('bytecode', () => {
  test('every instruction stands beside the line that it came from', () => {
    const report = bytecodeOf(project);
    const rows = report?.programs[0]?.rows ?? [];
    expect(report?.programs.map(({ name, section }) => `${section} ${name}`)).toEqual(['xdp xdp_drop']);
    expect(rows.at(-1)?.text).toBe('exit');
    const lines = project.files['drop.bpf.c'].split('\n');
    const call = rows.find((row) => row.text.startsWith('call bpf_map_lookup_elem'));
    expect(lines[(call?.line ?? 0) - 1]).toContain('bpf_map_lookup_elem');
    for (const row of rows) {
      expect(row.bytes).toMatch(/^(?:[0-9a-f]{2} ?){8}(?:(?:[0-9a-f]{2} ?){8})?$/);
      expect(row.line).toBeGreaterThan(0);
      expect(row.line).toBeLessThanOrEqual(lines.length);
    }
  });
  test('what does not compile has none', () => {
    expect(bytecodeOf({ files: { 'a.c': 'int f(' }, main: 'a.c' })).toBeNull();
  });
});

describe('data into bytes', () => {
  /** BTF of a program whose map values are of the type that is to be tried. */
  function btfOf(declarations: string): { btf: Btf; id: (name: string) => number } {
    const text = `#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n${declarations}\nSEC("xdp") int f(void *c) { return 0; }\n`;
    const { object } = compileProject({ files: new Map([['a.c', text]]), main: 'a.c' });
    const read = object && readObject(object, 'a.c');
    if (!read || isProblem(read) || !read.btf) throw new Error('no BTF');
    const { btf } = read;
    return { btf, id: (name) => btf.types.findIndex((type) => type.name === name) };
  }
  const { btf, id } = btfOf(
    'enum color { RED, GREEN = 7 };\nstruct inner { signed char a; unsigned b : 3, c : 5; };\n' +
      'struct all { __u8 small; __s64 big; enum color color; char name[8]; struct inner in[2]; union { __u32 x; __u16 y; }; };\n' +
      'struct all value;',
  );
  const data = {
    small: 255,
    big: -5,
    color: 'GREEN',
    name: 'eth0',
    in: [
      { a: -128, b: 7, c: 31 },
      { a: 127, b: 0, c: 1 },
    ],
    x: 70000,
  };
  test('comes back as it went in', () => {
    const type = id('all');
    const bytes = new Uint8Array(64);
    expect(encodeValue(btf, type, data, bytes)).toBe(true);
    expect(decodeValue(btf, type, bytes)).toMatchObject(data);
  });
  test('members that are not named stay', () => {
    const bytes = new Uint8Array(64).fill(0xff);
    encodeValue(btf, id('all'), { big: 1 }, bytes);
    expect(bytes[0]).toBe(0xff);
    expect(decodeValue(btf, id('all'), bytes)).toMatchObject({ big: 1, small: 255 });
  });
  test.each([
    [{ small: 256 }],
    [{ small: -1 }],
    [{ unknown: 1 }],
    [{ color: 'BLUE' }],
    [{ name: 'much too long' }],
    [{ in: [{}, {}, {}] }],
    [{ in: [{ b: 8 }] }],
    [[1]],
    ['text'],
    [null],
  ])('%j does not fit', (wrong) => expect(encodeValue(btf, id('all'), wrong, new Uint8Array(64))).toBe(false));
  test('numbers as people write them', () => {
    expect(['5', '0x1F', '-3', ' 7 ', true].map(integer)).toEqual([5n, 31n, -3n, 7n, 1n]);
    expect(['', '1.5', '5x', 1.5, null, {}, []].map(integer)).toEqual([null, null, null, null, null, null, null]);
  });
});
