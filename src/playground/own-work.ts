// What a reader made, all of it: files of their own beside an example's, everything as one file to take along, and taking
// such a file in without overwriting anything.
import { isFileName } from './folder.ts';
import { keeperFor, type SaveOutcome } from './keep.ts';
import { joined, ownPackets, packetKeeper, packetsFrom, packetsText, PACKETS_NAME } from './own-packets.ts';
import { TEXT_LIMIT, validated, type Shared } from './share.ts';

const EDITS = 'meet-ebpf:edit:';
const filesKey = (example: string): string => `meet-ebpf:files:${example}`;
const me = {};

/** Names of the files that the reader added to an example. */
export function ownFiles(example: string): string[] {
  try {
    const names: unknown = JSON.parse(localStorage.getItem(filesKey(example)) ?? '[]');
    return Array.isArray(names)
      ? names.filter((name): name is string => typeof name === 'string' && isFileName(name))
      : [];
  } catch {
    return [];
  }
}

function keepNames(example: string, names: readonly string[]): void {
  try {
    localStorage.setItem(filesKey(example), JSON.stringify(names));
  } catch {
    // The file's own text could be kept or not; that is said where it is saved.
  }
}

export function addOwnFile(example: string, name: string, text: string): SaveOutcome {
  keepNames(example, [...ownFiles(example).filter((other) => other !== name), name]);
  return keeperFor(example, name).save(text, me);
}

export function removeOwnFile(example: string, name: string): void {
  keepNames(
    example,
    ownFiles(example).filter((other) => other !== name),
  );
  keeperFor(example, name).save(null, me);
}

/** The reader's version of a file; null when it is the course's. */
export const ownText = (example: string, name: string): string | null => keeperFor(example, name).text();

/** `drop.bpf.c` → `drop-2.bpf.c`, the first that is free. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  const dot = name.indexOf('.');
  for (let n = 2; ; n++) {
    const candidate = `${name.slice(0, dot)}-${n}${name.slice(dot)}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/**
 * Takes a project in beside the reader's own work: a file that the reader has changed stays, and the other one comes under
 * a new name.
 * @param known names of the example's own files
 * @returns the names under which the files came in
 */
export function takeIn(shared: Shared, known: ReadonlySet<string>): Map<string, string> {
  const { example } = shared;
  const names = new Map<string, string>();
  for (const [name, text] of Object.entries(shared.files)) {
    const mine = ownText(example, name);
    if (mine === text) {
      names.set(name, name);
      continue;
    }
    if (mine === null && known.has(name)) {
      keeperFor(example, name).save(text, me);
      names.set(name, name);
      continue;
    }
    const taken = new Set([...known, ...ownFiles(example)]);
    const as = taken.has(name) ? freeName(name, taken) : name;
    if (!isFileName(as)) continue;
    addOwnFile(example, as, text);
    names.set(name, as);
  }
  if (shared.packets) packetKeeper(example).save(packetsText(joined(ownPackets(example), shared.packets)), me);
  return names;
}

/** Everything that is kept on the device, as projects. */
export function everything(): Shared[] {
  const projects = new Map<string, Record<string, string>>();
  const packets = new Map<string, Shared['packets']>();
  try {
    for (let i = 0; i < localStorage.length; i++) {
      const key = localStorage.key(i) ?? '';
      if (!key.startsWith(EDITS)) continue;
      const [example = '', file = ''] = key.slice(EDITS.length).split(':');
      const text = ownText(example, file);
      // What others shared is theirs.
      if (text === null || example.startsWith('~')) continue;
      const files = projects.get(example) ?? {};
      if (file === PACKETS_NAME) packets.set(example, packetsFrom(text) ?? []);
      else files[file] = text;
      projects.set(example, files);
    }
  } catch {
    // Forbidden: nothing is kept.
  }
  return [...projects].map(([example, files]) => {
    const own = packets.get(example);
    return { example, files, open: '', ...(own ? { packets: own } : {}) };
  });
}

export const asFile = (projects: readonly Shared[]): string =>
  JSON.stringify({ v: 1, projects: projects.map((project) => ({ v: 1, ...project })) }, null, 1);

/** A file that this page wrote: one project or everything; null for any other. */
export function fromFile(text: string): Shared[] | null {
  if (text.length > TEXT_LIMIT * 4) return null;
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return null;
  }
  const one = validated(data);
  if (one) return [one];
  if (typeof data !== 'object' || data === null) return null;
  const { projects } = data as { projects?: unknown };
  if (!Array.isArray(projects) || projects.length > 200) return null;
  const all = projects.map(validated);
  return all.every((project) => project !== null) ? all : null;
}
