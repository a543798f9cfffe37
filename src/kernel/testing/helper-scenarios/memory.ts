// Text, memory that is read by address, and what the machine says of itself.
import { RAW_TP, SYSCALL, array, constant, lookup, onStack, scenarioBook } from '../scenario.ts';

const { scenarios, program, xdp } = scenarioBook();

// ---- text and memory ----

for (const text of [
  '123',
  '-5',
  '  42x',
  '0x1f',
  '017',
  '08',
  '-',
  '',
  'abc',
  '0x',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  '18446744073709551616',
  '+7',
  '1f',
])
  for (const base of [0, 10, 16, 3])
    for (const [helper, id] of [
      ['strtol', 105],
      ['strtoul', 106],
    ] as const)
      xdp(
        `${helper} "${text}" base ${base}`,
        `${onStack(text)}
         stdw [%r10-40], 9
         mov %r1, %r10
         add %r1, -32
         mov %r2, ${Math.max(1, text.length)}
         mov %r3, ${base}
         mov %r4, %r10
         add %r4, -40
         call ${id}
         mov %r6, %r0
         stw [%r10-44], 0
         lddw %r1, map[0]
         mov %r2, %r10
         add %r2, -44
         mov %r3, %r10
         add %r3, -40
         mov %r4, 0
         call 2
         mov %r0, %r6
         exit`,
        [array()],
        [lookup(0, 0)],
      );
for (const [a, size] of [
  ['eth0', 8],
  ['eth', 8],
  ['eth1', 8],
  ['ath', 8],
  ['eth0abc', 4],
] as const)
  xdp(
    `strncmp "${a}" ${size}`,
    `${onStack(a)}
     mov %r1, %r10
     add %r1, -32
     mov %r2, ${size}
     lddw %r3, value[0]
     call 182
     exit`,
    constant('eth0'),
  );
/** Formats that the verifier does not let pass, as they are constants. */
const REFUSED_FORMATS: ReadonlySet<string> = new Set(['%hd %hhu', '%y', '%', '%o %X', '%#x %#o', '%l']);
for (const [text, room] of [
  ['%d', 32],
  ['%d %u %x', 32],
  ['%5d|%-5d|', 32],
  ['%05d %lld', 32],
  ['%llx %lx', 32],
  ['%hd %hhu', 32],
  ['%c%c', 32],
  ['%%', 32],
  ['%i', 4],
  ['%d %d %d', 4],
  ['%y', 32],
  ['%', 32],
  ['plain', 32],
  ['%o %X', 32],
  ['%+d % d', 32],
  ['%#x %#o', 32],
  ['%08x', 32],
  ['%l', 32],
  ['%pI4', 32],
  ['%s', 32],
] as const)
  xdp(
    `snprintf${REFUSED_FORMATS.has(text) ? ' refused' : ''} "${text}" room ${room}`,
    `stdw [%r10-8], 0
     stdw [%r10-16], 65
     stdw [%r10-24], 300
     stdw [%r10-32], -7
     stdw [%r10-64], 0
     stdw [%r10-56], 0
     stdw [%r10-48], 0
     stdw [%r10-40], 0
     mov %r1, %r10
     add %r1, -64
     mov %r2, ${room}
     lddw %r3, value[0]
     mov %r4, %r10
     add %r4, -32
     mov %r5, 24
     call 165
     mov %r6, %r0
     stw [%r10-68], 0
     lddw %r1, map[1]
     mov %r2, %r10
     add %r2, -68
     mov %r3, %r10
     add %r3, -64
     mov %r4, 0
     call 2
     mov %r0, %r6
     exit`,
    [...constant(text), array(32)],
    [lookup(1, 0)],
  );
for (const [text, size] of [
  ['hello', 6],
  ['%d %d %d', 9],
  ['%d %d %d %d', 12],
  ['%lld', 5],
  ['%y', 3],
  ['no end', 6],
] as const)
  xdp(
    `trace_printk "${text}"`,
    `${onStack(text)}
     mov %r1, %r10
     add %r1, -32
     mov %r2, ${size}
     mov %r3, 1
     mov %r4, 22
     mov %r5, -3
     call 6
     exit`,
  );
for (const size of [0, 8, 24, 12])
  xdp(
    `trace_vprintk with ${size} bytes`,
    `${onStack('%d %d')}
     stdw [%r10-40], 5
     stdw [%r10-48], 6
     stdw [%r10-56], 7
     mov %r1, %r10
     add %r1, -32
     mov %r2, 6
     mov %r3, %r10
     add %r3, -56
     mov %r4, ${size}
     call 177
     exit`,
  );
