// Differential test: random programs through the interpreter, the JIT in its forms, and this machine's Linux; whatever differs is
// made small. `npm run fuzz` runs it for as long as asked; a fixed number runs with the unit tests.
import { readFileSync } from 'node:fs';
import { encodeInstructions, type Instruction } from '../bpf/instruction.ts';
import { SIM_F_UNVERIFIED } from '../bpf/syscall.ts';
import { hex, runOnLinux } from '../judge/linux.ts';
import { forgetCompiled, useEngine } from '../loader/engine.ts';
import { Kernel, type Engine } from '../loader/kernel.ts';
import {
  RANDOM_MAPS,
  functionInfo,
  instructionsOf,
  printProgram,
  randomProgram,
  smaller,
  type RandomProgram,
} from './random-program.ts';

/** What a run left behind, in a form that compares as text. */
export interface Outcome {
  /** "retval …", "fault …", "rejected …" */
  readonly end: string;
  /** the packet after the run, hex */
  readonly packet: string;
  /** contents by map, sorted by key */
  readonly maps: string;
  /** instructions executed; null where nobody counts */
  readonly instructions: number | null;
}

const BUDGET = 10_000_000n;
/** enum bpf_prog_type */
const TYPES = { xdp: 6, tc: 3 } as const;

interface MapSpec {
  readonly type: number;
  readonly key: number;
  readonly value: number;
  readonly entries: number;
}

const MAPS: readonly MapSpec[] = RANDOM_MAPS.map((text) => {
  const [name, key = '0', value = '0', entries = '0'] = text.split(':');
  return { type: name === 'hash' ? 1 : 2, key: Number(key), value: Number(value), entries: Number(entries) };
});

/** A kernel of our own, for tests and tools. */
export async function testKernel(): Promise<Kernel> {
  const file = new URL('../kernel/generated/kernel.wasm', import.meta.url);
  return Kernel.create(await WebAssembly.compile(readFileSync(file)));
}

/** References to maps by index → by descriptor. */
function withDescriptors(instructions: readonly Instruction[], fds: readonly number[]): Uint8Array {
  return encodeInstructions(
    instructions.map((i) => (i.opcode === 0x18 && (i.src === 1 || i.src === 2) ? { ...i, imm: fds[i.imm] ?? -1 } : i)),
  );
}

const describeMaps = (maps: readonly (readonly { readonly key: string; readonly value: string }[])[]): string =>
  maps
    .map((entries) =>
      entries
        .map(({ key, value }) => `${key}=${value}`)
        .toSorted()
        .join(' '),
    )
    .join(' | ');

function dumpOurs(kernel: Kernel, fds: readonly number[]): string {
  return describeMaps(
    fds.map((fd, index) => {
      const { key: keySize, value: valueSize } = MAPS[index] as MapSpec;
      const entries: { key: string; value: string }[] = [];
      for (
        let key = kernel.nextKey(fd, null, keySize);
        typeof key !== 'number';
        key = kernel.nextKey(fd, key, keySize)
      ) {
        const value = kernel.lookupElement(fd, key, valueSize);
        if (typeof value !== 'number') entries.push({ key: hex(key), value: hex(value) });
      }
      return entries;
    }),
  );
}

export interface Subject {
  readonly type: keyof typeof TYPES;
  readonly instructions: readonly Instruction[];
  readonly packet: Uint8Array;
  /** no verifier: r1 is the packet */
  readonly bare: boolean;
}

