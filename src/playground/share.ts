// A link that carries a program: the reader's files, packed into the address behind `#`, which no server ever sees.
// What comes in by such a link, or by a file, was written by somebody else: every byte of it is checked, and nothing of it
// runs, or is kept, before the reader says so.
import { isFileName } from './folder.ts';
import { validPackets, type OwnPacket } from './own-packets.ts';

/** What is shared: the files that differ from the course's, by name; language-neutral. */
export interface Shared {
  readonly example: string;
  readonly files: Readonly<Record<string, string>>;
  /** the file that was in front */
  readonly open: string;
  /** packets in place of the example's */
  readonly packets?: readonly OwnPacket[];
}

/** Characters of a link's fragment at most; above that a file is offered instead. */
export const LINK_LIMIT = 4096;
/** Characters of all texts together that a link or a file may hold, unpacked. */
export const TEXT_LIMIT = 1_000_000;
/** Files that one project may hold. */
const FILE_LIMIT = 32;
const VERSION = 1;
const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
/** Of the course's own files, Makefile and scripts may be changed too. */
const isKnownName = (name: string): boolean => isFileName(name) || /^(?:Makefile|[\w-]{1,60}\.sh)$/.test(name);

const toBase64 = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
};

function fromBase64(text: string): Uint8Array | null {
  if (!/^[\w-]*$/.test(text)) return null;
  try {
    return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  } catch {
    return null;
  }
}

async function deflated(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Unpacks no more than `limit` bytes: what would become larger is refused while it grows, not afterwards. */
async function inflated(bytes: Uint8Array, limit: number): Promise<Uint8Array | null> {
  const stream = new DecompressionStream('deflate-raw');
  const writer = stream.writable.getWriter();
  // A malformed stream fails here as well as where it is read; there it is heard.
  writer.write(bytes as BufferSource).catch(() => undefined);
  writer.close().catch(() => undefined);
  const reader = stream.readable.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > limit) {
        await reader.cancel();
        return null;
      }
      parts.push(value);
    }
  } catch {
    return null;
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** What was read, if it has the shape that this page writes; null for anything else. */
export function validated(data: unknown): Shared | null {
  if (typeof data !== 'object' || data === null) return null;
  const { v, example, files, open, packets } = data as Partial<Record<'v' | keyof Shared, unknown>>;
  if (v !== VERSION || typeof example !== 'string' || !NAME.test(example)) return null;
  if (typeof files !== 'object' || files === null || Array.isArray(files)) return null;
  const entries = Object.entries(files);
  if (entries.length > FILE_LIMIT) return null;
  let length = 0;
  const kept: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, text] of entries) {
    if (!isKnownName(name) || typeof text !== 'string') return null;
    length += text.length;
    if (length > TEXT_LIMIT) return null;
    kept[name] = text;
  }
  const own = packets === undefined ? undefined : validPackets(packets);
  if (own === null) return null;
  return {
    example,
    files: kept,
    ...(own === undefined ? {} : { packets: own }),
    open: typeof open === 'string' && isKnownName(open) ? open : '',
  };
}

export const asJson = (shared: Shared): string => JSON.stringify({ v: VERSION, ...shared });

export function fromJson(text: string): Shared | null {
  if (text.length > TEXT_LIMIT * 2) return null;
  try {
    return validated(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The fragment without `#`; null in a browser that cannot pack (Safari before 16.4): a file does as well. */
export async function toFragment(shared: Shared): Promise<string | null> {
  if (typeof CompressionStream === 'undefined') return null;
  return `p=${toBase64(await deflated(new TextEncoder().encode(asJson(shared))))}`;
}

/** null: not a link of ours, damaged, or larger than any of ours. */
export async function fromFragment(fragment: string): Promise<Shared | null> {
  const packed = new URLSearchParams(fragment.replace(/^#/, '')).get('p');
  // Longer ones are not made here, but a little room is left for those of other versions.
  if (packed === null || packed.length > LINK_LIMIT * 4) return null;
  if (typeof DecompressionStream === 'undefined') return null;
  const bytes = fromBase64(packed);
  const plain = bytes && (await inflated(bytes, TEXT_LIMIT * 4));
  if (!plain) return null;
  try {
    return fromJson(new TextDecoder('utf-8', { fatal: true }).decode(plain));
  } catch {
    return null;
  }
}
