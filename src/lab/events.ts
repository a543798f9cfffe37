// What a program sent to user space: records of its ring buffers and samples of its perf event arrays, read as a loader would, decoded by BTF.
// Neither kind of map says what its records are. A struct of the object's BTF whose size is the record's, and that alone, is taken for it; among
// several the one that is called an event. Otherwise the bytes stand as they are: nothing is guessed further.
import { MAP_TYPES } from '../bpf/maps.ts';
import { BTF_KIND_STRUCT, type Btf } from '../loader/btf.ts';
import { decodeValue } from '../loader/btf-values.ts';
import type { Kernel } from '../loader/kernel.ts';
import type { LoadedMap, LoadedObject } from '../loader/load.ts';
import { formatHex } from './addresses.ts';
import type { EventReport } from './api.ts';

/** Records that one run reports at most; the rest is counted. */
const MOST_EVENTS = 1000;
/** bytes of one record that are looked at */
const ROOM = 4096;

interface RecordExports {
  openPerfEvent(cpu: number): number;
  readRecord(fd: number, to: number, room: number): number;
}
const exportsOf = (kernel: Kernel): RecordExports => kernel.exports as unknown as RecordExports;

const typeOf = (map: LoadedMap): string =>
  MAP_TYPES.find((candidate) => candidate.id === map.definition.type)?.name ?? '';

/** The type of a record, by its size; null where the object's BTF leaves it open. */
export function recordType(btf: Btf | null, size: number): { readonly id: number; readonly name: string } | null {
  if (btf === null) return null;
  const fitting = btf.types.flatMap((type, id) =>
    type.kind === BTF_KIND_STRUCT && type.size === size && type.name !== '' ? [{ id, name: type.name }] : [],
  );
  const events = fitting.filter(({ name }) => /event|sample|record|msg|data_t$/i.test(name));
  const candidates = events.length > 0 ? events : fitting;
  return candidates.length === 1 ? (candidates[0] ?? null) : null;
}

/** A map's readers: the ring buffer itself, or one perf event a processor. */
interface Source {
  readonly map: string;
  readonly fd: number;
  readonly perf: boolean;
}

export interface Events {
  readonly events: readonly EventReport[];
  /** records beyond those that are listed */
  readonly more: number;
}

/** Listens at all maps that carry records: call it before the program runs, and what it gives afterwards. */
export function listen(kernel: Kernel, loaded: LoadedObject): () => Events {
  const sources = loaded.maps.flatMap((map): Source[] => {
    const { name } = map.definition;
    if (typeOf(map) === 'ringbuf') return [{ map: name, fd: map.fd, perf: false }];
    if (typeOf(map) !== 'perf_event_array') return [];
    // A size that is left out is the number of processors (libbpf).
    return Array.from({ length: Math.min(kernel.cpus, map.definition.maxEntries || kernel.cpus) }, (_, cpu) => {
      const fd = exportsOf(kernel).openPerfEvent(cpu);
      const key = new Uint8Array(new Uint32Array([cpu]).buffer);
      kernel.updateElement(map.fd, key, new Uint8Array(new Uint32Array([fd]).buffer));
      return { map: name, fd, perf: true };
    });
  });
  return () => (sources.length === 0 ? { events: [], more: 0 } : drain(kernel, loaded.object.btf, sources));
}

function drain(kernel: Kernel, btf: Btf | null, sources: readonly Source[]): Events {
  const exports = exportsOf(kernel);
  const events: EventReport[] = [];
  let more = 0;
  const room = kernel.exports.allocate(ROOM);
  try {
    for (const { map, fd, perf } of sources) {
      for (let size = exports.readRecord(fd, room, ROOM); size >= 0; size = exports.readRecord(fd, room, ROOM)) {
        if (events.length === MOST_EVENTS) {
          more++;
          continue;
        }
        const bytes = kernel.read(room, Math.min(size, ROOM));
        // A sample is padded to eight bytes with its own length in front; a type that fits is at most that much shorter.
        const type = perf
          ? ([0, 4, 1, 2, 3, 5, 6, 7].map((pad) => recordType(btf, size - pad)).find((it) => it !== null) ?? null)
          : recordType(btf, size);
        events.push({
          map,
          bytes: formatHex(bytes),
          length: size,
          type: type?.name ?? null,
          decoded: type && btf ? decodeValue(btf, type.id, bytes) : null,
        });
      }
    }
  } finally {
    kernel.exports.release(room);
  }
  return { events, more };
}
