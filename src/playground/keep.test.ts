// Two tabs are two keepers over one storage; the browser tells each of the other's writes.
import { describe, expect, test } from 'vitest';
import { createKeeper } from './keep.ts';

const KEY = 'meet-ebpf:edit:xdp-drop:drop.bpf.c';

function memory(): Storage {
  const entries = new Map<string, string>();
  return {
    getItem: (key: string) => entries.get(key) ?? null,
    setItem: (key: string, value: string) => void entries.set(key, value),
    removeItem: (key: string) => void entries.delete(key),
    clear: () => entries.clear(),
    key: () => null,
    get length() {
      return entries.size;
    },
  };
}

const tab = (storage: Storage, events = new EventTarget()) =>
  createKeeper('xdp-drop', 'drop.bpf.c', () => storage, events);
const me = {};

describe('keeping', () => {
  test('a text survives a reload', () => {
    const storage = memory();
    expect(tab(storage).save('mine', me)).toBe('kept');
    expect(tab(storage).text()).toBe('mine');
  });

  test('back to the original leaves a way back', () => {
    const storage = memory();
    const keeper = tab(storage);
    keeper.save('mine', me);
    keeper.save(null, me);
    const later = tab(storage);
    expect(later.text()).toBeNull();
    expect(later.previous()).toBe('mine');
    later.save(null, me);
    expect(later.previous()).toBe('mine');
  });

  test('what is stored and is not ours counts as nothing', () => {
    const storage = memory();
    for (const rubbish of ['', '{', '7', '{"text":5}', '[]']) {
      storage.setItem(KEY, rubbish);
      expect(tab(storage).text()).toBeNull();
    }
  });

  test('two examples of one page stay the same', () => {
    const keeper = tab(memory());
    const other = {};
    const seen: (string | null)[] = [];
    keeper.listen(
      other,
      (text) => seen.push(text),
      () => undefined,
    );
    keeper.listen(
      me,
      () => seen.push('told of its own save'),
      () => undefined,
    );
    keeper.save('mine', me);
    expect(seen).toEqual(['mine']);
  });
});

describe('two tabs', () => {
  test('a save over what the other tab wrote is a conflict, and changes nothing', () => {
    const storage = memory();
    const one = tab(storage);
    const two = tab(storage);
    expect(one.save('one', me)).toBe('kept');
    expect(two.save('two', me)).toBe('conflict');
    expect(tab(storage).text()).toBe('one');
  });

  test('the reader decides: mine', () => {
    const storage = memory();
    const one = tab(storage);
    const two = tab(storage);
    one.save('one', me);
    expect(two.overwrite('two', me)).toBe('kept');
    expect(tab(storage).text()).toBe('two');
    expect(one.save('one again', me)).toBe('conflict');
  });

  test('the reader decides: theirs', () => {
    const storage = memory();
    const one = tab(storage);
    const two = tab(storage);
    one.save('one', me);
    expect(two.takeOther(me)).toBe('one');
    expect(two.save('one and a half', me)).toBe('kept');
  });

  test('the other tab is told at once, and only about this file', () => {
    const events = new EventTarget();
    const keeper = tab(memory(), events);
    let told = 0;
    keeper.listen(
      me,
      () => undefined,
      () => told++,
    );
    events.dispatchEvent(Object.assign(new Event('storage'), { key: 'something else' }));
    expect(told).toBe(0);
    events.dispatchEvent(Object.assign(new Event('storage'), { key: KEY }));
    expect(told).toBe(1);
  });
});

describe('a storage that does not store', () => {
  const failing = (error: Error): Storage => ({
    ...memory(),
    setItem() {
      throw error;
    },
  });

  test('full is told apart from forbidden', () => {
    expect(tab(failing(new DOMException('', 'QuotaExceededError'))).save('mine', me)).toBe('full');
    expect(tab(failing(new DOMException('', 'SecurityError'))).save('mine', me)).toBe('forbidden');
  });

  test('even touching it may be forbidden; the text stays in the page', () => {
    const keeper = createKeeper(
      'xdp-drop',
      'drop.bpf.c',
      () => {
        throw new DOMException('', 'SecurityError');
      },
      new EventTarget(),
    );
    expect(keeper.text()).toBeNull();
    expect(keeper.save('mine', me)).toBe('forbidden');
    expect(keeper.text()).toBe('mine');
  });
});
