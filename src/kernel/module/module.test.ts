// Modules at work: hooks, parameters, symbols of others, memory, lists, locks, files in /proc, and what goes wrong without anybody noticing.
import { readFileSync } from 'node:fs';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { KERNEL_FUNCTIONS } from '../../bpf/kernel-api.ts';
import { TestMachine, LINUX, compileModule, linuxObjects, packetFrom } from './testing/machine.ts';

let machine: TestMachine;
beforeAll(async () => {
  machine = await TestMachine.create();
});
beforeEach(() => {
  machine.boot();
});

const HEAD = `#include <linux/module.h>
#include <linux/slab.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>
#include <linux/string.h>
#include <linux/sched.h>
#include <linux/delay.h>
MODULE_LICENSE("GPL");
`;

/** Runs statements as a module's init and gives what they printed. */
function printed(body: string, before = ''): string[] {
  const source = `${HEAD}${before}\nstatic int __init start(void) {\n${body}\nreturn 0;\n}\nstatic void __exit stop(void) { }\nmodule_init(start);\nmodule_exit(stop);`;
  expect(machine.insert('m', source)).toBe(0);
  return machine.texts().filter((line) => !/taints kernel|tainting kernel/.test(line));
}

const DROP = `#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/ip.h>
#include <net/net_namespace.h>

static unsigned int drop_src(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct iphdr *ip = ip_hdr(skb);

	if (ip->saddr == htonl(0x0a020201)) {
		pr_info("nfdrop: dropped a packet from %pI4 on %s\\n", &ip->saddr, state->in->name);
		return NF_DROP;
	}
	return NF_ACCEPT;
}

static const struct nf_hook_ops ops = {
	.hook = drop_src,
	.pf = NFPROTO_IPV4,
	.hooknum = NF_INET_PRE_ROUTING,
	.priority = NF_IP_PRI_FIRST,
};
static int __init start(void) { return nf_register_net_hook(&init_net, &ops); }
static void __exit stop(void) { UNREGISTER }
module_init(start);
module_exit(stop);
MODULE_LICENSE("GPL");
`;
const dropModule = DROP.replace('UNREGISTER', 'nf_unregister_net_hook(&init_net, &ops);');

describe('a netfilter module', () => {
  test('drops packets of one address, and no longer after rmmod', () => {
    expect(machine.mode.receive(packetFrom(1), 1)).toEqual({ fate: 'routed', detail: 1 });
    expect(machine.insert('nfdrop', dropModule)).toBe(0);
    expect(machine.mode.receive(packetFrom(1), 1)).toEqual({ fate: 'dropped', detail: 12 });
    expect(machine.mode.receive(packetFrom(3), 1)).toEqual({ fate: 'routed', detail: 1 });
    expect(machine.texts()).toContain('nfdrop: dropped a packet from 10.2.2.1 on lo');
    expect(machine.mode.removeModule('nfdrop')).toBe(0);
    expect(machine.mode.receive(packetFrom(1), 1)).toEqual({ fate: 'routed', detail: 1 });
    expect(machine.mode.modules()).toEqual([]);
  });

  test('that forgets its hook leaves a pointer into nothing: the next packet is the last', () => {
    expect(machine.insert('nfdrop', DROP.replace('UNREGISTER', ''))).toBe(0);
    expect(machine.mode.removeModule('nfdrop')).toBe(0);
    machine.mode.receive(packetFrom(3), 1);
    expect(machine.mode.state()).toBe('panicked');
    const log = machine.log();
    expect(log).toContain('#PF: supervisor instruction fetch in kernel mode');
    expect(log).toContain('Code: Unable to access opcode bytes at 0xffffffffc0200016.');
    expect(log).toContain('Modules linked in: [last unloaded: nfdrop(OE)]');
  });

  test('memory comes back', () => {
    const before = machine.kernel.exports.kernelObjects();
    for (let i = 0; i < 8; i++) {
      machine.insert('nfdrop', dropModule);
      machine.mode.receive(packetFrom(1), 1);
      machine.mode.receive(packetFrom(3), 1);
      machine.mode.removeModule('nfdrop');
    }
    expect(machine.kernel.exports.kernelObjects()).toBe(before);
  });
});

