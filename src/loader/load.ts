// From an object file to maps and programs inside a kernel, in libbpf's order: BTF, maps, global data, programs.
import { ENOTSUPP, ERRNO_NAMES } from '../bpf/errno.ts';
import { HELPERS } from '../bpf/helpers.ts';
import { MAP_TYPES } from '../bpf/maps.ts';
import type { ProgramType } from '../bpf/programs.ts';
import { BPF_F_SLEEPABLE } from '../bpf/syscall.ts';
import type { KernelVersion } from '../bpf/kernel-types.ts';
import { viewOf } from './elf.ts';
import type { CapabilityView, Kernel, Recording } from './kernel.ts';
import type { KernelTypes } from './core.ts';
import { linkPrograms, type LinkedProgram } from './link.ts';
import type { MapDefinition } from './map-definitions.ts';
import { readObject, type BpfObject } from './object.ts';
import { isProblem, problem, type LoadProblem } from './problems.ts';
import { attachTypeOf, maySleep } from './sections.ts';

export interface LoadedMap {
  readonly definition: MapDefinition;
  readonly fd: number;
}

/** What the verifier counted. */
export interface VerifierCounters {
  readonly processed: number;
  readonly maxStatesPerInstruction: number;
  readonly totalStates: number;
  readonly peakStates: number;
}

export interface LoadedProgram {
  readonly linked: LinkedProgram;
  /** descriptor, or -errno: refused */
  readonly fd: number;
  /** where Linux would accept it, and the simulated kernel cannot run it */
  readonly missing: Missing | null;
  /** as they were handed to the kernel, but map references hold positions in `maps`: what an explanation wants to see */
  readonly instructions: Uint8Array;
  /** positions in LoadedObject.maps, in order of first use: what `instructions` refer to */
  readonly maps: readonly number[];
  /** the verifier's records; src/explain reads them */
  readonly records: Uint8Array;
  readonly counters: VerifierCounters;
}

export interface LoadedObject {
  readonly object: BpfObject;
  readonly maps: readonly LoadedMap[];
  readonly programs: readonly LoadedProgram[];
}

export interface LoadOptions {
  /** only this program; the others are neither verified nor loaded */
  readonly program?: string;
  readonly recording?: Recording;
  readonly capabilities?: CapabilityView;
  /** more prog_flags (SIM_F_UNVERIFIED) */
  readonly flags?: number;
  /** the types of the kernel, for objects that depend on them */
  readonly typesOfKernel?: (version: KernelVersion) => KernelTypes;
  /** long verifications are walked in slices, between which loadObjectSteps() gives the word to its caller */
  readonly sliced?: boolean;
}

/** What a program needs that Linux has and the simulated kernel has not. */
export interface Missing {
  /** "bpf_fib_lookup", "BPF_MAP_TYPE_SOCKMAP" */
  readonly name: string;
  /** number of the helper, or minus the map type */
  readonly id: number;
  /** slot that calls it */
  readonly instruction: number;
}

export function missingAfterLoad(kernel: Kernel): Missing | null {
  const id = kernel.exports.notSimulated();
  if (id === 0) return null;
  const map = MAP_TYPES.find((type) => type.id === -id)?.constant;
  const helper = HELPERS.find((row) => row.id === id)?.name;
  return { name: map ?? `bpf_${helper ?? id}`, id, instruction: kernel.exports.notSimulatedAt() };
}

/** As a problem: the program type, or a helper or map that it uses. */
export function missingProblem(program: LoadedProgram): LoadProblem | null {
  if (program.missing === null) return null;
  const { type } = program.linked;
  return type.simulated ? problem('L017', { helper: program.missing.name }) : problem('L005', { type: type.name });
}

const missingType = (type: ProgramType): Missing => ({ name: type.constant, id: 0, instruction: 0 });

export function errorName(error: number): string {
  return ERRNO_NAMES[-error] ?? String(error);
}

const PAGE = 4096;
/** Map types whose keys and values the kernel does not take types for. */
const WITHOUT_TYPES = new Set([
  'perf_event_array', 'cgroup_array', 'stack_trace', 'array_of_maps', 'hash_of_maps', 'devmap', 'devmap_hash', 'cpumap', 'xskmap',
  'sockmap', 'sockhash', 'queue', 'stack', 'arena',
]); // prettier-ignore

/** As libbpf asks for it: a slot for every CPU, whole pages for a ring, no types where the kernel takes none. */
function createMap(kernel: Kernel, definition: MapDefinition, btfFd: number, innerFd: number): number {
  const type = MAP_TYPES.find(({ id }) => id === definition.type)?.name ?? '';
  let { maxEntries } = definition;
  if (type === 'perf_event_array' && maxEntries === 0) maxEntries = kernel.cpus;
  const isRing = type === 'ringbuf' || type === 'user_ringbuf';
  if (isRing && maxEntries > 0 && maxEntries <= 1 << 30) {
    maxEntries = Math.max(PAGE, 2 ** Math.ceil(Math.log2(maxEntries)));
  }
  const types = WITHOUT_TYPES.has(type) ? { btfFd: 0, keyType: 0, valueType: 0 } : { btfFd };
  return kernel.createMap({ ...definition, ...types, maxEntries, innerFd });
}

