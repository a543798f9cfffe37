// One rule, three ways, on the real packet path: packets of 10.2.2.1 are refused by a patch of ip_rcv, by a module and by a netfilter rule; the
// same bug kills the machine in the first two.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { packetFrom } from '../kernel/module/testing/machine.ts';
import { Kernel } from '../loader/kernel.ts';
import { buildKernel, KernelLab, kernelSources } from './kernel-lab.ts';
import { Network } from './network.ts';

const wasm = readFileSync(fileURLToPath(new URL('../kernel/generated/kernel.wasm', import.meta.url)));
let kernel: Kernel;
let lab: KernelLab;
beforeAll(async () => {
  kernel = await Kernel.create(await WebAssembly.compile(wasm));
  lab = new KernelLab(kernel);
});

/** A machine with one NIC, 10.2.2.2/24, that knows its neighbours. */
function network(): { readonly net: Network; readonly nic: number } {
  const net = new Network(kernel);
  const nic = net.interface('eth0', { mac: '02:00:00:00:00:02' });
  net.up(nic);
  net.address(nic, '10.2.2.2/24');
  for (const last of [1, 3]) net.wireHost(nic, `10.2.2.${last}`, '02:00:00:00:00:01');
  return { net, nic };
}

/** ICMP echo requests, in turn from 10.2.2.1 and 10.2.2.3. */
function send({ net, nic }: ReturnType<typeof network>, count: number): ReturnType<Network['counts']> {
  for (let i = 0; i < count; i++) net.arrive(nic, echoFrom(i % 2 === 0 ? 1 : 3), net.now());
  net.run();
  return net.counts();
}

/** packetFrom with an ICMP echo request in it. */
function echoFrom(last: number): Uint8Array {
  const frame = packetFrom(last);
  frame.set([8, 0, 0xf7, 0xfe, 0, 0, 0, 1], 34);
  return frame;
}

const MODULE = `#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/ip.h>
#include <net/net_namespace.h>
static unsigned int look(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	if (ip_hdr(skb)->saddr == htonl(0x0a020201))
		return NF_DROP;
	return NF_ACCEPT;
}
static const struct nf_hook_ops ops = { .hook = look, .pf = NFPROTO_IPV4, .hooknum = HOOK, .priority = NF_IP_PRI_FIRST };
static int __init start(void) { return nf_register_net_hook(&init_net, &ops); }
static void __exit stop(void) { nf_unregister_net_hook(&init_net, &ops); }
module_init(start);
module_exit(stop);
MODULE_LICENSE("GPL");
`;
const module = (hook: string, body = MODULE): Record<string, string> => ({
  'nfdrop.c': body.replace('HOOK,', `${hook},`),
});

test('nobody objects: every request is answered, through the C road as without it', () => {
  kernel.boot({ seed: 1 });
  const plain = send(network(), 10);
  lab.boot();
  const through = send(network(), 10);
  expect(through.drops).toEqual(plain.drops);
  expect(through.packets).toBe(plain.packets);
  expect(Object.keys(through.stages).sort()).toEqual(Object.keys(plain.stages).sort());
});

test.each(['NF_INET_PRE_ROUTING', 'NF_INET_LOCAL_IN'])('a module at %s drops half of them', (hook) => {
  lab.boot();
  const machine = network();
  expect(lab.insert(module(hook), 'nfdrop.c').message).toBe('');
  expect(send(machine, 10).drops).toEqual({ NETFILTER_DROP: 5 });
  expect(lab.remove('nfdrop')).toBe('');
  expect(send(machine, 10).drops).toEqual({ NETFILTER_DROP: 5 });
});

test('a module at the way out drops the answers', () => {
  lab.boot();
  const machine = network();
  const out = module('NF_INET_POST_ROUTING', MODULE.replace('saddr', 'daddr'));
  expect(lab.insert(out, 'nfdrop.c').message).toBe('');
  expect(send(machine, 10).drops).toEqual({ NETFILTER_DROP: 5 });
});

