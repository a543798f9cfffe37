// The three words of chapters 2 and 3: build and boot a patch, insert a module, read what it died of.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { packetFrom } from '../kernel/module/testing/machine.ts';
import { Kernel } from '../loader/kernel.ts';
import { buildKernel, KernelLab, kernelSources } from './kernel-lab.ts';

const wasm = readFileSync(fileURLToPath(new URL('../kernel/generated/kernel.wasm', import.meta.url)));
let lab: KernelLab;
beforeAll(async () => {
  lab = new KernelLab(await Kernel.create(await WebAssembly.compile(wasm)));
});

test('the kernel that the ordinary build made boots', () => {
  expect(lab.boot(buildKernel().objects)).toBeNull();
  expect(lab.state()).toBe('alive');
  expect(lab.log()).toEqual([]);
});

test('a mistake in a patch is a diagnostic in its file', () => {
  const source = kernelSources['ip_input.c'] ?? '';
  const built = buildKernel({
    'ip_input.c': source.replace('return ip_rcv_finish(skb);', 'return ip_rcv_finish(skb)'),
  });
  expect(built.objects).toBeNull();
  expect(built.diagnostics.map((d) => d.span?.file)).toEqual(['ip_input.c']);
});

test('a patch is built, booted and gone with the next boot of the old image', () => {
  const frame = packetFrom(1);
  const source = kernelSources['ip_input.c'] ?? '';
  const built = buildKernel({
    'ip_input.c': source.replace('return ip_rcv_finish(skb);', 'kfree_skb(skb);\n\treturn NET_RX_DROP;'),
  });
  expect(built.diagnostics).toEqual([]);
  expect(lab.boot(built.objects)).toBeNull();
  expect(lab.receive(frame).fate).toBe('dropped');
  expect(lab.boot(buildKernel().objects)).toBeNull();
  expect(lab.receive(frame).fate).toBe('routed');
});

test('a module that dies says where in its C', () => {
  lab.boot(buildKernel().objects);
  const source = `#include <linux/module.h>
static noinline int look(int *at)
{
	return *at;
}
static int __init start(void)
{
	return look(NULL);
}
module_init(start);
MODULE_LICENSE("GPL");
`;
  expect(lab.insert({ 'null-look.c': source }, 'null-look.c')).toMatchObject({ message: 'Killed', diagnostics: [] });
  const [fault] = lab.faults();
  expect(fault?.source).toMatchObject({ file: 'null-look.c', line: 4 });
  expect(lab.log().find((line) => line.includes('RIP: 0010'))).toMatch(/look\+0x\w+\/0x\w+ \[null_look\]$/);
  expect(lab.list()).toMatch(/\nnull_look +\d+ {2}1$/);
  expect(lab.remove('null_look')).toBe('rmmod: ERROR: Module null_look is in use');
});

test('insmod says what Linux’s says', () => {
  lab.boot(buildKernel().objects);
  const broken = '#include <linux/module.h>\nint f(void) { return g(); }\n';
  expect(lab.insert({ 'a.c': broken }, 'a.c').diagnostics.length).toBeGreaterThan(0);
  const missing = '#include <linux/module.h>\nint g(void);\nint f(void) { return g(); }\nMODULE_LICENSE("GPL");\n';
  expect(lab.insert({ 'a.c': missing }, 'a.c').message).toBe(
    'insmod: ERROR: could not insert module a.ko: Unknown symbol in module',
  );
});