for (const [helper, id] of [
  ['probe_read_kernel', 113],
  ['probe_read_kernel_str', 115],
  ['probe_read_user', 112],
  ['probe_read_user_str', 114],
] as const)
  for (const from of ['map', 'null', 'hole'])
    xdp(
      `${helper} of ${from}`,
      `stdw [%r10-8], -1
       ${from === 'map' ? 'lddw %r3, value[0]' : from === 'null' ? 'mov %r3, 0' : 'lddw %r3, 0xffff8000deadbeef'}
       mov %r1, %r10
       add %r1, -8
       mov %r2, 8
       call ${id}
       mov %r6, %r0
       stw [%r10-12], 0
       lddw %r1, map[1]
       mov %r2, %r10
       add %r2, -12
       mov %r3, %r10
       add %r3, -8
       mov %r4, 0
       call 2
       mov %r0, %r6
       exit`,
      [...constant('ab'), array()],
      [lookup(1, 0)],
    );
for (const [helper, id] of [
  ['probe_read', 4],
  ['probe_read_str', 45],
] as const)
  for (const from of ['map', 'null'])
    program(
      `raw_tp ${helper} of ${from}`,
      RAW_TP,
      `stdw [%r10-8], -1
       ${from === 'map' ? 'lddw %r3, value[0]' : 'mov %r3, 0'}
       mov %r1, %r10
       add %r1, -8
       mov %r2, 8
       call ${id}
       ldxdw %r1, [%r10-8]
       lsh %r1, 8
       add %r0, %r1
       exit`,
      constant('ab'),
    );
program(
  'syscall copy_from_user of null',
  SYSCALL,
  `stdw [%r10-8], -1
   mov %r1, %r10
   add %r1, -8
   mov %r2, 8
   mov %r3, 0
   call 148
   ldxdw %r1, [%r10-8]
   add %r0, %r1
   exit`,
);

// ---- the machine ----

for (const [name, id] of [
  ['ktime_get_ns', 5],
  ['ktime_get_boot_ns', 125],
  ['ktime_get_tai_ns', 208],
] as const)
  xdp(
    `${name} goes on`,
    `call ${id}
     mov %r6, %r0
     call ${id}
     mov %r7, %r0
     mov %r0, 0
     jge %r6, %r7, exit
     jeq %r6, 0, exit
     mov %r0, 1
     exit`,
  );
for (const [name, id] of [
  ['ktime_get_coarse_ns', 160],
  ['jiffies64', 118],
] as const)
  xdp(
    `${name} never goes back`,
    `call ${id}
     mov %r6, %r0
     call ${id}
     mov %r7, %r0
     mov %r0, 0
     jgt %r6, %r7, exit
     jeq %r6, 0, exit
     mov %r0, 1
     exit`,
  );
xdp(
  'get_prandom_u32 twice',
  'call 7\nmov %r6, %r0\ncall 7\nmov %r1, %r0\nmov %r0, 0\njeq %r1, %r6, exit\nrsh %r1, 32\njne %r1, 0, exit\nmov %r0, 1\nexit',
);
xdp('get_smp_processor_id', 'call 8\nmov %r1, %r0\nmov %r0, 0\njge %r1, 2, exit\nmov %r0, 1\nexit');
xdp('get_numa_node_id', 'call 42\nexit');
xdp(
  'get_current_pid_tgid',
  'call 14\nmov %r1, %r0\nmov32 %r2, %r1\nrsh %r1, 32\nmov %r0, 0\njne %r1, %r2, exit\njeq %r1, 0, exit\nmov %r0, 1\nexit',
);
xdp('get_current_uid_gid', 'call 15\nexit');
xdp('get_current_task', 'call 35\nmov %r1, %r0\nmov %r0, 0\njsge %r1, 0, exit\nmov %r0, 1\nexit');
xdp(
  'get_current_task_btf',
  'call 158\nldxw %r1, [%r0+1264]\nldxw %r2, [%r0+1268]\nmov %r0, 0\njne %r1, %r2, exit\njeq %r1, 0, exit\nmov %r0, 1\nexit',
);
xdp('get_current_cgroup_id', 'call 80\nmov %r1, %r0\nmov %r0, 0\njeq %r1, 0, exit\nmov %r0, 1\nexit');
xdp(
  'get_current_comm cut',
  `stdw [%r10-8], -1
   mov %r1, %r10
   add %r1, -8
   mov %r2, 2
   call 16
   ldxb %r1, [%r10-7]
   lsh %r1, 8
   add %r0, %r1
   ldxb %r1, [%r10-6]
   lsh %r1, 16
   add %r0, %r1
   exit`,
);
for (const signal of [0, 65]) {
  xdp(`send_signal ${signal}`, `mov %r1, ${signal}\ncall 109\nexit`);
  xdp(`send_signal_thread ${signal}`, `mov %r1, ${signal}\ncall 117\nexit`);
}

export const memoryScenarios = scenarios;