/** Runs a subject in our kernel. A verified one that the verifier refuses ends as "rejected". */
export function runOurs(kernel: Kernel, subject: Subject, engine: Engine, counting = true): Outcome {
  kernel.boot({ seed: 1 });
  forgetCompiled(kernel);
  const fds = MAPS.map((map, index) =>
    kernel.createMap({
      name: `m${index}`,
      type: map.type,
      keySize: map.key,
      valueSize: map.value,
      maxEntries: map.entries,
      flags: 0,
    }),
  );
  const { btf, info } = functionInfo(subject.instructions);
  const rows = new Uint32Array(info.buffer);
  const fd = kernel.loadProgram(
    {
      name: 'random',
      type: TYPES[subject.type],
      instructions: withDescriptors(subject.instructions, fds),
      license: 'GPL',
      flags: subject.bare ? SIM_F_UNVERIFIED : 0,
      btfFd: kernel.loadBtf(btf),
      functions: Array.from({ length: rows.length / 2 }, (_, i) => ({
        instruction: rows[2 * i] ?? 0,
        typeId: rows[2 * i + 1] ?? 0,
      })),
    },
    'nothing',
  );
  if (fd < 0) return { end: `rejected ${fd}`, packet: '', maps: '', instructions: null };
  useEngine(kernel, engine, [fd], { counting });
  kernel.exports.setBudget(BUDGET);
  const before = kernel.exports.instructionsRun();
  let end: string;
  let packet = '';
  if (subject.bare) {
    const ran = kernel.runOverMemory(fd, subject.packet);
    end = `retval ${BigInt.asUintN(32, ran.r0)}`;
    packet = hex(ran.memory);
  } else {
    const ran = kernel.testRun(fd, { packet: subject.packet });
    end = ran.error === 0 ? `retval ${ran.retval}` : `refused ${ran.error}`;
    packet = hex(ran.dataOut);
  }
  const fault = kernel.exports.faultKind();
  if (fault !== 0) {
    // A fault's packet may hold what a block did before it; its place and kind are what counts.
    const { exports } = kernel;
    end = `fault ${fault} at ${exports.faultInstruction()} of 0x${BigInt.asUintN(64, exports.faultAddress()).toString(16)}`;
  }
  const counted = engine === 'interpreter' || counting;
  const instructions = counted ? Number(kernel.exports.instructionsRun() - before) : null;
  return { end, packet: fault === 0 ? packet : '', maps: dumpOurs(kernel, fds), instructions };
}

/** The same in Linux, always verified. */
export async function runLinux(subject: Subject): Promise<Outcome> {
  const { btf, info } = functionInfo(subject.instructions);
  const answer = await runOnLinux({
    type: TYPES[subject.type],
    instructions: encodeInstructions(subject.instructions),
    maps: MAPS,
    packet: subject.packet,
    btf,
    functionInfo: info,
    level: 0,
  });
  if (answer.errno !== 0 || !answer.run)
    return { end: `rejected ${-answer.errno}`, packet: '', maps: '', instructions: null };
  return {
    end: answer.run.errno === 0 ? `retval ${answer.run.retval}` : `refused ${-answer.run.errno}`,
    packet: answer.run.dataOut,
    maps: describeMaps(answer.maps.map((map) => map.entries)),
    instructions: null,
  };
}

export interface Difference {
  readonly seed: number;
  /** the two that do not agree */
  readonly between: string;
  readonly outcomes: readonly [Outcome, Outcome];
  /** the smallest program that still shows it */
  readonly assembly: string;
  readonly packet: string;
}

const same = (a: Outcome, b: Outcome): boolean =>
  a.end === b.end &&
  a.packet === b.packet &&
  a.maps === b.maps &&
  (a.instructions === null || b.instructions === null || a.instructions === b.instructions);

/** A way to run a program, compared with the interpreter's run of its bare form. */
type Way = (program: RandomProgram) => Outcome | Promise<Outcome>;
type Ways = readonly (readonly [between: string, Way])[];

const subjectOf = (program: RandomProgram, bare: boolean): Subject => ({
  type: program.type,
  instructions: instructionsOf(program, bare ? 'bare' : 'verified'),
  packet: program.packet,
  bare,
});

/** The form that everything is compared with: bare where that is possible, so that our verifier is not asked whom it trusts. */
const isBare = (program: RandomProgram): boolean => program.type === 'xdp';

/** Linux comes first: it works in a process of its own while we run the others. */
function waysOf(kernel: Kernel, linux: boolean): { reference: Way; others: Ways } {
  const inReferenceForm =
    (engine: Engine): Way =>
    (program) =>
      runOurs(kernel, subjectOf(program, isBare(program)), engine);
  const verified =
    (counting: boolean): Way =>
    (program) => {
      const outcome = runOurs(kernel, subjectOf(program, false), 'jit', counting);
      // The verified form of a bare program has a longer head, so its count says nothing here.
      return isBare(program) ? { ...outcome, instructions: null } : outcome;
    };
  const judge: Ways = linux ? [['interpreter, Linux', (program) => runLinux(subjectOf(program, false))]] : [];
  const others: Ways = [
    ...judge,
    ['interpreter, JIT checked', inReferenceForm('jit-checked')],
    ['interpreter, JIT counting', verified(true)],
    ['interpreter, JIT', verified(false)],
  ];
  return { reference: inReferenceForm('interpreter'), others };
}

