// Programs that once told two machines apart, made small. Each runs with every fuzz test from now on.

export interface Regression {
  readonly name: string;
  /** what was wrong, and where */
  readonly note: string;
  /** XDP program over 64 zero bytes; no maps */
  readonly assembly: string;
  /** what the instructions say: the answer of every engine without a verifier in front */
  readonly retval: number;
  /** Linux's answer where its verifier is wrong and changes the program; `followed`: ours does the same */
  readonly linux?: { readonly retval: number; readonly reason: string; readonly followed: boolean };
}

export const REGRESSIONS: readonly Regression[] = [
  {
    name: 'scalar-plus-frame-pointer',
    note: 'found by the fuzz test (seed 17543)',
    assembly: `
call local f
jeq %r0, 1, wrong
mov %r0, 7
exit
wrong:
mov %r0, 9
exit
f:
stdw [%r10-8], 1
mov %r9, 0
add %r9, %r10
stdw [%r9-8], 2
ldxdw %r0, [%r10-8]
exit`,
    retval: 7,
    linux: {
      retval: 9,
      followed: true,
      reason:
        "Linux 6.18's verifier takes the sum of a number and a frame pointer for a pointer into the main program's frame " +
        '(its log says R9=fp[0]0), believes that f returns 1, and removes the branch that is taken in truth',
    },
  },
  {
    name: 'compare-and-exchange-32-bits-before-a-pruned-branch',
    note: 'found by the fuzz test (seed 55249)',
    assembly: `
ldxw %r3, [%r1+12]
stdw [%r10-8], 0
mov %r2, 0
lddw %r0, 0x100000000
lock cmpxchg32 [%r10-8], %r2
mov %r4, 1
mov %r4, 2
mov %r4, 3
jsle %r3, 170, l0
smod32 %r0, %r3
mov %r4, 4
mov %r4, 5
mov %r4, 6
mov %r4, 7
mov %r4, 8
mov %r4, 9
mov %r4, 8
mov %r4, 9
jset %r3, 1, l0
mov %r4, 9
l0:
mov %r4, 8
rsh %r0, 32
exit`,
    retval: 0,
    linux: {
      retval: 1,
      followed: false,
      reason:
        'a 32-bit compare-and-exchange clears the upper half of r0 (RFC 9669); x86 does not when the values are equal, so Linux adds a ' +
        'move, but 6.18 leaves it out when only a pruned path reads all 64 bits',
    },
  },
  {
    name: 'constant-with-its-32nd-bit-set',
    note: 'a wrong sign in an optimizer made the verifier believe in a negative number, and remove the branch',
    assembly: `
mov %r0, 2
lddw %r1, 0x80000000
jne %r1, 0x80000000, unequal
exit
unequal:
mov %r0, 1
exit`,
    retval: 1,
  },
  {
    name: 'loop-without-turns',
    note: 'the callback is dead code and removed; the interpreter then refused the instruction that takes its address',
    assembly: `
mov %r1, 0
lddw %r2, func body
mov %r3, 0
mov %r4, 0
call bpf_loop
add %r0, 5
exit
body:
mov %r0, 1
exit`,
    retval: 5,
  },
  {
    name: 'negate-32-bits',
    note: 'the interpreter sign-extended a 32-bit negation',
    assembly: `
lddw %r0, 0x100000001
neg32 %r0
rsh %r0, 31
exit`,
    retval: 1,
  },
];