test('the same rule as a patch of ip_rcv: another image, booted', () => {
  const source = readFileSync(`${LINUX}ip_input.c`, 'utf8');
  const patched = source.replace(
    '\t/* Ethernet pads short frames',
    `\tif (iph->saddr == htonl(0x0a020201)) {
		pr_info("IPv4: ip_rcv: dropped a packet from %pI4\\n", &iph->saddr);
		goto drop;
	}

	/* Ethernet pads short frames`,
  );
  expect(patched).not.toBe(source);
  machine.boot(linuxObjects({ 'ip_input.c': patched }));
  expect(machine.mode.receive(packetFrom(1), 1)).toEqual({ fate: 'dropped', detail: 2 });
  expect(machine.mode.receive(packetFrom(3), 1)).toEqual({ fate: 'routed', detail: 1 });
  expect(machine.texts()).toEqual(['IPv4: ip_rcv: dropped a packet from 10.2.2.1']);
});

describe('insmod', () => {
  test('says what Linux says', () => {
    expect(machine.insert('m', `${HEAD}static int __init start(void) { return -ENODEV; }\nmodule_init(start);`)).toBe(
      -19,
    );
    expect(machine.mode.modules()).toEqual([]);
    const unknown = 'int not_there(void);\nstatic int __init start(void) { return not_there(); }\nmodule_init(start);';
    expect(machine.insert('m', HEAD + unknown)).toBe(-2);
    expect(machine.texts()).toContain('m: Unknown symbol not_there (err -2)');
    expect(machine.insert('m', HEAD)).toBe(0);
    expect(machine.insert('m', HEAD)).toBe(-17);
    expect(machine.mode.removeModule('nobody')).toBe(-2);
  });

  test('a proprietary module taints, and does not get what is for GPL ones', () => {
    const closed = '#include <linux/module.h>\n#include <net/net_namespace.h>\nMODULE_LICENSE("Proprietary");\n';
    expect(machine.insert('closed', `${closed}static int __init start(void) { return 0; }\nmodule_init(start);`)).toBe(
      0,
    );
    expect(machine.texts()).toContain("closed: module license 'Proprietary' taints kernel.");
    expect(machine.mode.taint() & 1).toBe(1);
    const asks = `${closed}static struct pernet_operations o;\nstatic int __init start(void) { return register_pernet_subsys(&o); }\nmodule_init(start);`;
    expect(machine.insert('closed2', asks)).toBe(-2);
  });

  test('gives parameters their values, and refuses what is none', () => {
    const source = `${HEAD}static int count = 1; static char *name = "nobody"; static bool loud; static u16 ports[3] = { 1 };
module_param(count, int, 0644); module_param(name, charp, 0); module_param(loud, bool, 0);
module_param_array(ports, ushort, NULL, 0);
static int __init start(void) { pr_info("%d %s %d %d\\n", count, name, loud, ports[1]); return 0; }
module_init(start);`;
    expect(machine.insert('m', source, { count: '-7', name: 'me', loud: 'Y', ports: '80,443' })).toBe(0);
    expect(machine.texts()).toContain('-7 me 1 443');
    machine.boot();
    expect(machine.insert('m', source, { count: 'many' })).toBe(-22);
    expect(machine.texts()).toContain("m: `many' invalid for parameter `count'");
    expect(machine.insert('m', source, { color: 'red' })).toBe(0);
    expect(machine.texts()).toContain("m: unknown parameter 'color' ignored");
  });

  test('symbols of another module, which then cannot go', () => {
    const gives = `${HEAD}int twice(int n) { return 2 * n; }\nEXPORT_SYMBOL(twice);\nstatic void __exit stop(void) { }\nmodule_exit(stop);`;
    const takes = `${HEAD}int twice(int n);\nstatic int __init start(void) { pr_info("%d\\n", twice(21)); return 0; }\nstatic void __exit stop(void) { }\nmodule_init(start);\nmodule_exit(stop);`;
    expect(machine.insert('gives', gives)).toBe(0);
    expect(machine.insert('takes', takes)).toBe(0);
    expect(machine.texts()).toContain('42');
    expect(machine.mode.modules().map((m) => [m.name, m.references])).toEqual([['takes', 0], ['gives', 1]]); // prettier-ignore
    expect(machine.mode.removeModule('gives')).toBe(-16);
    expect(machine.mode.removeModule('takes')).toBe(0);
    expect(machine.mode.removeModule('gives')).toBe(0);
  });
});

