// `lab batch`: the words of its contract, and that a mistake in one line is an answer.
import { beforeAll, describe, expect, it } from 'vitest';
import { testKernel } from '../jit/fuzz.ts';
import type { Kernel } from '../loader/kernel.ts';
import { answerBatch } from './batch.ts';

let kernel: Kernel;
beforeAll(async () => {
  kernel = await testKernel();
});

const ask = (request: unknown): Record<string, unknown> => answerBatch(kernel, request, () => 0);
const RETURN_2 = 'b7000000020000009500000000000000';

describe('unverified programs', () => {
  it.each(['interpreter', 'jit', 'jit-checked'])('run over the packet in %s', (engine) => {
    const instructions = '79100000000000007a010800070000009500000000000000';
    const packet = '01020304050607080000000000000000';
    expect(ask({ id: 5, unverified: true, run: true, engine, instructions, packet })).toMatchObject({
      id: 5,
      verdict: 'accept',
      errno: 0,
      retval: 0x04030201,
      r0: '0x807060504030201',
      dataOut: '01020304050607080700000000000000',
      instructions: 3,
      fault: null,
    });
  });

  it.each(['interpreter', 'jit'])('end in a fault that is data in %s', (engine) => {
    const fault = { kind: 'NULL pointer', instruction: 1, address: '0x10' };
    const instructions = 'b70100000000000079101000000000009500000000000000';
    expect(ask({ unverified: true, run: true, engine, instructions })).toMatchObject({ retval: null, fault });
  });

  it.each(['interpreter', 'jit'])('end with their budget in %s', (engine) => {
    const answer = ask({ unverified: true, run: true, engine, budget: 1000, instructions: '0500ffff00000000' });
    expect(answer).toMatchObject({ retval: null, instructions: 1000, fault: { kind: 'budget', instruction: 0 } });
  });
});

describe('types', () => {
  const RETURN_ARGUMENT = '7910080000000000 9500000000000000';
  const ARGUMENTS = '0100000000000000 0700000000000000';
  it.each(['raw_tp', 'tracepoint', 'kprobe', 'perf_event'])('%s gets its context', (type) => {
    const answer = ask({ type, instructions: RETURN_ARGUMENT, context: ARGUMENTS, run: true });
    expect(answer).toMatchObject({ verdict: 'accept', errno: 0, retval: 7, r0: '0x7', fault: null });
  });

  it.each(['xdp', 'tc', 'socket'])('%s runs over an empty frame where no packet is given', (type) => {
    expect(ask({ type, instructions: RETURN_2, run: true })).toMatchObject({ retval: 2, runErrno: 0 });
  });
});

describe('what Linux has and the simulated kernel has not', () => {
  /** bpf_fib_lookup over a zeroed structure; then XDP_PASS */
  const lookUp = `${[1, 2, 3, 4, 5, 6, 7, 8].map((i) => `7a0a${(256 - 8 * i).toString(16)}ff00000000`).join('')}\
bfa2000000000000 07020000c0ffffff b703000040000000 b704000000000000 8500000045000000 ${RETURN_2}`;

  it('gets Linux’s verdict, and does not run', () => {
    const answer = ask({ run: true, instructions: lookUp, packet: '00'.repeat(64) });
    const fault = { kind: 'not simulated: bpf_fib_lookup', instruction: 12 };
    expect(answer).toMatchObject({ verdict: 'accept', errno: 0, retval: null, instructions: 0, fault });
    expect(answer['notSimulated']).toBe('bpf_fib_lookup');
  });

  it('may be declared as a map', () => {
    const maps = ['sockmap:4:4:8', 'arena:0:0:16', 'user_ringbuf:0:0:4096'];
    expect(ask({ instructions: RETURN_2, maps })).toMatchObject({ verdict: 'accept' });
  });
});

describe('a mistake', () => {
  it.each([
    [{ instructions: 'b7' }, /multiple of 8/],
    [{ instructions: 'zz' }, /not hexadecimal/],
    [{ instructions: RETURN_2, packet: '1' }, /packet/],
    [{ instructions: RETURN_2, engine: 'quantum' }, /engine is one of/],
    [{ instructions: RETURN_2, type: 'frob' }, /no program type 'frob'/],
    [{ instructions: RETURN_2, maps: ['array:4'] }, /TYPE:KEY:VALUE:ENTRIES/],
    [{ instructions: RETURN_2, caps: 'none' }, /caps is root or bpf/],
    [{ instructions: RETURN_2, kernel: '5.4' }, /kernel is 6.18 or 6.1/],
    [{ instructions: RETURN_2, logLevel: 9 }, /logLevel is/],
    [{ instructions: RETURN_2, maps: ['array:4:8:99999999999'] }, /at most 4294967295/],
    [{ instructions: 5 }, /instructions is text/],
    [{ instructions: RETURN_2, budget: -1 }, /budget is a whole number from 1/],
    [{ instructions: RETURN_2, seed: 1.5 }, /seed is a whole number from 0/],
    [{ instructions: RETURN_2, run: 'yes' }, /run is true or false/],
  ])('in %j is answered', (request, message) => {
    const answer = ask({ id: 'x', ...request });
    expect(answer).toMatchObject({ id: 'x' });
    expect(answer['error']).toMatch(message);
  });

  it.each([null, 5, 'text', [], true])('%j is no request', (line) => {
    expect(ask(line)).toMatchObject({ id: null, error: expect.stringContaining('a line is an object') as unknown });
  });
});