/** Creates the object's maps and fills those of global data. */
function createMaps(kernel: Kernel, object: BpfObject, btfFd: number): LoadedMap[] | LoadProblem {
  const maps: LoadedMap[] = [];
  for (const definition of object.maps) {
    const failed = (error: number): LoadProblem => {
      const map = definition.name;
      if (error !== -ENOTSUPP) return problem('L009', { map, error: errorName(error) });
      const type = MAP_TYPES.find((candidate) => candidate.id === definition.type);
      return problem('L008', { map, type: type?.constant ?? String(definition.type) });
    };
    const innerFd = definition.inner ? createMap(kernel, definition.inner, btfFd, 0) : 0;
    if (innerFd < 0) return failed(innerFd);
    const fd = createMap(kernel, definition, btfFd, innerFd);
    // The template only lends its shape.
    if (definition.inner) kernel.exports.close(innerFd);
    if (fd < 0) return failed(fd);
    maps.push({ definition, fd });
    if (definition.data) {
      const error = kernel.updateElement(fd, new Uint8Array(4), definition.data);
      if (error < 0) return failed(error);
      if (definition.readOnly) kernel.freezeMap(fd);
    }
  }
  return maps;
}

/** Map references get the numbers that `number` gives them. */
function withMaps(linked: LinkedProgram, number: (map: number) => number): Uint8Array {
  const bytes = linked.instructions.slice();
  const view = viewOf(bytes);
  for (const reference of linked.maps) view.setInt32(reference.instruction * 8 + 4, number(reference.map), true);
  return bytes;
}

/** Steps done one after the other, with nobody asking for a pause. */
export function finish<T>(steps: Generator<unknown, T, boolean>): T {
  let step = steps.next(false);
  while (!step.done) step = steps.next(false);
  return step.value;
}

export const loadProgram = (...order: Parameters<typeof loadProgramSteps>): LoadedProgram =>
  finish(loadProgramSteps(...order));

function* loadProgramSteps(
  kernel: Kernel,
  object: BpfObject,
  linked: LinkedProgram,
  maps: readonly LoadedMap[],
  btfFd: number,
  options: LoadOptions,
): Generator<number, LoadedProgram, boolean> {
  const used = [...new Set(linked.maps.map((reference) => reference.map))];
  const fd = yield* kernel.loadProgramSteps(
    {
      name: linked.name,
      type: linked.type.id,
      instructions: withMaps(linked, (map) => maps[map]?.fd ?? -1),
      license: object.license,
      expectedAttachType: attachTypeOf(linked.section),
      flags: (options.flags ?? 0) | (maySleep(linked.section) ? BPF_F_SLEEPABLE : 0),
      btfFd,
      functions: linked.functions,
    },
    options.recording ?? 'failing-path',
    options.sliced === true,
  );
  return {
    linked,
    fd,
    missing: fd >= 0 && !linked.type.simulated ? missingType(linked.type) : missingAfterLoad(kernel),
    instructions: withMaps(linked, (map) => used.indexOf(map)),
    maps: used,
    records: kernel.records(),
    counters: kernel.counters(),
  };
}

/** Puts the maps and programs that `.values` names into their slots; what was not loaded leaves its slot empty, as in libbpf. */
function fillSlots(
  kernel: Kernel,
  object: BpfObject,
  maps: readonly LoadedMap[],
  fdOf: (symbol: string) => number | undefined,
): LoadProblem | null {
  for (const { map, slot, symbol } of object.initialValues) {
    const fd = fdOf(symbol);
    const outer = maps[map];
    if (fd === undefined || fd < 0 || !outer) continue;
    const key = new Uint8Array(Uint32Array.of(slot).buffer);
    const error = kernel.updateElement(outer.fd, key, new Uint8Array(Uint32Array.of(fd).buffer));
    if (error < 0) return problem('L009', { map: outer.definition.name, error: errorName(error) });
  }
  return null;
}

export const loadObject = (
  kernel: Kernel,
  bytes: Uint8Array,
  fileName: string,
  options: LoadOptions = {},
): LoadedObject | LoadProblem => finish(loadObjectSteps(kernel, bytes, fileName, options));

/** The same, step by step: during a long verification gives how many instructions are walked; next(true) cancels it. */
export function* loadObjectSteps(
  kernel: Kernel,
  bytes: Uint8Array,
  fileName: string,
  options: LoadOptions,
): Generator<number, LoadedObject | LoadProblem, boolean> {
  const object = readObject(bytes, fileName, kernel.version);
  if (isProblem(object)) return object;
  const linked = linkPrograms(object, options.program, () => options.typesOfKernel?.(kernel.version) ?? null);
  if (isProblem(linked)) return linked;
  const unknown = linked.find(({ type }) => !type.simulated && type.fields.length === 0);
  if (unknown) return problem('L005', { type: unknown.type.name });
  const btfFd = object.btf ? kernel.loadBtf(object.btf.bytes) : 0;
  if (btfFd < 0) return problem('L006', { what: `the kernel answers ${errorName(btfFd)}` });
  const maps = createMaps(kernel, object, btfFd);
  if (isProblem(maps)) return maps;
  const mapFd = (symbol: string): number | undefined => maps.find((map) => map.definition.name === symbol)?.fd;
  const unfilled = fillSlots(kernel, object, maps, mapFd);
  if (unfilled) return unfilled;
  const programs: LoadedProgram[] = [];
  for (const program of linked) programs.push(yield* loadProgramSteps(kernel, object, program, maps, btfFd, options));
  const programFd = (symbol: string): number | undefined =>
    programs.find(({ linked: { name } }) => name === symbol)?.fd;
  return fillSlots(kernel, object, maps, programFd) ?? { object, maps, programs };
}
