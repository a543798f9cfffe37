// Where headers come from: the reader's files, the built-in headers, and the compiler's own (stddef.h and its like).
import type { SourceFiles } from '../compile.ts';
import { COMPILER_HEADERS, HEADERS, kernelHeader } from '../headers/index.ts';
import { lex } from './lexer.ts';
import type { RawTokens } from './lexer.ts';

export interface FoundFile {
  readonly path: string;
  readonly raw: RawTokens;
  readonly system: boolean;
  /** position in the search path, for #include_next; -1 beside the including file */
  readonly searchIndex: number;
}

export interface SearchOptions {
  readonly files: SourceFiles;
  readonly includePaths: readonly string[];
  readonly builtinHeaders: boolean;
  readonly target: 'bpf' | 'module';
}

/** Tokens of headers, by text: a header is lexed once in a page's life. Bounded by the characters that it holds. */
const lexed = new Map<string, RawTokens>();
const MAX_KEPT_CHARACTERS = 24_000_000;
let keptCharacters = 0;

function lexHeader(text: string): RawTokens {
  const known = lexed.get(text);
  if (known) return known;
  const raw = lex(text);
  if (keptCharacters + text.length > MAX_KEPT_CHARACTERS) {
    lexed.clear();
    keptCharacters = 0;
  }
  lexed.set(text, raw);
  keptCharacters += text.length;
  return raw;
}

/** a/./b/../c → a/c */
export function normalizePath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '.' || (part === '' && parts.length > 0)) continue;
    const last = parts[parts.length - 1];
    if (part === '..' && last !== undefined && last !== '..' && last !== '') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

const BUILTIN = '<built-in>/';

export class FileSearch {
  readonly #options: SearchOptions;
  /** -I, then the compiler's own headers, then ours (the kernel's own before user space's) or the system's */
  readonly #paths: readonly string[];

  constructor(options: SearchOptions) {
    this.#options = options;
    const ours = options.target === 'module' ? [`${BUILTIN}kernel`, `${BUILTIN}linux`] : [`${BUILTIN}linux`];
    const system = options.builtinHeaders ? ours : ['/usr/local/include', '/usr/include'];
    this.#paths = [...options.includePaths, `${BUILTIN}compiler`, ...system];
  }

  #read(directory: string, name: string): { path: string; text: string } | null {
    if (directory === `${BUILTIN}compiler`) return named(COMPILER_HEADERS.get(name), name);
    if (directory === `${BUILTIN}linux`) return named(HEADERS.get(name), name);
    if (directory === `${BUILTIN}kernel`) return named(kernelHeader(name), `kernel/${name}`);
    const path = normalizePath(directory === '' ? name : `${directory}/${name}`);
    const text = this.#options.files.get(path);
    return text === undefined ? null : { path, text };
  }

  main(path: string): string | undefined {
    return this.#options.files.get(path);
  }

  /**
   * Looks a header up.
   * @param from the including file's path, for "…" includes; null for <…>
   * @param first where in the search path to start (#include_next)
   */
  find(name: string, from: string | null, first = 0): FoundFile | null {
    if (name.startsWith('/')) {
      const found = this.#read('', name);
      return found ? { path: found.path, raw: lexHeader(found.text), system: false, searchIndex: -1 } : null;
    }
    if (from !== null && first === 0) {
      const slash = from.lastIndexOf('/');
      const directory = from.slice(0, Math.max(slash, 0));
      const found = from.startsWith(BUILTIN)
        ? this.#read(`${BUILTIN}linux`, normalizePath(`${directory.slice(BUILTIN.length)}/${name}`))
        : this.#read(directory, name);
      if (found) {
        return { path: found.path, raw: lexHeader(found.text), system: isSystemPath(found.path), searchIndex: -1 };
      }
    }
    for (let i = first; i < this.#paths.length; i++) {
      const found = this.#read(this.#paths[i] as string, name);
      if (found)
        return { path: found.path, raw: lexHeader(found.text), system: isSystemPath(found.path), searchIndex: i };
    }
    return null;
  }
}

function named(text: string | undefined, name: string): { path: string; text: string } | null {
  return text === undefined ? null : { path: BUILTIN + name, text };
}

/** Headers whose warnings nobody can act on: ours and the system's. */
export function isSystemPath(path: string): boolean {
  return path.startsWith(BUILTIN) || path.startsWith('/usr/');
}
