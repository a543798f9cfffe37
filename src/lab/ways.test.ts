// Patches and modules of the examples: each ends as its example.json says, on the line of C that it says, and says what Linux said.
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { kernelExampleNames, readExample } from '../cli/examples.ts';
import { Kernel } from '../loader/kernel.ts';
import { kernelSources } from './kernel-lab.ts';
import { runWay } from './ways.ts';
import type { Way, WayReport } from './way-report.ts';

let kernel: Kernel;
beforeAll(async () => {
  const wasm = readFileSync(new URL('../kernel/generated/kernel.wasm', import.meta.url));
  kernel = await Kernel.create(await WebAssembly.compile(wasm));
});
const read = (path: string): string => readFileSync(new URL(`../../examples/${path}`, import.meta.url), 'utf8');
const fates = (report: WayReport): string[] => report.packets.map((packet) => packet.fate);

test('a patch adds to the course’s own file and takes nothing away, so that the copies of it follow when it changes', () => {
  const folder = new URL('../../examples/kernel-patch/', import.meta.url);
  const own = readFileSync(new URL('../kernel/linux/ip_input.c', import.meta.url), 'utf8').split('\n');
  const code = own.slice(own.indexOf(''));
  const patched = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.c'));
  expect(patched.length).toBeGreaterThan(10);
  for (const path of patched) {
    let at = 0;
    for (const line of readFileSync(new URL(path, folder), 'utf8').split('\n')) if (line === code[at]) at++;
    expect([path, code[at]]).toEqual([path, undefined]);
  }
});

describe.each(kernelExampleNames())('%s', (name) => {
  const { description } = readExample(name);
  const { packets } = description.scenario;
  const run = (file: string): WayReport =>
    runWay(kernel, {
      way: description.kind ?? 'module',
      project: { files: { [file]: read(`${name}/${file}`) }, main: file },
      packets,
    });

  test(`${description.main} refuses whom it should`, () => {
    const report = run(description.main);
    expect(report.diagnostics).toEqual([]);
    expect(report).toMatchObject({ started: true, said: '', state: 'alive', faults: [], attack: null });
    expect(fates(report)).toEqual(packets.map((packet) => packet.expect));
  });

  test.each(description.variants)('$file ends as it must', ({ file, message, line, ends, fates: expected, attack }) => {
    const report = run(file);
    expect(report.diagnostics).toEqual([]);
    expect(report.state).toBe(ends);
    expect(fates(report)).toEqual(expected);
    expect(report.faults.map(({ title, source }) => [title, source?.file, source?.line])).toEqual(
      message === '' ? [] : [[message, file, line]],
    );
    if (message !== '') expect(report.log.some((said) => said.endsWith(message))).toBe(true);
    if (attack)
      expect(report.attack).toMatchObject({ userBefore: 1000, userAfter: 0, secret: 'the key of this machine' });
    else expect(report.attack).toBeNull();
  });

  test('two runs are one', () => expect(run(description.main)).toEqual(run(description.main)));
});

describe('what a real machine said of the same modules', () => {
  // Addresses, processes and times are each machine's own.
  const said = (log: string, pattern: RegExp): string[] => [...log.matchAll(pattern)].map((match) => match[1] ?? '');
  test.each([
    ['use-after-free', /(general protection fault, probably for non-canonical address 0x6b\w+)/g],
    ['use-after-free', /RIP: 0010:(\w+)\+/g],
    ['endless-loop', /(watchdog: BUG: soft lockup - CPU#0 stuck)/g],
    ['endless-loop', /RIP: 0010:(\w+)\+/g],
    ['wild-write', /(Oops|BUG|general protection)/g],
    ['secret', /(Oops|BUG|general protection)/g],
  ])('%s: %s', (name, pattern) => {
    const { description } = readExample('kernel-module');
    const file = `${name}.c`;
    const ours = runWay(kernel, {
      way: 'module',
      project: { files: { [file]: read(`kernel-module/${file}`) }, main: file },
      packets: description.scenario.packets,
    });
    const linux = said(read(`kernel-module/log/${name}.log`), pattern);
    expect([...new Set(said(ours.log.join('\n'), pattern))]).toEqual([...new Set(linux)]);
  });

  test('the attack gets there, and there alike', () => {
    const lines = said(read('kernel-module/log/secret.log'), /^attack: (.*)$/gm);
    expect(lines).toEqual(['uid 1000', 'the key is "the key of this machine"', 'uid 0']);
  });
});

test('the patched file is the kernel’s own with the patch’s lines in it', () => {
  const before = (kernelSources['ip_input.c'] ?? '').split('\n').slice(4);
  const after = read('kernel-patch/ip_input.c').split('\n');
  const added = after.filter((line) => !before.includes(line)).map((line) => line.trim());
  const patch = read('kernel-patch/0001-ipv4-drop-packets-from-10.2.2.1.patch');
  const patched = [...patch.matchAll(/^\+(?!\+)(.*)$/gm)].map((match) => (match[1] ?? '').trim());
  const code = added.filter((line) => !line.startsWith('//') && !line.startsWith('#include'));
  expect(code.length).toBeGreaterThan(3);
  for (const line of code) expect(patched).toContain(line);
  // Nothing was taken away, and what stays stays in its order.
  let at = -1;
  for (const line of before) {
    at = after.indexOf(line, at + 1);
    expect(at, line).toBeGreaterThanOrEqual(0);
  }
});

describe.each<[Way, string]>([
  ['patch', 'int ip_rcv( { }\n'],
  ['module', '#include <linux/module.h>\nint f( { }\n'],
  ['ebpf', 'int f( { }\n'],
])('%s that does not compile', (way, text) => {
  test('is a diagnostic in the reader’s own file, and nothing runs', () => {
    const report = runWay(kernel, { way, project: { files: { 'mine.c': text }, main: 'mine.c' }, packets: [{}] });
    expect(report.started).toBe(false);
    expect(report.packets).toEqual([]);
    expect(report.diagnostics[0]?.span?.file).toBe('mine.c');
  });
});
