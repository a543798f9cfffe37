// What is written is read again the way every unpacker does: from the directory at the end.
import { crc32 as zlibCrc, inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { crc32, zip } from './zip.ts';

interface Read {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

function unzip(bytes: Uint8Array): Read[] {
  const view = new DataView(bytes.buffer);
  const end = bytes.length - 22;
  expect(view.getUint32(end, true)).toBe(0x06054b50);
  const entries: Read[] = [];
  let at = view.getUint32(end + 16, true);
  for (let i = 0; i < view.getUint16(end + 10, true); i++) {
    expect(view.getUint32(at, true)).toBe(0x02014b50);
    const method = view.getUint16(at + 10, true);
    const crc = view.getUint32(at + 16, true);
    const packed = view.getUint32(at + 20, true);
    const length = view.getUint16(at + 28, true);
    const path = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + length));
    const local = view.getUint32(at + 42, true);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const data = bytes.subarray(start, start + packed);
    const plain = method === 8 ? new Uint8Array(inflateRawSync(data)) : data;
    expect(crc32(plain)).toBe(crc);
    expect(plain.length).toBe(view.getUint32(at + 24, true));
    entries.push({ path, text: new TextDecoder().decode(plain), mode: view.getUint32(at + 38, true) >>> 16 });
    at += 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

test('files come out as they went in, names in any script, scripts executable', async () => {
  const long = 'int packets; /* ပက်ကက် */\n'.repeat(200);
  const bytes = await zip([
    { path: 'examples/a/drop.bpf.c', bytes: encode(long) },
    { path: 'examples/a/empty.h', bytes: new Uint8Array() },
    { path: 'ဥပမာ.txt', bytes: encode('x') },
    { path: 'examples/check.sh', bytes: encode('#!/bin/sh\n'), executable: true },
  ]);
  expect(unzip(bytes)).toEqual([
    { path: 'examples/a/drop.bpf.c', text: long, mode: 0o100644 },
    { path: 'examples/a/empty.h', text: '', mode: 0o100644 },
    { path: 'ဥပမာ.txt', text: 'x', mode: 0o100644 },
    { path: 'examples/check.sh', text: '#!/bin/sh\n', mode: 0o100755 },
  ]);
  expect(bytes.length).toBeLessThan(long.length);
});

test('the same files give the same bytes', async () => {
  const files = [{ path: 'a.c', bytes: encode('int a;\n') }];
  expect(await zip(files)).toEqual(await zip(files));
});

test('checksums are the ones that everybody computes', () => {
  for (const text of ['', 'a', '123456789', 'ပက်ကက်']) expect(crc32(encode(text))).toBe(zlibCrc(Buffer.from(text)));
});
