// Objects that nobody compiled: cut short, with counts that are too large, offsets that point elsewhere, types that go in circles. Each ends
// in a loaded object or in a problem that says why not; never in an exception, never in a second of waiting.
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { compile } from '../compiler/compile.ts';
import { linkPrograms } from '../loader/link.ts';
import { LOAD_MESSAGES } from '../loader/problems.ts';
import { Kernel } from '../loader/kernel.ts';
import { parseBtf } from '../loader/btf.ts';
import { readObject } from '../loader/object.ts';
import { isProblem } from '../loader/problems.ts';
import { loadInto, typesOfKernel } from './kernel-types.ts';

const NAMES = ['relocations', 'globals', 'execsnoop', 'firewall', 'task-walk'];
const MUTATIONS = 4000;
/** milliseconds of processor time for one object */
const PATIENCE = 500;

function objectOf(name: string): Uint8Array {
  const file = `${name}.bpf.c`;
  const text = readFileSync(new URL(`../compiler/fixtures/${file}`, import.meta.url), 'utf8');
  const { object } = compile({ files: new Map([[file, text]]), main: file });
  if (!object) throw new Error(`${file} does not compile`);
  return object;
}

/** Numbers from a seed (xorshift): a failure can be made again. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const EXTREMES = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe];

function mutate(object: Uint8Array, random: (below: number) => number): Uint8Array {
  if (random(12) === 0) return object.slice(0, random(object.length));
  const bytes = object.slice();
  const view = new DataView(bytes.buffer);
  for (let times = 1 + random(4); times > 0; times--) {
    // tables and headers stand at both ends and are short: they are hit as often as all the rest
    const near = random(3);
    const at = near === 0 ? random(64) : near === 1 ? bytes.length - 8 - random(1600) : random(bytes.length - 8);
    const place = Math.max(0, at);
    const extreme = EXTREMES[random(EXTREMES.length)] ?? 0;
    switch (random(5)) {
      case 0:
        bytes[place] = (bytes[place] ?? 0) ^ (1 << random(8));
        break;
      case 1:
        bytes[place] = random(256);
        break;
      case 2:
        view.setUint32(place & ~3, extreme, true);
        break;
      case 3:
        view.setUint16(place & ~1, extreme & 0xffff, true);
        break;
      default:
        // a copy of something else of the file: a plausible number in the wrong place
        view.setUint32(place & ~3, view.getUint32(random(bytes.length - 8) & ~3, true), true);
    }
  }
  return bytes;
}

let objects: Uint8Array[] = [];
let kernel: Kernel;
beforeAll(async () => {
  objects = NAMES.map(objectOf);
  typesOfKernel(618);
  const wasm = readFileSync(new URL('../kernel/generated/kernel.wasm', import.meta.url));
  kernel = await Kernel.create(await WebAssembly.compile(wasm));
});

test(`${MUTATIONS} damaged objects`, () => {
  const codes = new Map<string, number>();
  for (let seed = 1; seed <= MUTATIONS; seed++) {
    const damaged = mutate(objects[seed % objects.length] ?? new Uint8Array(0), randomNumbers(seed * 7919));
    const began = process.cpuUsage().user;
    let code = 'accepted';
    try {
      const object = readObject(damaged, 'damaged.bpf.o');
      const linked = isProblem(object) ? object : linkPrograms(object, undefined, () => typesOfKernel(618));
      if (isProblem(linked)) ({ code } = linked.problem);
      // the kernel's turn: every eighth, since each begins with a fresh machine
      if (code === 'accepted' && seed % 8 === 0) {
        kernel.boot({ verdictsOnly: true });
        loadInto(kernel, damaged, 'damaged.bpf.o', { recording: 'nothing' });
      }
    } catch (error) {
      throw new Error(`seed ${seed} (${NAMES[seed % NAMES.length]})`, { cause: error });
    }
    const spent = (process.cpuUsage().user - began) / 1000;
    if (spent > PATIENCE) throw new Error(`seed ${seed} takes ${Math.round(spent)} ms`);
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  // the damage is of many kinds, and some of it nobody needs to notice
  expect([...codes.keys()].every((code) => code === 'accepted' || code in LOAD_MESSAGES)).toBe(true);
  expect(codes.size).toBeGreaterThan(5);
  expect(codes.get('accepted') ?? 0).toBeGreaterThan(MUTATIONS / 20);
});

test('types that contain themselves are refused, types that only point to themselves are not', () => {
  const btf = (words: readonly number[]): Uint8Array => {
    const types = new Uint8Array(Uint32Array.from(words).buffer);
    const header = Uint32Array.of(0x0001eb9f, 24, 0, types.length, types.length, 1);
    return Uint8Array.of(...new Uint8Array(header.buffer), ...types, 0);
  };
  const structure = (size: number, ...members: number[]): number[] => [
    0,
    (4 << 24) | members.length,
    size,
    ...members.flatMap((type) => [0, type, 0]),
  ];
  const pointer = (to: number): number[] => [0, 2 << 24, to];
  const problemOf = (bytes: Uint8Array): string | null => {
    const parsed = parseBtf(bytes);
    return isProblem(parsed) ? parsed.problem.message : null;
  };
  expect(problemOf(btf(structure(8, 1, 1)))).toContain('type 1 contains itself');
  expect(problemOf(btf([...structure(8, 2), ...structure(8, 1)]))).toContain('contains itself');
  expect(problemOf(btf([...structure(8, 2), ...pointer(1)]))).toBeNull();
  expect(problemOf(btf([...structure(16, 3, 3), ...structure(16, 1), ...pointer(2)]))).toBeNull();
});
