// What does our own kernel answer to the same question? The counterpart of linux.ts, for tests and fuzzing.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decodeInstructions } from '../../bpf/instruction.ts';
import { CAPS_BPF, CAPS_ROOT } from '../../bpf/syscall.ts';
import { explain, type ExplainedProgram, type LogLevel } from '../../explain/index.ts';
import { Kernel, type Recording } from '../../loader/kernel.ts';
import type { CorpusCase } from '../corpus.ts';
import { unhex, type Capabilities } from '../linux.ts';

const MODULE = fileURLToPath(new URL('../../kernel/generated/kernel.wasm', import.meta.url));

let kernel: Promise<Kernel> | null = null;

/** One kernel for all questions of a process; each question boots it anew. */
export function ourKernel(): Promise<Kernel> {
  kernel ??= (async () => {
    if (!existsSync(MODULE)) throw new Error('src/kernel/generated/kernel.wasm is missing: npm run -s prepare:kernel');
    return Kernel.create(await WebAssembly.compile(readFileSync(MODULE)));
  })();
  return kernel;
}

export interface OurAnswer {
  /** 0, or the positive errno */
  readonly errno: number;
  /** descriptor when accepted, -1 otherwise */
  readonly fd: number;
  /** descriptors of its maps */
  readonly maps: readonly number[];
  /** rendered when it is asked for */
  readonly log: string;
  readonly records: Uint8Array;
  readonly program: ExplainedProgram;
}

const RECORDING: Readonly<Record<LogLevel, Recording>> = { 1: 'failing-path', 2: 'everything', 4: 'nothing' };

/** Names as linux.c gives them. */
const mapNames = (test: CorpusCase): ExplainedProgram['maps'] =>
  test.maps.map((map, i) => {
    const template = map.inner === undefined ? undefined : test.maps[map.inner];
    return {
      name: `m${i}`,
      keySize: map.key,
      valueSize: map.value,
      ...(template ? { inner: { keySize: template.key, valueSize: template.value } } : {}),
    };
  });

function explained(test: CorpusCase, caps: Capabilities): ExplainedProgram {
  return {
    instructions: decodeInstructions(test.instructions),
    lineInfo: [],
    maps: mapNames(test),
    subprograms: test.functions ?? [],
    showAddresses: caps === 'root',
  };
}

/** The case's maps, in order: their descriptors. A map that cannot be made is an exception: then nothing was asked. */
function makeMaps(ours: Kernel, test: CorpusCase): number[] {
  const btfFd = test.btf && test.maps.some((map) => map.fields) ? ours.loadBtf(test.btf) : 0;
  const fds: number[] = [];
  for (const [i, map] of test.maps.entries()) {
    const fd = ours.createMap({
      name: `m${i}`,
      type: map.type,
      keySize: map.key,
      valueSize: map.value,
      maxEntries: map.entries,
      flags: map.flags,
      ...(map.fields ? { btfFd, keyType: map.keytype ?? 0, valueType: map.valuetype ?? 0 } : {}),
      ...(map.inner === undefined ? {} : { innerFd: fds[map.inner] ?? -1 }),
    });
    if (fd < 0) throw new Error(`${test.id}: map ${i} refused (${fd})`);
    fds.push(fd);
    if (map.frozen !== undefined) {
      ours.updateElement(fd, new Uint8Array(map.key), unhex(map.frozen));
      ours.freezeMap(fd);
    }
  }
  return fds;
}

/** Loads into a booted kernel that has the case's maps: descriptor or -errno. */
function loadCase(ours: Kernel, test: CorpusCase, fds: readonly number[], level: LogLevel): number {
  const btfFd = test.btf ? ours.loadBtf(test.btf) : 0;
  if (btfFd < 0) throw new Error(`${test.id}: BTF refused (${btfFd})`);
  const instructions = test.instructions.slice();
  const view = new DataView(instructions.buffer);
  for (let at = 0; at + 8 <= instructions.length; at += 8) {
    if (view.getUint8(at) !== 0x18) continue;
    const source = view.getUint8(at + 1) >> 4;
    const fd = fds[view.getInt32(at + 4, true)];
    if ((source === 1 || source === 2) && fd !== undefined) view.setInt32(at + 4, fd, true);
    at += 8;
  }
  const rows = new DataView((test.functionInfo ?? new Uint8Array()).slice().buffer);
  const functions = Array.from({ length: rows.byteLength / 8 }, (_, i) => ({
    instruction: rows.getUint32(i * 8, true),
    typeId: rows.getUint32(i * 8 + 4, true),
  }));
  return ours.loadProgram(
    {
      name: 'judge',
      type: test.type,
      instructions,
      license: test.license,
      expectedAttachType: test.attach,
      flags: test.flags,
      btfFd,
      functions,
    },
    RECORDING[level],
  );
}

const setCapabilities = (ours: Kernel, caps: Capabilities): void =>
  ours.exports.setCapabilities(caps === 'root' ? CAPS_ROOT : CAPS_BPF);

/** Errors alone (0: accepted) of many programs that share their maps, without booting for each. */
export function askOursAboutMany(ours: Kernel, tests: readonly CorpusCase[], caps: Capabilities): number[] {
  const [first] = tests;
  if (!first) return [];
  ours.boot({ capabilities: 'root', verdictsOnly: true });
  const fds = makeMaps(ours, first);
  return tests.map((test, i) => {
    // what earlier programs left is only collected when told to
    if (i % 100 === 99) ours.exports.__collect();
    setCapabilities(ours, caps);
    const fd = loadCase(ours, test, fds, 4);
    if (fd >= 0) ours.exports.close(fd);
    return fd < 0 ? -fd : 0;
  });
}

/** Boots, makes the maps, loads. */
export function askOurs(ours: Kernel, test: CorpusCase, caps: Capabilities, level: LogLevel = 1): OurAnswer {
  ours.boot({ capabilities: 'root', verdictsOnly: true });
  const fds = makeMaps(ours, test);
  setCapabilities(ours, caps);
  const fd = loadCase(ours, test, fds, level);
  const records = ours.records();
  const program = explained(test, caps);
  return {
    errno: fd < 0 ? -fd : 0,
    fd: fd < 0 ? -1 : fd,
    maps: fds,
    get log() {
      return explain(records, program).log(level);
    },
    records,
    program,
  };
}