describe('the kernel’s library', () => {
  test('printk formats', () => {
    const body = `u8 mac[6] = { 0xde, 0xad, 0xbe, 0xef, 0, 1 }; __be32 ip = 0x0102020a; u8 six[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };
pr_info("%d %u %x %#X %o|%5d|%-5d|%05d|%+d\\n", -1, 4000000000u, 255, 255, 8, 42, 42, 42, 42);
pr_info("%lld %zu %hhx %c%% %s %.2s|%8s|%*d\\n", -5000000000LL, sizeof(mac), 0x1ff, 'c', "text", "text", "r", 4, 7);
pr_info("%pI4 %pM %pI6c %s\\n", &ip, mac, six, (char *)NULL);
pr_info("many %d %d %d %d %d %d %d %d\\n", 1, 2, 3, 4, 5, 6, 7, 8);`;
    expect(printed(body)).toEqual([
      '-1 4000000000 ff 0XFF 10|   42|42   |00042|+42',
      '-5000000000 6 ff c% text te|       r|   7',
      '10.2.2.1 de:ad:be:ef:00:01 2001:db8::1 (null)',
      'many 1 2 3 4 5 6 7 8',
    ]);
  });

  test('lists, locks, text and numbers', () => {
    const before = `struct item { int n; struct list_head list; };
static LIST_HEAD(items);
static DEFINE_SPINLOCK(lock);`;
    const body = `struct item *item, *other; int i, sum = 0, n; char text[16];
for (i = 1; i <= 4; i++) { item = kmalloc(sizeof(*item), GFP_KERNEL); item->n = i; spin_lock(&lock); list_add_tail(&item->list, &items); spin_unlock(&lock); }
list_for_each_entry(item, &items, list) sum = sum * 10 + item->n;
list_for_each_entry_safe(item, other, &items, list) { list_del(&item->list); kfree(item); }
snprintf(text, sizeof(text), "%d/%s", sum, "end of it all");
pr_info("%s %d %d\\n", text, list_empty(&items), (int)strlen(text));
pr_info("%d %d %d\\n", kstrtoint("-0x10\\n", 0, &n), n, kstrtoint("12x", 10, &i));
pr_info("%d %s %s\\n", strcmp("a", "b"), strstr("haystack", "st"), strchr("key=value", '=') + 1);`;
    expect(printed(body, before)).toEqual(['1234/end of it  1 15', '0 -16 -22', '-1 stack value']);
    expect(machine.kernel.exports.kernelObjects()).toBe(0);
  });

  test('arguments beyond the fifth, structures by value, calls through pointers', () => {
    const before = `struct pair { long a, b; }; struct big { long a, b, c; };
static noinline long eight(int a, long b, char c, short d, u8 e, u16 f, long g, int h) { return a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h * 8; }
static noinline struct pair swapped(struct pair p) { return (struct pair){ p.b, p.a }; }
static noinline long total(struct big b, int more) { return b.a + b.b + b.c + more; }
static long (*volatile through)(int, long, char, short, u8, u16, long, int) = eight;
static noinline int sum(int count, ...) { va_list list; int s = 0; va_start(list, count); while (count--) s += va_arg(list, int); va_end(list); return s; }`;
    const body = `struct pair p = swapped((struct pair){ 1, 2 });
pr_info("%ld %ld %ld\\n", eight(1, 2, 3, 4, 5, 6, 7, 8), through(8, 7, 6, 5, 4, 3, 2, 1), total((struct big){ 1, 2, 3 }, 4));
pr_info("%ld %ld %d\\n", p.a, p.b, sum(6, 1, 2, 3, 4, 5, 6));`;
    expect(printed(body, before)).toEqual(['204 120 10', '2 1 21']);
  });

  test('a page of zeros, a copy and a comparison that are longer than instructions would be', () => {
    const body = `char *a = kzalloc(4096, GFP_KERNEL), *b = kmalloc(4096, GFP_KERNEL); char big[2048] = { 0 };
memset(b, 7, 4096); memcpy(a, b, 4096); memcpy(big, a, sizeof(big));
pr_info("%d %d %d\\n", memcmp(a, b, 4096), memcmp(a, big, 2048), a[4095] + big[2047]);
kfree(a); kfree(b);`;
    expect(printed(body)).toEqual(['0 0 14']);
  });

  test('a file in /proc: seq_file and read, write', () => {
    const before = `static char kept[32] = "nothing";
static int show(struct seq_file *m, void *v) { seq_printf(m, "%s %d\\n", kept, 42); return 0; }
static int open_it(struct inode *i, struct file *f) { return single_open(f, show, NULL); }
static ssize_t write_it(struct file *f, const char __user *from, size_t size, loff_t *at)
{ if (size >= sizeof(kept)) return -EINVAL; if (copy_from_user(kept, from, size)) return -EFAULT; kept[size] = 0; return size; }
static const struct proc_ops ops = { .proc_open = open_it, .proc_read = seq_read, .proc_write = write_it, .proc_release = single_release };`;
    printed('proc_create("keep", 0644, NULL, &ops);', before);
    const read = (): string => {
      const fd = machine.mode.open('keep');
      const bytes = machine.mode.readFile(fd, 100);
      machine.mode.close(fd);
      return typeof bytes === 'number' ? String(bytes) : new TextDecoder().decode(bytes);
    };
    expect(read()).toBe('nothing 42\n');
    const fd = machine.mode.open('keep');
    expect(machine.mode.writeFile(fd, new TextEncoder().encode('something'))).toBe(9);
    expect(machine.mode.writeFile(fd, new Uint8Array(100))).toBe(-22);
    machine.mode.close(fd);
    expect(read()).toBe('something 42\n');
    expect(machine.mode.open('lost')).toBe(-2);
    expect(machine.mode.readFile(99, 1)).toBe(-9);
  });
});

