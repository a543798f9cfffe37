// A ZIP file as APPNOTE.TXT 6.3 describes it: names in UTF-8, contents deflated by the browser (stored where it cannot),
// no dates, so that the same files always give the same bytes.

export interface ZipEntry {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** a script: executable for its owner */
  readonly executable?: boolean;
}

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = (c & 1) !== 0 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

export function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = (table[(c ^ byte) & 0xff] ?? 0) ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

async function deflate(bytes: Uint8Array): Promise<Uint8Array | null> {
  if (typeof CompressionStream === 'undefined') return null;
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Little-endian fields: [bytes, value]… */
function record(...fields: readonly (readonly [size: 2 | 4, value: number])[]): Uint8Array {
  const out = new Uint8Array(fields.reduce((sum, [size]) => sum + size, 0));
  const view = new DataView(out.buffer);
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return out;
}

/** 1980-01-01, the first day that the format knows */
const DATE = 0x21;
const UTF8 = 0x800;
const UNIX = 3;

export async function zip(entries: readonly ZipEntry[]): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  const push = (list: Uint8Array[], ...bytes: Uint8Array[]): number => {
    list.push(...bytes);
    return bytes.reduce((sum, it) => sum + it.length, 0);
  };
  for (const { path, bytes, executable = false } of entries) {
    const name = new TextEncoder().encode(path);
    const deflated = await deflate(bytes);
    const small = deflated !== null && deflated.length < bytes.length;
    const data = small ? deflated : bytes;
    const common = [
      [2, UTF8],
      [2, small ? 8 : 0],
      [2, 0],
      [2, DATE],
      [4, crc32(bytes)],
      [4, data.length],
      [4, bytes.length],
      [2, name.length],
      [2, 0],
    ] as const;
    const mode = 0o100000 | (executable ? 0o755 : 0o644);
    directory.push(
      record(
        [4, 0x02014b50],
        [2, (UNIX << 8) | 20],
        [2, 20],
        ...common,
        [2, 0],
        [2, 0],
        [2, 0],
        [4, (mode << 16) >>> 0],
        [4, offset],
      ),
      name,
    );
    offset += push(parts, record([4, 0x04034b50], [2, 20], ...common), name, data);
  }
  const size = directory.reduce((sum, it) => sum + it.length, 0);
  const count = entries.length;
  const end = record([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, size], [4, offset], [2, 0]);
  return new Uint8Array(await new Blob([...parts, ...directory, end] as BlobPart[]).arrayBuffer());
}
