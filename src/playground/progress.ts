// Which exercises a reader has done: kept on the device, never sent anywhere. As a file it goes along to another device, with the
// programs that were written for them.
import { keeperFor, type SaveOutcome } from './keep.ts';
import { asFile, everything, fromFile } from './own-work.ts';

const KEY = 'meet-ebpf:exercises';
/** xdp-drop/observe */
const PATH = /^[a-z0-9-]{1,40}\/[a-z0-9-]{1,40}$/;
const DAY = /^\d{4}-\d\d-\d\d$/;
/** More exercises than the course will ever have. */
const MOST = 1000;
const me = {};

function valid(value: unknown): Map<string, string> {
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
    return valid(JSON.parse(localStorage.getItem(KEY) ?? '{}'));
  } catch {
    return new Map();
  }
}

function keep(done: ReadonlyMap<string, string>): SaveOutcome {
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
  return keep(done);
}

/** Calls `show` now and whenever an exercise was done, here or in another tab. */
export function followProgress(show: (done: ReadonlyMap<string, string>) => void): void {
  show(doneExercises());
  window.addEventListener('storage', ({ key }) => {
    if (key === KEY || key === null) show(doneExercises());
  });
}

/** What is done and what was written for it, as a file. The playground can read the programs out of it, too. */
export function progressFile(): string {
  const programs = JSON.parse(asFile(everything().filter(({ example }) => example.startsWith('exercise-')))) as object;
  return JSON.stringify({ ...programs, done: Object.fromEntries(doneExercises()) }, null, 1);
}

export interface TakenIn {
  /** exercises that were not done here before */
  readonly done: number;
  readonly programs: number;
  /** programs of which the reader has another version here: these stay */
  readonly kept: number;
  readonly outcome: SaveOutcome;
}

/** Takes such a file in beside what is here, and overwrites nothing; null: it is no file of ours. */
export function takeInProgress(text: string): TakenIn | null {
  const projects = fromFile(text);
  if (!projects) return null;
  const { done: told } = JSON.parse(text) as { done?: unknown };
  if (told === undefined) return null;
  const done = doneExercises();
  const before = done.size;
  for (const [path, day] of valid(told)) if (!done.has(path)) done.set(path, day);
  let programs = 0;
  let kept = 0;
  let outcome = keep(done);
  for (const { example, files } of projects) {
    if (!example.startsWith('exercise-')) continue;
    for (const [name, source] of Object.entries(files)) {
      const keeper = keeperFor(example, name);
      if (keeper.text() === source) continue;
      if (keeper.text() !== null) kept++;
      else {
        const saved = keeper.save(source, me);
        if (saved === 'kept') programs++;
        else outcome = saved;
      }
    }
  }
  return { done: done.size - before, programs, kept, outcome };
}