describe('memory that nobody guards', () => {
  test('what runs over its end is in the neighbour', () => {
    const body = `char *a = kmalloc(32, GFP_KERNEL), *b = kmalloc(32, GFP_KERNEL);
strcpy(b, "neighbour"); memset(a, 'x', 36); pr_info("%s\\n", b);`;
    expect(printed(body)).toEqual(['xxxxhbour']);
    expect(machine.mode.state()).toBe('alive');
  });

  test('a wild write changes another subsystem, and nobody says so', () => {
    machine.insert('nfdrop', dropModule);
    // Meant for a buffer of eight bytes; the pointer to it was never set to one.
    const wild = `static unsigned long where; module_param(where, ulong, 0);
static int __init start(void) { memcpy((void *)where, "nowhere", 8); return 0; }\nmodule_init(start);`;
    const find = `#include <linux/netdevice.h>
static int __init start(void) { pr_info("%px\\n", dev_get_by_index(&init_net, 1)->name); return 0; }\nmodule_init(start);`;
    expect(machine.insert('find', HEAD + find)).toBe(0);
    const where = BigInt(`0x${machine.texts().at(-1) ?? ''}`);
    const before = machine.log().length;
    expect(machine.insert('wild', HEAD + wild, { where: where.toString() })).toBe(0);
    expect(machine.log()).toHaveLength(before);
    machine.mode.receive(packetFrom(1), 1);
    expect(machine.texts().at(-1)).toBe('nfdrop: dropped a packet from 10.2.2.1 on nowhere');
  });

  test('freed memory is given out again; without poison it still holds what it held', () => {
    const body = `char *a = kmalloc(64, GFP_KERNEL); char *b; strcpy(a, "secret"); kfree(a); pr_info("%.6s\\n", a);
b = kmalloc(64, GFP_KERNEL); pr_info("%d\\n", a == b);`;
    expect(printed(body)).toEqual(['kkkkkk', '1']);
    machine.boot(undefined, false);
    expect(printed(body)).toEqual(['secret', '1']);
  });

  test('freed twice is noticed', () => {
    machine.insert(
      'm',
      `${HEAD}static int __init start(void) { void *a = kmalloc(64, GFP_KERNEL); kfree(a); kfree(a); return 0; }\nmodule_init(start);`,
    );
    expect(machine.log().some((line) => line.startsWith('RIP: 0010:kfree+0x0/'))).toBe(true);
  });

  test('a list of free objects that was overwritten ends in a fault of the next kmalloc', () => {
    const body = `unsigned long *a = kmalloc(64, GFP_KERNEL); kfree(a); a[4] = 0x4242424242424242; kmalloc(64, GFP_KERNEL); kmalloc(64, GFP_KERNEL);`;
    machine.insert('m', `${HEAD}static int __init start(void) { ${body} return 0; }\nmodule_init(start);`);
    expect(
      machine
        .log()
        .some((line) =>
          line.startsWith('general protection fault, probably for non-canonical address 0x4242424242424262'),
        ),
    ).toBe(true);
    expect(machine.log().some((line) => line.startsWith('RIP: 0010:__kmalloc+0x0/'))).toBe(true);
  });

  test('a lock that is taken twice never comes free', () => {
    machine.kernel.exports.kernelSetBudget(500_000n);
    machine.insert(
      'm',
      `${HEAD}static DEFINE_SPINLOCK(lock);\nstatic int __init start(void) { spin_lock(&lock); spin_lock(&lock); return 0; }\nmodule_init(start);`,
    );
    expect(machine.mode.state()).toBe('hanging');
    expect(machine.log().some((line) => /^RIP: 0010:_raw_spin_lock/.test(line))).toBe(true);
  });

  test('kmalloc that may sleep, with a lock held', () => {
    printed(
      'spin_lock(&lock); kfree(kmalloc(8, GFP_KERNEL)); kfree(kmalloc(8, GFP_ATOMIC)); spin_unlock(&lock);',
      'static DEFINE_SPINLOCK(lock);',
    );
    const lines = machine.log().filter((line) => line.startsWith('BUG: '));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^BUG: sleeping function called from invalid context at/);
  });

  test('wherever a wild pointer writes, the machine lives or dies by its own rules', () => {
    const source = `${HEAD}static unsigned long where; module_param(where, ulong, 0);
static int __init start(void) { *(volatile unsigned long *)where = 0xdeadbeefcafef00d; return 0; }\nmodule_init(start);`;
    const object = compileModule('wild', source);
    let random = 12345n;
    for (let i = 0; i < 60; i++) {
      machine.boot();
      random = BigInt.asUintN(64, random * 6364136223846793005n + 1442695040888963407n);
      const bases = [
        0n,
        0xffff888000000000n,
        0xffff888004100000n,
        0xffffffff81000000n,
        0xffffffffc0200000n,
        0xffffc90000000000n,
      ];
      const where = (bases[i % bases.length] ?? 0n) + ((random >> 20n) & 0xfffffn);
      const result = machine.mode.insertModule('wild', object, { where: where.toString() });
      expect('problem' in result).toBe(false);
      if (machine.mode.state() === 'alive') {
        machine.mode.receive(packetFrom(1), 1);
        machine.mode.insertModule('again', object, { where: '8' });
      }
    }
  });
});

