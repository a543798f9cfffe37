// Files that a command reads and writes: C with what it includes, objects, raw instructions.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import type { SourceFiles } from '../lab/lab.ts';
import { UsageError } from './usage.ts';

export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`lab: ${path} cannot be read (${reasonOf(error)}); check the name`);
  }
}

export function writeOutput(path: string, content: Uint8Array | string): void {
  try {
    writeFileSync(path, content);
  } catch (error) {
    throw new UsageError(`lab: ${path} cannot be written (${reasonOf(error)}); check the name`);
  }
}

/** Instructions as raw bytes. */
export function readInstructions(path: string): Uint8Array {
  const bytes = readBytes(path);
  if (bytes.length > 0 && bytes.length % 8 === 0) return bytes;
  throw new UsageError(`lab: ${path} is not made of 8-byte instructions (${bytes.length} bytes)`);
}

export function readText(path: string): string {
  return new TextDecoder().decode(readBytes(path));
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : (code ?? String(error));
}

/** Source text from the disk, read when it is asked for: a system's include folders hold tens of thousands of files. */
export class DiskFiles implements SourceFiles {
  readonly #texts = new Map<string, string | undefined>();

  get(path: string): string | undefined {
    if (!this.#texts.has(path)) this.#texts.set(path, this.#read(path));
    return this.#texts.get(path);
  }

  #read(path: string): string | undefined {
    try {
      return statSync(path).isFile() ? readFileSync(path, 'utf8') : undefined;
    } catch {
      return undefined;
    }
  }
}
