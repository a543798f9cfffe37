// What bpftool says and does to maps; every answer here was given by bpftool 7.1 on Linux 6.18 first.
import { expect, test } from 'vitest';
import type { LabSnapshot } from '../lab/api.ts';
import { bpftool } from './bpftool.ts';

const map = (id: number, name: string, type: string, entries: LabSnapshot['maps'][number]['entries']) => ({
  id, name, type, flags: 0, keySize: 4, valueSize: 4, maxEntries: 2, frozen: false, entries,
}); // prettier-ignore
const entry = (key: string, value: string) => ({ key, value, decoded: null });
const EMPTY: LabSnapshot = {
  programs: [],
  maps: [map(1, 'h', 'hash', []), map(2, 'a', 'array', [entry('00000000', '00000000'), entry('01000000', '00000000')])],
};

/** The commands one after the other on one machine: what each prints. */
function session(...commands: string[]): string[] {
  let state = EMPTY;
  return commands.map((command) => {
    const { output, changed } = bpftool(command.split(' '), state);
    state = changed ?? state;
    return output;
  });
}

test('a hash is filled, walked and emptied', () => {
  expect(
    session(
      'map getnext name h',
      'map update name h key 1 0 0 0 value hex 0a 00 00 00',
      'map getnext name h',
      'map getnext name h key 1 0 0 0',
      'map update name h key 1 0 0 0 value 2 0 0 0 noexist',
      'map update name h key 2 0 0 0 value 2 0 0 0 exist',
      'map update name h key 2 0 0 0 value 2 0 0 0',
      'map update name h key 3 0 0 0 value 2 0 0 0',
      'map delete name h key 9 0 0 0',
      'map delete name h key 1 0 0 0',
      '-j map delete name h key 2 0 0 0',
      'map dump name h',
    ),
  ).toEqual([
    "Error: can't get next key: No such file or directory\n",
    '',
    'key: None\nnext key:\n01 00 00 00\n',
    "Error: can't get next key: No such file or directory\n",
    'Error: update failed: File exists\n',
    'Error: update failed: No such file or directory\n',
    '',
    'Error: update failed: Argument list too long\n',
    'Error: delete failed: No such file or directory\n',
    '',
    'null\n',
    expect.any(String),
  ]);
});

test('an array keeps its elements', () => {
  expect(
    session(
      'map delete name a key 1 0 0 0',
      'map update name a key 5 0 0 0 value 1 0 0 0',
      'map getnext name a',
      '-j map getnext name a key 0 0 0 0',
      'map getnext name a key 1 0 0 0',
      'map update name a key 1 0 0 0 value 7 0 0 0',
    ),
  ).toEqual([
    'Error: delete failed: Invalid argument\n',
    'Error: update failed: Argument list too long\n',
    'key: None\nnext key:\n00 00 00 00\n',
    '{"key":["0x00","0x00","0x00","0x00"],"next_key":["0x01","0x00","0x00","0x00"]}\n',
    "Error: can't get next key: No such file or directory\n",
    '',
  ]);
});

test('what is mistyped is said', () => {
  expect(
    session(
      'map update name a key 5 0 0 value 1 0 0 0',
      'map update name a key 1 0 0 0 value 1 0 0',
      'map update name a key 1 0 0 0 value 1 0 0 0 sometimes',
      'map update name a value 1 0 0 0',
      'map getnext name a keys 1',
      'btf dump id 99999',
    ),
  ).toEqual([
    'Error: error parsing byte: value\n',
    'Error: value expected 4 bytes got 3\n',
    'Error: expected key or value, got: sometimes\n',
    'Error: did not find key\n',
    'Error: expected key or value, got: keys\n',
    'Error: get btf by id (99999): No such file or directory\n',
  ]);
});
