// What one may do while a program is loaded: change its maps, as user space does, and send the packets again.
import { errorName, type LoadedMap, type LoadedObject, type LoadedProgram } from '../loader/load.ts';
import { isPerCpu, userValueSize } from '../bpf/maps.ts';
import type { Kernel } from '../loader/kernel.ts';
import type { Btf } from '../loader/btf.ts';
import type { LiveReport, MapEdit, Scenario } from './api.ts';
import { encodeValue } from './encode-value.ts';
import { dumpMap } from './maps.ts';
import { labDiagnostic } from './problems.ts';
import { runPackets } from './run.ts';

/** A run's object and program, still loaded. */
export interface LiveRun {
  readonly loaded: LoadedObject;
  readonly program: LoadedProgram;
}

/** What a person typed: JSON where it is some, else text. */
function typed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The bytes that a person wrote: by BTF, or hexadecimal where there is none. */
function bytesOf(btf: Btf | null, typeId: number, size: number, text: string, before: Uint8Array): Uint8Array | null {
  if (btf === null || typeId === 0) {
    const digits = text.replace(/[\s:]|0x/g, '');
    if (!/^(?:[0-9a-fA-F]{2})*$/.test(digits) || digits.length !== size * 2) return null;
    return Uint8Array.from({ length: size }, (_, i) => parseInt(digits.slice(i * 2, i * 2 + 2), 16));
  }
  const bytes = before.slice();
  return encodeValue(btf, typeId, typed(text), bytes) ? bytes : null;
}

function write(
  kernel: Kernel,
  { definition, fd }: LoadedMap,
  btf: Btf | null,
  edit: MapEdit,
): number | 'key' | 'value' {
  // An array's key has no type in BTF's map of keys where it is a plain number.
  const keyType = definition.keyType;
  let key: Uint8Array | null;
  if (keyType === 0 && /^\s*\d+\s*$/.test(edit.key) && definition.keySize === 4) {
    key = new Uint8Array(new Uint32Array([Number(edit.key)]).buffer);
  } else key = bytesOf(btf, keyType, definition.keySize, edit.key, new Uint8Array(definition.keySize));
  if (!key) return 'key';
  if (edit.value === null) return kernel.deleteElement(fd, key);
  const room = userValueSize(definition.type, definition.valueSize, kernel.cpus);
  const found = kernel.lookupElement(fd, key, room);
  const before = typeof found === 'number' ? new Uint8Array(room) : found;
  const value = bytesOf(
    btf,
    definition.valueType,
    definition.valueSize,
    edit.value,
    before.slice(0, definition.valueSize),
  );
  if (!value) return 'value';
  if (!isPerCpu(definition.type)) return kernel.updateElement(fd, key, value);
  // What one writes is every processor's.
  const each = room / kernel.cpus;
  const all = new Uint8Array(room);
  for (let at = 0; at < room; at += each) all.set(value, at);
  return kernel.updateElement(fd, key, all);
}

export function mapReports(kernel: Kernel, { loaded }: LiveRun): LiveReport['maps'] {
  return loaded.maps.map((map) => dumpMap(kernel, map, loaded.object.btf));
}

/** bpf(BPF_MAP_UPDATE_ELEM) or BPF_MAP_DELETE_ELEM, as a loader would do it. */
export function editMap(kernel: Kernel, run: LiveRun, edit: MapEdit): LiveReport {
  const map = run.loaded.maps.find((candidate) => candidate.definition.name === edit.map);
  const refused = (problem: LiveReport['problem']): LiveReport => ({
    maps: mapReports(kernel, run),
    packets: null,
    problem,
    trace: [],
  });
  if (!map) return refused(labDiagnostic('S008', { map: edit.map }));
  const outcome = write(kernel, map, run.loaded.object.btf, edit);
  if (outcome === 'key' || outcome === 'value') {
    const { keySize, valueSize } = map.definition;
    return refused(
      labDiagnostic('S009', {
        text: outcome === 'key' ? edit.key : (edit.value ?? ''),
        part: outcome,
        map: edit.map,
        size: outcome === 'key' ? keySize : valueSize,
      }),
    );
  }
  return refused(outcome < 0 ? labDiagnostic('S010', { map: edit.map, error: errorName(outcome) }) : null);
}

/** The scenario's packets once more, through the program as it is, over the maps as they are. */
export function sendAgain(kernel: Kernel, run: LiveRun, scenario: Scenario, budget: number): LiveReport {
  const { packets, diagnostic } = runPackets(kernel, run.program, scenario.packets, budget);
  return {
    maps: mapReports(kernel, run),
    packets,
    problem: diagnostic,
    trace: kernel.trace().map((line) => line.text),
  };
}