describe('an attacker with an account', () => {
  /** Reads and writes numbers[index] without asking whether there is such a one. */
  const BUGGY = `${HEAD}
struct request { long index; long value; };
static long numbers[16];
static const char secret[] = "the key of the kingdom";
static long control(struct file *file, unsigned int command, unsigned long argument)
{
	struct request request;

	if (copy_from_user(&request, (void *)argument, sizeof(request)))
		return -EFAULT;
	if (command == 1)
		request.value = numbers[request.index];
	else
		numbers[request.index] = request.value;
	return copy_to_user((void *)argument, &request, sizeof(request)) ? -EFAULT : 0;
}
static const struct proc_ops ops = { .proc_ioctl = control };
static int __init start(void)
{
	pr_info("%px %px\\n", numbers, secret);
	return proc_create("numbers", 0666, NULL, &ops) ? 0 : -ENOMEM;
}
module_init(start);
`;
  const request = (index: bigint, value = 0n): Uint8Array => {
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    view.setBigInt64(0, BigInt.asIntN(64, index), true);
    view.setBigInt64(8, value, true);
    return bytes;
  };

  test('reads a secret and becomes root', () => {
    const { mode, kernel } = machine;
    machine.insert('numbers', BUGGY);
    const [numbers = 0n, secret = 0n] = (machine.texts().at(-1) ?? '')
      .split(' ')
      .map((address) => BigInt(`0x${address}`));
    const name = new TextEncoder().encode('mallory');
    const at = kernel.exports.allocate(16);
    new Uint8Array(kernel.memory.buffer).set(name, at);
    kernel.exports.setTask(2000, 2000, 1000, 1000, 1, at, name.length);
    expect(mode.userId()).toBe(1000);
    const fd = mode.open('numbers');
    const peek = (address: bigint): bigint => {
      const { result, bytes } = mode.control(fd, 1, request((address - numbers) / 8n));
      expect(result).toBe(0);
      return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(8, true);
    };
    const poke = (address: bigint, value: bigint): void => {
      expect(mode.control(fd, 2, request((address - numbers) / 8n, value)).result).toBe(0);
    };
    const stolen = new DataView(new ArrayBuffer(24));
    for (let i = 0; i < 3; i++) stolen.setBigUint64(8 * i, peek((secret & ~7n) + BigInt(8 * i)), true);
    expect(new TextDecoder().decode(stolen.buffer)).toContain('key of the k');
    // task_struct and cred by 6.18's offsets: cred at 1736, uid and gid at 8
    const task = BigInt.asUintN(64, kernel.exports.kernelCurrentTask());
    const cred = peek(task + 1736n);
    expect(peek(cred + 8n)).toBe((1000n << 32n) | 1000n);
    poke(cred + 8n, 0n);
    expect(mode.userId()).toBe(0);
    expect(mode.state()).toBe('alive');
  });

  test('one that asks gives nothing away', () => {
    const { mode } = machine;
    machine.insert(
      'numbers',
      BUGGY.replace(
        '	if (command == 1)',
        '	if (request.index < 0 || request.index >= 16)\n		return -EINVAL;\n	if (command == 1)',
      ),
    );
    const fd = mode.open('numbers');
    expect(mode.control(fd, 1, request(16n)).result).toBe(-22);
    expect(mode.control(fd, 2, request(-1n, 1n)).result).toBe(-22);
    expect(mode.control(fd, 2, request(15n, 1n)).result).toBe(0);
  });
});

