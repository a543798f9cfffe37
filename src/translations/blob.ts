// What is this text called in git? The blob id needs no repository, so it is the same in a shallow clone, in an
// unpacked archive and after a squash.
import { createHash } from 'node:crypto';

/** The id that `git hash-object` gives: SHA-1, 40 hexadecimal digits. Line ends count as LF, as git stores them. */
export function blobId(text: string): string {
  const bytes = Buffer.from(text.replace(/\r\n/g, '\n'), 'utf8');
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/** Enough of a blob id to tell the versions of one section or one example file apart: 12 hexadecimal digits. */
export const shortId = (text: string): string => blobId(text).slice(0, 12);
