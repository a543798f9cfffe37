// Keeps what a reader typed on the device, per example and file, so that a reload loses nothing. Two tabs never overwrite
// each other: every save carries a revision, and a save over a revision that this tab has not seen is a conflict.

export type SaveOutcome = 'kept' | 'conflict' | 'forbidden' | 'full';

interface Record {
  /** null: the original */
  readonly text: string | null;
  /** what was there before "back to the original", so that there is a way back */
  readonly previous: string | null;
  readonly revision: string;
}

export interface Keeper {
  /** the reader's version; null when it is the original */
  text(): string | null;
  previous(): string | null;
  save(text: string | null, from: object): SaveOutcome;
  /** writes over the other tab's version: the reader chose */
  overwrite(text: string | null, from: object): SaveOutcome;
  /** accepts the other tab's version and gives it back */
  takeOther(from: object): string | null;
  /**
   * `change`: another example on this page that shows the same file changed it; `conflict`: another tab did.
   * `owner` is whoever listens, and is not told of its own saves.
   * Gives back what ends it.
   */
  listen(owner: object, change: (text: string | null) => void, conflict: () => void): () => void;
}

const keyOf = (example: string, file: string): string => `meet-ebpf:edit:${example}:${file}`;

function read(storage: Storage, key: string): Record | null {
  const stored = storage.getItem(key);
  if (stored === null) return null;
  try {
    const { text, previous, revision } = JSON.parse(stored) as Partial<Record>;
    return {
      text: typeof text === 'string' ? text : null,
      previous: typeof previous === 'string' ? previous : null,
      revision: typeof revision === 'string' ? revision : '',
    };
  } catch {
    // Not ours, or cut short: treat it as nothing rather than fail the page.
    return null;
  }
}

/** Is anything kept for this file? Answers before the rest of the playground is loaded. */
export function hasKept(example: string, file: string): boolean {
  try {
    return read(localStorage, keyOf(example, file))?.text != null;
  } catch {
    return false;
  }
}

let count = 0;
const newRevision = (): string =>
  `${Date.now().toString(36)}-${(count++).toString(36)}-${Math.random().toString(36).slice(2)}`;

/** `storage` is asked for anew each time: touching localStorage at all throws where it is forbidden. */
export function createKeeper(example: string, file: string, storage: () => Storage, events: EventTarget): Keeper {
  const key = keyOf(example, file);
  const listeners = new Map<object, { change: (text: string | null) => void; conflict: () => void }>();
  let seen = '';
  let current: Record | null = null;
  try {
    current = read(storage(), key);
    seen = current?.revision ?? '';
  } catch {
    // Forbidden: the first save says so.
  }

  function write(text: string | null, from: object, check: boolean): SaveOutcome {
    const previous = text === null ? (current?.text ?? current?.previous ?? null) : null;
    const record: Record = { text, previous, revision: newRevision() };
    try {
      if (check && (read(storage(), key)?.revision ?? '') !== seen) return 'conflict';
      storage().setItem(key, JSON.stringify(record));
    } catch (error) {
      // What is typed stays in the page; only the copy on the device is missing.
      current = record;
      return error instanceof DOMException && error.name === 'QuotaExceededError' ? 'full' : 'forbidden';
    }
    current = record;
    seen = record.revision;
    for (const [owner, listener] of listeners) if (owner !== from) listener.change(text);
    return 'kept';
  }

  events.addEventListener('storage', (event) => {
    if ((event as StorageEvent).key !== key) return;
    for (const listener of listeners.values()) listener.conflict();
  });

  return {
    text: () => current?.text ?? null,
    previous: () => current?.previous ?? null,
    save: (text, from) => write(text, from, true),
    overwrite: (text, from) => write(text, from, false),
    takeOther(from) {
      try {
        current = read(storage(), key);
      } catch {
        current = null;
      }
      seen = current?.revision ?? '';
      for (const [owner, listener] of listeners) if (owner !== from) listener.change(current?.text ?? null);
      return current?.text ?? null;
    },
    listen(owner, change, conflict) {
      listeners.set(owner, { change, conflict });
      return () => void listeners.delete(owner);
    },
  };
}

const keepers = new Map<string, Keeper>();

/** One keeper a file and page, so that two examples that show the same file stay the same. */
export function keeperFor(example: string, file: string): Keeper {
  const key = keyOf(example, file);
  let keeper = keepers.get(key);
  if (!keeper) keepers.set(key, (keeper = createKeeper(example, file, () => localStorage, window)));
  return keeper;
}
