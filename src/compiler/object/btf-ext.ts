// .BTF.ext: which function, which source line and which CO-RE relocation belongs to an instruction.
import { BTF_MAGIC } from './btf.ts';
import { ByteWriter } from './bytes.ts';

export interface FunctionRecord {
  /** bytes from the section's start */
  readonly offset: number;
  readonly type: number;
}
export interface LineRecord {
  readonly offset: number;
  /** offsets into BTF's strings */
  readonly file: number;
  readonly text: number;
  readonly line: number;
  readonly column: number;
}
export interface CoreRecord {
  readonly offset: number;
  readonly type: number;
  readonly access: number;
  readonly kind: number;
}

export interface SectionInfo {
  /** offset into BTF's strings */
  readonly name: number;
  readonly functions: readonly FunctionRecord[];
  readonly lines: readonly LineRecord[];
  readonly core: readonly CoreRecord[];
}

const HEADER_SIZE = 32;
/** A column has ten bits. */
const MOST_COLUMNS = 1023;

export function writeBtfExt(sections: readonly SectionInfo[]): Uint8Array {
  const table = <T>(
    size: number,
    pick: (s: SectionInfo) => readonly T[],
    write: (w: ByteWriter, record: T) => void,
  ): Uint8Array => {
    const filled = sections.filter((s) => pick(s).length > 0);
    const w = new ByteWriter();
    if (filled.length === 0) return w.finish();
    w.u32(size);
    for (const s of filled) {
      w.u32(s.name);
      w.u32(pick(s).length);
      for (const record of pick(s)) write(w, record);
    }
    return w.finish();
  };
  const functions = table(
    8,
    (s) => s.functions,
    (w, r) => {
      w.u32(r.offset);
      w.u32(r.type);
    },
  );
  const lines = table(
    16,
    (s) => s.lines,
    (w, r) => {
      w.u32(r.offset);
      w.u32(r.file);
      w.u32(r.text);
      w.u32((r.line << 10) | Math.min(r.column, MOST_COLUMNS));
    },
  );
  const core = table(
    16,
    (s) => s.core,
    (w, r) => {
      w.u32(r.offset);
      w.u32(r.type);
      w.u32(r.access);
      w.u32(r.kind);
    },
  );
  const out = new ByteWriter();
  out.u16(BTF_MAGIC);
  out.u8(1);
  out.u8(0);
  out.u32(HEADER_SIZE);
  let at = 0;
  for (const part of [functions, lines, core]) {
    out.u32(at);
    out.u32(part.length);
    at += part.length;
  }
  for (const part of [functions, lines, core]) out.bytes(part);
  return out.finish();
}
