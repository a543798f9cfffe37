// The programs that speed is measured with, in assembly so that nothing but the machine is measured. Each is an XDP program that
// Linux's verifier accepts as well, when `turns` stays within what it is willing to walk through (a million instructions).

export interface BenchProgram {
  readonly name: string;
  readonly description: string;
  readonly source: string;
  /** maps by index, as "type:key:value:entries" */
  readonly maps: readonly string[];
  /** bytes of the first map's value that the benchmark fills before the run */
  readonly fill: number;
}

/** xorshift64 and a 32-bit rotation: registers only. */
const alu = (turns: number): string => `
mov %r6, ${turns}
lddw %r1, 0x2545f4914f6cdd1d
mov %r0, 0
next:
mov %r2, %r1
lsh %r2, 13
xor %r1, %r2
mov %r2, %r1
rsh %r2, 7
xor %r1, %r2
mov %r2, %r1
lsh %r2, 17
xor %r1, %r2
add %r0, %r1
xor32 %r0, 0x5bd1e995
sub %r6, 1
jne %r6, 0, next
and %r0, 0x7fffffff
exit`;

/** Internet checksum (RFC 1071) of a map value: loads of 16-bit words into two sums. */
const csum = (bytes: number): string => `
stw [%r10-4], 0
lddw %r1, map[0]
mov %r2, %r10
add %r2, -4
call bpf_map_lookup_elem
jeq %r0, 0, exit
mov %r1, %r0
mov %r2, 0
mov %r5, 0
mov %r4, 0
next:
ldxh %r3, [%r1+0]
add %r2, %r3
ldxh %r3, [%r1+2]
add %r5, %r3
ldxh %r3, [%r1+4]
add %r2, %r3
ldxh %r3, [%r1+6]
add %r5, %r3
add %r1, 8
add %r4, 8
jne %r4, ${bytes}, next
mov %r0, %r2
add %r0, %r5
mov %r1, %r0
rsh %r1, 16
and %r0, 0xffff
add %r0, %r1
mov %r1, %r0
rsh %r1, 16
add %r0, %r1
xor %r0, 0xffff
and %r0, 0xffff
exit`;

/** Counts primes below a limit by trial division: 32-bit remainders and badly predicted jumps. */
const prime = (limit: number): string => `
mov32 %r0, 0
mov32 %r1, 2
candidate:
mov32 %r2, 2
divisor:
mov32 %r3, %r2
mul32 %r3, %r2
jgt32 %r3, %r1, found
mov32 %r3, %r1
mod32 %r3, %r2
jeq32 %r3, 0, composite
add32 %r2, 1
ja divisor
found:
add32 %r0, 1
composite:
add32 %r1, 1
jlt32 %r1, ${limit}, candidate
exit`;

/** A multiplying hash over a table of 32 words on the stack: loads, stores and a data-dependent index. */
const hash = (turns: number): string => `
mov32 %r1, 0
fill:
mov %r2, %r10
add %r2, -128
mov32 %r3, %r1
and32 %r3, 31
lsh %r3, 2
add %r2, %r3
mov32 %r4, %r1
mul32 %r4, 0x9e3779b1
stxw [%r2+0], %r4
add32 %r1, 1
jne32 %r1, 32, fill
mov32 %r1, 0
mov32 %r0, 0x12345678
next:
mov32 %r3, %r0
and32 %r3, 31
lsh %r3, 2
mov %r2, %r10
add %r2, -128
add %r2, %r3
ldxw %r4, [%r2+0]
mul32 %r4, 0xcc9e2d51
mov32 %r5, %r4
lsh32 %r4, 15
rsh32 %r5, 17
or32 %r4, %r5
xor32 %r0, %r4
mov32 %r5, %r0
lsh32 %r0, 13
rsh32 %r5, 19
or32 %r0, %r5
mul32 %r0, 5
add32 %r0, 0xe6546b64
stxw [%r2+0], %r0
add32 %r1, 1
jne32 %r1, ${turns}, next
and32 %r0, 0x7fffffff
exit`;

/** Parses Ethernet, IPv4 and UDP, and counts packets by destination port in a hash map. */
export const UDP_COUNTER = `
mov %r0, 2
ldxw %r2, [%r1+4]
ldxw %r6, [%r1+0]
mov %r3, %r6
add %r3, 42
jgt %r3, %r2, exit
ldxh %r3, [%r6+12]
jne %r3, 0x0008, exit
ldxb %r3, [%r6+14]
jne %r3, 0x45, exit
ldxb %r3, [%r6+23]
jne %r3, 17, exit
ldxh %r3, [%r6+36]
be16 %r3
stxw [%r10-4], %r3
lddw %r1, map[0]
mov %r2, %r10
add %r2, -4
call bpf_map_lookup_elem
jne %r0, 0, known
stdw [%r10-16], 1
lddw %r1, map[0]
mov %r2, %r10
add %r2, -4
mov %r3, %r10
add %r3, -16
mov %r4, 0
call bpf_map_update_elem
mov %r0, 2
exit
known:
mov %r1, 1
lock add [%r0+0], %r1
mov %r0, 2
exit`;

const CSUM_BYTES = 32768;

/** The four of the arithmetic benchmark, in a length that Linux's verifier walks through. */
export const BENCH_PROGRAMS: readonly BenchProgram[] = [
  { name: 'alu', description: 'xorshift in registers', source: alu(20_000), maps: [], fill: 0 },
  {
    name: 'csum',
    description: 'Internet checksum of 32 KiB',
    source: csum(CSUM_BYTES),
    maps: [`array:4:${CSUM_BYTES}:1`],
    fill: CSUM_BYTES,
  },
  { name: 'prime', description: 'primes by trial division', source: prime(400), maps: [], fill: 0 },
  { name: 'hash', description: 'mixing with a table on the stack', source: hash(3_000), maps: [], fill: 0 },
];
