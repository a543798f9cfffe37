// A map's contents for people: raw bytes, and decoded by BTF where the object has it.
import { stackOf } from '../bpf/call-stack.ts';
import { MAP_TYPES, isPerCpu, userValueSize } from '../bpf/maps.ts';
import type { Btf } from '../loader/btf.ts';
import { decodeValue } from '../loader/btf-values.ts';
import type { Kernel } from '../loader/kernel.ts';
import type { LoadedMap } from '../loader/load.ts';
import { formatHex } from './addresses.ts';
import type { MapEntry, MapReport } from './api.ts';

/** Entries that a report lists at most. */
const LISTED = 1024;

/** An entry of a stack trace map: its number, and the functions by name, the innermost first. */
const decodeStack = (key: Uint8Array, value: Uint8Array) => ({
  key: new DataView(key.buffer, key.byteOffset).getUint32(0, true),
  value: stackOf(value),
});

/** A value by BTF; of a per-CPU map the values of all processors, in a list. */
function decodeAll(btf: Btf, { type, valueSize, valueType }: LoadedMap['definition'], value: Uint8Array): unknown {
  if (!isPerCpu(type)) return decodeValue(btf, valueType, value);
  const room = (valueSize + 7) & ~7;
  return Array.from({ length: value.length / room }, (_, cpu) =>
    decodeValue(btf, valueType, value.slice(cpu * room, cpu * room + valueSize)),
  );
}

export function dumpMap(kernel: Kernel, map: LoadedMap, btf: Btf | null, limit = LISTED): MapReport {
  const { definition, fd } = map;
  const type = MAP_TYPES.find((candidate) => candidate.id === definition.type);
  const entries: MapEntry[] = [];
  const decode = btf !== null && definition.valueType !== 0;
  let truncated = false;
  for (let key = kernel.nextKey(fd, null, definition.keySize); typeof key !== 'number';) {
    if (entries.length === limit) {
      truncated = true;
      break;
    }
    const value = kernel.lookupElement(fd, key, userValueSize(definition.type, definition.valueSize, kernel.cpus));
    if (typeof value !== 'number') {
      entries.push({
        key: formatHex(key),
        value: formatHex(value),
        decoded:
          type?.name === 'stack_trace'
            ? decodeStack(key, value)
            : decode
              ? {
                  key:
                    definition.keyType === 0
                      ? new DataView(key.buffer).getUint32(0, true)
                      : decodeValue(btf, definition.keyType, key),
                  value: decodeAll(btf, definition, value),
                }
              : null,
      });
    }
    key = kernel.nextKey(fd, key, definition.keySize);
  }
  return { name: definition.name, type: type?.name ?? String(definition.type), entries, truncated };
}
