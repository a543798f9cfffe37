// 128-bit multiplication and division where clang calls a library: what ours computes inline, against JavaScript's numbers.
import { expect, test } from 'vitest';
import { compile } from '../compile.ts';
import { Differential } from '../testing/differential.ts';
import { Random } from '../testing/random.ts';

const SOURCE = `typedef unsigned long long u64; typedef unsigned __int128 u128; typedef __int128 s128;
struct in { u128 x, y; u64 low, high, more; };
__attribute__((section("xdp"), used)) int prog(struct in *in) { u128 r = RESULT; in->low = r; in->high = r >> 64; return 0; }
char L[] __attribute__((section("license"), used)) = "GPL";`;

const OPERATIONS: readonly [string, (x: bigint, y: bigint) => bigint][] = [
  ['in->x * in->y', (x, y) => x * y],
  ['(s128)in->x * (s128)in->y', (x, y) => BigInt.asIntN(128, x) * BigInt.asIntN(128, y)],
  ['(u128)(u64)in->x * (u64)in->y', (x, y) => BigInt.asUintN(64, x) * BigInt.asUintN(64, y)],
  ['(u128)(u64)in->x / ((u128)(u64)in->y | 1)', (x, y) => BigInt.asUintN(64, x) / (BigInt.asUintN(64, y) | 1n)],
  ['(s128)in->x / 4096', (x) => BigInt.asIntN(128, x) / 4096n],
  ['(s128)in->x % ((s128)1 << 70)', (x) => BigInt.asIntN(128, x) % (1n << 70n)],
  ['in->x % ((u128)1 << 127)', (x) => x % (1n << 127n)],
];

test.each(OPERATIONS)('%s', async (text, expected) => {
  const { object } = compile({ files: new Map([['w.c', SOURCE.replace('RESULT', text)]]), main: 'w.c' });
  const machine = await Differential.create();
  const random = new Random(7);
  const samples = Array.from({ length: 40 }, (_, i) => {
    const number = (): bigint => {
      let value = 0n;
      for (let k = 0; k < 4; k++) value = (value << 32n) | BigInt(random.pick([0, 0xffffffff, random.below(2 ** 31)]));
      return value >> BigInt(random.pick([0, 0, 64, 1 + (i % 60)]));
    };
    return { x: number(), y: number() };
  });
  const inputs = samples.map(({ x, y }) => {
    const memory = new Uint8Array(72);
    const view = new DataView(memory.buffer);
    [x, x >> 64n, y, y >> 64n].forEach((v, i) => {
      view.setBigUint64(i * 8, BigInt.asUintN(64, v), true);
    });
    return memory;
  });
  const results = (await machine.runHere(object!, inputs)).split('\n').map((line) => {
    const bytes = Buffer.from(line.split(' ')[1]!, 'hex');
    return bytes.readBigUInt64LE(32) | (bytes.readBigUInt64LE(40) << 64n);
  });
  expect(results).toEqual(samples.map(({ x, y }) => BigInt.asUintN(128, expected(x, y))));
});
