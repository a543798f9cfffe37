// What is loaded, as bpftool would list it.
import { MAP_TYPES } from '../bpf/maps.ts';
import type { ProgramType } from '../bpf/programs.ts';
import type { Btf } from '../loader/btf.ts';
import type { Kernel } from '../loader/kernel.ts';
import type { LoadedMap, LoadedObject } from '../loader/load.ts';
import type { LinkedLine } from '../loader/link.ts';
import { formatHex } from './addresses.ts';
import type { LabSnapshot } from './api.ts';
import { dumpMap } from './maps.ts';

/** Entries of one map that a snapshot carries at most. */
const LIMIT = 65_536;

export interface SnapshotSource {
  readonly programs: readonly {
    readonly name: string;
    readonly type: ProgramType;
    readonly fd: number;
    readonly license: string;
    /** positions in `maps` */
    readonly maps: readonly number[];
    readonly functions: readonly { readonly instruction: number; readonly name: string }[];
    readonly lines: readonly LinkedLine[];
  }[];
  readonly maps: readonly LoadedMap[];
  readonly btf: Btf | null;
}

export function snapshotSource(loaded: LoadedObject): SnapshotSource {
  const programs = loaded.programs.map((program) => ({
    name: program.linked.name,
    type: program.linked.type,
    fd: program.fd,
    license: loaded.object.license,
    maps: program.maps,
    functions: program.linked.subprograms,
    lines: program.linked.lines,
  }));
  return { programs, maps: loaded.maps, btf: loaded.object.btf };
}

/** Linux: license_is_gpl_compatible() */
export const isGplCompatible = (license: string): boolean =>
  ['GPL', 'GPL v2', 'GPL and additional rights', 'Dual BSD/GPL', 'Dual MIT/GPL', 'Dual MPL/GPL'].includes(license);

export function takeSnapshot(kernel: Kernel, source: SnapshotSource): LabSnapshot {
  // Ids count from 1 in the order of creation, as on a machine that was just booted.
  const programs = source.programs
    .filter(({ fd }) => fd >= 0)
    .map((program, i) => {
      const count = kernel.exports.programInstructionCount(program.fd);
      const origins = new DataView(kernel.read(kernel.exports.programOrigins(program.fd), count * 4).buffer);
      /** first translated slot that came from a loaded one */
      const moved = new Map<number, number>();
      for (let slot = 0; slot < count; slot++) {
        const origin = origins.getUint32(slot * 4, true);
        if (!moved.has(origin)) moved.set(origin, slot);
      }
      const here = <T extends { instruction: number }>(rows: readonly T[]): T[] =>
        rows.flatMap((row) => {
          const instruction = moved.get(row.instruction);
          return instruction === undefined ? [] : [{ ...row, instruction }];
        });
      return {
        id: i + 1,
        name: program.name,
        type: program.type.name,
        gplCompatible: isGplCompatible(program.license),
        translated: formatHex(kernel.translatedInstructions(program.fd)),
        mapIds: program.maps.map((map) => map + 1),
        functions: here(program.functions),
        lines: here(program.lines),
      };
    });
  const maps = source.maps.map((map, i) => ({
    id: i + 1,
    name: map.definition.name,
    type: MAP_TYPES.find((type) => type.id === map.definition.type)?.name ?? String(map.definition.type),
    flags: map.definition.flags,
    keySize: map.definition.keySize,
    valueSize: map.definition.valueSize,
    maxEntries: map.definition.maxEntries,
    frozen: map.definition.readOnly,
    entries: dumpMap(kernel, map, source.btf, LIMIT).entries,
  }));
  return { programs, maps, ...(source.btf ? { btf: formatHex(source.btf.bytes) } : {}) };
}