test('a patch of ip_rcv drops the same ones', () => {
  const source = kernelSources['ip_input.c'] ?? '';
  const patched = source.replace(
    '\t/* Ethernet pads',
    '\tif (iph->saddr == htonl(0x0a020201))\n\t\tgoto drop;\n\t/* Ethernet pads',
  );
  const built = buildKernel({ 'ip_input.c': patched });
  expect(built.diagnostics).toEqual([]);
  lab.boot(built.objects);
  expect(send(network(), 10).drops).toEqual({ NOT_SPECIFIED: 5 });
  lab.boot(buildKernel().objects);
});

test.each([
  ['a module', 'NF_INET_PRE_ROUTING', 'ip_rcv'],
  ['a module at LOCAL_IN', 'NF_INET_LOCAL_IN', 'ip_rcv_finish'],
])('the NULL bug in %s: the first packet that has no rule is the machine’s last', (_way, hook, above) => {
  lab.boot();
  const machine = network();
  const bug = MODULE.replace(
    '	if (ip_hdr(skb)->saddr == htonl(0x0a020201))\n		return NF_DROP;',
    '	static u64 hits;\n	u64 *rule = ip_hdr(skb)->saddr == htonl(0x0a020201) ? &hits : NULL;\n\n	++*(volatile u64 *)rule;\n	if (rule)\n		return NF_DROP;',
  );
  expect(lab.insert(module(hook, bug), 'nfdrop.c').message).toBe('');
  send(machine, 6);
  expect(lab.state()).toBe('panicked');
  expect(machine.net.counts().drops).toEqual({ NETFILTER_DROP: 1 });
  const log = lab.log().map((line) => line.slice(15));
  expect(log).toContain('BUG: kernel NULL pointer dereference, address: 0000000000000000');
  expect(log).toContain('Kernel panic - not syncing: Fatal exception in interrupt');
  const calls = log.filter((line) => /^ \w+\+0x/.test(line)).map((line) => line.slice(1, line.indexOf('+')));
  expect(calls).toContain(above);
  expect(lab.faults()[0]?.source?.file).toBe('nfdrop.c');
});

const example = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../examples/kernel-module/${name}.c`, import.meta.url)), 'utf8');

test('the example’s module drops here what it drops on Linux', () => {
  lab.boot();
  const machine = network();
  expect(lab.insert({ 'drop.c': example('drop') }, 'drop.c')).toEqual({ diagnostics: [], message: '', error: 0 });
  expect(send(machine, 10).drops).toEqual({ NETFILTER_DROP: 5 });
  expect(lab.log().at(-1)).toMatch(/\] drop: a packet from 10\.2\.2\.1 on eth0$/);
  expect(lab.remove('drop')).toBe('');
  expect(send(machine, 10).drops).toEqual({ NETFILTER_DROP: 5 });
});

test('the example’s mistake ends both machines alike', () => {
  lab.boot();
  const machine = network();
  expect(lab.insert({ 'null-bug.c': example('null-bug') }, 'null-bug.c').message).toBe('');
  send(machine, 4);
  const linux = readFileSync(
    fileURLToPath(new URL('../../examples/kernel-module/log/try.log', import.meta.url)),
    'utf8',
  );
  const said = (log: string, line: RegExp): string | undefined => line.exec(log)?.[0];
  const ours = lab.log().join('\n');
  for (const line of [
    /BUG: .*/,
    /#PF: .*/,
    /error_code\(.*/,
    /Oops: 0000 \[#1\].*/,
    /RIP: 0010:drop_packet/,
    /CR2: 0+8$/m,
    /Kernel panic.*/,
  ])
    expect(said(ours, line), String(line)).toBe(said(linux, line));
  expect(lab.faults()[0]?.source?.line).toBe(
    example('null-bug')
      .split('\n')
      .findIndex((line) => line.includes('packets++')) + 1,
  );
});