test('structures have the offsets that the machine uses', () => {
  const checks: readonly [string, string, number][] = [
    ['sk_buff', 'dev', 16], ['sk_buff', 'len', 112], ['sk_buff', 'mark', 164], ['sk_buff', 'protocol', 176], ['sk_buff', 'network_header', 180],
    ['sk_buff', 'head', 192], ['sk_buff', 'data', 200], ['net_device', 'name', 280], ['net_device', 'ifindex', 224], ['task_struct', 'pid', 1264],
    ['task_struct', 'cred', 1736], ['task_struct', 'comm', 1752], ['cred', 'uid', 8], ['cred', 'euid', 24], ['nf_hook_state', 'in', 8],
  ]; // prettier-ignore
  const source = `${HEAD}#include <linux/netfilter.h>\n#include <linux/netdevice.h>\n${checks
    .map(([type, field, at]) => `_Static_assert(offsetof(struct ${type}, ${field}) == ${at}, "${type}.${field}");`)
    .join('\n')}\n_Static_assert(sizeof(struct sk_buff) == 224 && sizeof(struct task_struct) == 3264, "sizes");`;
  expect(compileModule('offsets', source).length).toBeGreaterThan(0);
});

test('every function of the table has its body, and nothing else has one', () => {
  const code = ['natives.ts', 'network.ts'].map((name) => readFileSync(`${LINUX}../module/${name}`, 'utf8')).join('');
  const bodies = [...code.matchAll(/\bset(?:Native)?\((\d+), /g)].map(([, number]) => Number(number));
  expect(bodies.sort((a, b) => a - b)).toEqual(KERNEL_FUNCTIONS.map((row) => row.number));
});