export interface FuzzOptions {
  readonly from: number;
  readonly count: number;
  /** ask Linux too */
  readonly linux: boolean;
  /** stop at so many differences (default 10) */
  readonly most?: number;
  /** called now and then with the number of programs done */
  readonly progress?: (done: number) => void;
}

export interface FuzzReport {
  readonly programs: number;
  /** programs that Linux, or our verifier, refused: nothing to compare */
  readonly refusedByLinux: number;
  readonly refusedByOurs: number;
  readonly instructions: number;
  readonly differences: readonly Difference[];
}

const isRefused = (outcome: Outcome): boolean => outcome.end.startsWith('rejected');

/** Both outcomes, where they can be compared and are not the same. */
function difference(expected: Outcome, actual: Outcome): readonly [Outcome, Outcome] | null {
  if (isRefused(expected) || isRefused(actual)) return null;
  return same(expected, actual) ? null : [expected, actual];
}

async function differs(reference: Way, way: Way, program: RandomProgram): Promise<readonly [Outcome, Outcome] | null> {
  return difference(await reference(program), await way(program));
}

/** Cuts statements off for as long as the difference stays. */
async function shrink(reference: Way, way: Way, program: RandomProgram): Promise<RandomProgram> {
  let current = program;
  for (let again = true; again;) {
    again = false;
    for (const candidate of smaller(current)) {
      if (!(await differs(reference, way, candidate))) continue;
      current = candidate;
      again = true;
      break;
    }
  }
  return current;
}

/** Runs the programs of the seeds from `from` on. */
export async function fuzz(kernel: Kernel, options: FuzzOptions): Promise<FuzzReport> {
  const { reference, others } = waysOf(kernel, options.linux);
  const differences: Difference[] = [];
  let refusedByLinux = 0;
  let refusedByOurs = 0;
  let instructions = 0;
  let programs = 0;
  for (let seed = options.from; seed < options.from + options.count; seed++) {
    const program = randomProgram(seed);
    programs++;
    // Each begins at once and waits for none: our own ones are done when the next begins, Linux's answer comes when it comes.
    const began = others.map(([between, way]) => [between, way, way(program)] as const);
    const expected = await reference(program);
    instructions += expected.instructions ?? 0;
    for (const [between, way, outcome] of began) {
      const actual = await outcome;
      if (isRefused(actual)) {
        if (between.endsWith('Linux')) refusedByLinux++;
        else if (between.endsWith('JIT')) refusedByOurs++;
      }
      const found = difference(expected, actual);
      if (!found) continue;
      const small = await shrink(reference, way, program);
      differences.push({
        seed,
        between,
        outcomes: (await differs(reference, way, small)) ?? found,
        assembly: printProgram(small, between.endsWith('checked') && isBare(small) ? 'bare' : 'verified'),
        packet: hex(small.packet),
      });
      if (differences.length >= (options.most ?? 10))
        return { programs, refusedByLinux, refusedByOurs, instructions, differences };
    }
    if (programs % 500 === 0) options.progress?.(programs);
  }
  return { programs, refusedByLinux, refusedByOurs, instructions, differences };
}

/** A difference as a reader wants it: seed, both outcomes, the program. */
export function describeDifference(difference: Difference): string {
  const [expected, actual] = difference.outcomes;
  const [left, right] = difference.between.split(', ');
  const line = (name: string | undefined, outcome: Outcome): string =>
    `  ${name}: ${outcome.end}; ${outcome.instructions ?? '?'} instructions\n    packet ${outcome.packet}\n    maps ${outcome.maps}`;
  return [
    `seed ${difference.seed}: ${difference.between} differ`,
    line(left, expected),
    line(right, actual),
    difference.assembly.replace(/^/gm, '    '),
  ].join('\n');
}
