// Which exercises a reader has done: kept on the device, never sent anywhere.
import type { SaveOutcome } from './keep.ts';

const KEY = 'meet-ebpf:exercises';
/** xdp-drop/observe */
const PATH = /^[a-z0-9-]{1,40}\/[a-z0-9-]{1,40}$/;
const DAY = /^\d{4}-\d\d-\d\d$/;
/** More exercises than the course will ever have. */
const MOST = 1000;

/** What of a value is a record of ours: from storage, or from a file that anybody may have written. */
export function validProgress(value: unknown): Map<string, string> {
  const done = new Map<string, string>();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return done;
  for (const [path, day] of Object.entries(value).slice(0, MOST)) {
    if (PATH.test(path) && typeof day === 'string' && DAY.test(day)) done.set(path, day);
  }
  return done;
}

/** exercise → the day on which it was first done */
export function doneExercises(): Map<string, string> {
  try {
    return validProgress(JSON.parse(localStorage.getItem(KEY) ?? '{}'));
  } catch {
    return new Map();
  }
}

export function keepProgress(done: ReadonlyMap<string, string>): SaveOutcome {
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(done)));
    // The other marks of this page; other tabs hear of it by themselves.
    window.dispatchEvent(new StorageEvent('storage', { key: KEY }));
    return 'kept';
  } catch (error) {
    return error instanceof DOMException && error.name === 'QuotaExceededError' ? 'full' : 'forbidden';
  }
}

export function markDone(path: string): SaveOutcome {
  const done = doneExercises();
  if (done.has(path)) return 'kept';
  done.set(path, new Date().toISOString().slice(0, 10));
  return keepProgress(done);
}

/** Calls `show` now and whenever an exercise was done, here or in another tab. */
export function followProgress(show: (done: ReadonlyMap<string, string>) => void): void {
  show(doneExercises());
  window.addEventListener('storage', ({ key }) => {
    if (key === KEY || key === null) show(doneExercises());
  });
}
