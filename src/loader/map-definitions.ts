// BTF-defined maps: each variable of section .maps is a struct whose member types say what bpf(BPF_MAP_CREATE) gets.
import {
  BTF_KIND_ARRAY,
  BTF_KIND_DATASEC,
  BTF_KIND_PTR,
  BTF_KIND_STRUCT,
  BTF_KIND_VAR,
  resolveType,
  sizeOf,
  type Btf,
} from './btf.ts';
import { problem, type LoadProblem } from './problems.ts';

export interface MapDefinition {
  readonly name: string;
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  readonly extra: number;
  /** BTF type ids of key and value; 0: unknown */
  readonly keyType: number;
  readonly valueType: number;
  /** what every inner map of an array or hash of maps looks like */
  readonly inner: MapDefinition | null;
  /** first contents of a global-data map; read-only ones are frozen after it is written */
  readonly data: Uint8Array | null;
  readonly readOnly: boolean;
  /** kept in /sys/fs/bpf under its name (LIBBPF_PIN_BY_NAME) */
  readonly pinned: boolean;
  /** where it stands in section .maps (bytes), and where the initialisers of `__array(values, …)` begin; null: elsewhere, none */
  readonly place: { readonly start: number; readonly end: number; readonly values: number | null } | null;
}

/** Bytes in section .maps: a flexible array's initialisers make a variable larger than its type. */
interface Place {
  readonly offset: number;
  readonly size: number;
}

/** What libbpf reads in a map's definition, besides key, value and values. */
const ATTRIBUTES = ['type', 'key_size', 'value_size', 'max_entries', 'map_flags', 'map_extra', 'numa_node', 'pinning'];

/** `__uint(name, value)` is a pointer to an array of `value` ints. */
function numberOf(btf: Btf, typeId: number): number | null {
  const pointer = resolveType(btf, typeId);
  if (pointer.kind !== BTF_KIND_PTR) return null;
  const array = resolveType(btf, pointer.type);
  return array.kind === BTF_KIND_ARRAY ? array.count : null;
}

function define(
  btf: Btf,
  name: string,
  structId: number,
  { offset: start, size }: Place,
  depth: number,
): MapDefinition | LoadProblem {
  const bad = (what: string): LoadProblem => problem('L007', { map: name, what });
  const struct = resolveType(btf, structId);
  if (struct.kind !== BTF_KIND_STRUCT) return bad('it is not a struct');

  const numbers: Record<string, number> = {};
  let keyType = 0;
  let valueType = 0;
  let inner: MapDefinition | null = null;
  let values: number | null = null;
  const sized = (attribute: string, bytes: number): LoadProblem | null => {
    const before = numbers[attribute];
    numbers[attribute] = bytes;
    return before === undefined || before === bytes ? null : bad(`conflicting ${attribute}: ${before} and ${bytes}`);
  };
  for (const member of struct.members) {
    if (member.name === 'key' || member.name === 'value') {
      const pointer = resolveType(btf, member.type);
      if (pointer.kind !== BTF_KIND_PTR) return bad(`use __type(${member.name}, …)`);
      const conflict = sized(`${member.name}_size`, sizeOf(btf, pointer.type));
      if (conflict) return conflict;
      if (member.name === 'key') keyType = pointer.type;
      else valueType = pointer.type;
    } else if (member.name === 'values') {
      const array = resolveType(btf, member.type);
      const pointer = array.kind === BTF_KIND_ARRAY ? resolveType(btf, array.type) : null;
      if (pointer?.kind !== BTF_KIND_PTR) return bad('use __array(values, …)');
      const conflict = sized('value_size', 4);
      if (conflict) return conflict;
      values = start + member.offset / 8;
      if (resolveType(btf, pointer.type).kind === BTF_KIND_STRUCT) {
        if (depth > 0) return bad('a map of maps cannot hold maps of maps');
        const definition = define(btf, `${name}.inner`, pointer.type, { offset: 0, size: 0 }, depth + 1);
        if ('problem' in definition) return definition;
        inner = definition;
      }
    } else if (ATTRIBUTES.includes(member.name)) {
      const value = numberOf(btf, member.type);
      if (value === null) return bad(`use __uint(${member.name}, …)`);
      if (member.name.endsWith('_size')) {
        const conflict = sized(member.name, value);
        if (conflict) return conflict;
      } else numbers[member.name] = value;
    } else return bad(`unknown field '${member.name}'`);
  }
  const pinning = numbers['pinning'] ?? 0;
  if (pinning > 1) return bad(`invalid pinning value ${pinning}`);
  if (pinning > 0 && depth > 0) return bad('an inner map cannot be pinned');
  const type = numbers['type'];
  if (type === undefined) return bad('__uint(type, …) is missing');
  return {
    name,
    type,
    keySize: numbers['key_size'] ?? 0,
    valueSize: numbers['value_size'] ?? 0,
    maxEntries: numbers['max_entries'] ?? 0,
    flags: numbers['map_flags'] ?? 0,
    extra: numbers['map_extra'] ?? 0,
    keyType,
    valueType,
    inner,
    data: null,
    readOnly: false,
    pinned: pinning > 0,
    place: depth > 0 ? null : { start, end: start + Math.max(size, struct.size), values },
  };
}

/** All variables of section .maps, in the order of the section. */
export function mapDefinitions(btf: Btf): MapDefinition[] | LoadProblem {
  const section = btf.types.find((type) => type.kind === BTF_KIND_DATASEC && type.name === '.maps');
  if (!section) return [];
  const definitions: MapDefinition[] = [];
  for (const row of section.members) {
    const variable = btf.types[row.type];
    if (!variable || variable.kind !== BTF_KIND_VAR)
      return problem('L006', { what: '.maps names something that is no variable' });
    const definition = define(btf, variable.name, variable.type, row, 0);
    if ('problem' in definition) return definition;
    definitions.push(definition);
  }
  return definitions;
}
