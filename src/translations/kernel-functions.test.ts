// Descriptions of the kernel's functions belong to functions and macros that a module or a patch can use; those that the
// examples call have one, in both languages.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseUnit } from '../compiler/front.ts';
import { KERNEL_BASE } from '../compiler/headers/kernel-base.ts';
import { KERNEL_NETWORK } from '../compiler/headers/kernel-network.ts';
import { textOf } from '../compiler/preprocess/interner.ts';

const includes = [...Object.keys(KERNEL_BASE), ...Object.keys(KERNEL_NETWORK)].map((name) => `#include <${name}>\n`);
const files = new Map([['all.c', `${includes.join('')}#include "kernel.h"\n`]]);
files.set('kernel.h', readFileSync('src/kernel/linux/kernel.h', 'utf8'));
const front = parseUnit({ files, main: 'all.c', target: 'module' });
const known = new Set([...front.symbols.keys(), ...front.macros.keys()].map(textOf));

const called = ['kernel-module', 'kernel-patch'].flatMap((name) =>
  readdirSync(`examples/${name}`)
    // What runs in user space says so by its name: attack.c.
    .filter((file) => file.endsWith('.c') && file !== 'attack.c')
    .flatMap((file) => readFileSync(`examples/${name}/${file}`, 'utf8').match(/\b\w+(?=\()/g) ?? [])
    .filter((word) => known.has(word)),
);

const languages = readdirSync('content/helpers');
const read = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(`content/helpers/${language}/kernel.json`, 'utf8')) as Record<string, string>;

describe.each(languages)('%s', (language) => {
  const sentences = read(language);

  it('describes no function that there is not', () => {
    expect(Object.keys(sentences).filter((name) => !known.has(name))).toEqual([]);
  });

  it('describes those that the examples call', () => {
    expect(called.length).toBeGreaterThan(20);
    expect([...new Set(called)].filter((name) => !sentences[name])).toEqual([]);
  });

  it('describes as many as English does, in sentences', () => {
    expect(Object.keys(sentences)).toEqual(Object.keys(read('en')));
    expect(Object.entries(sentences).filter(([, text]) => !/[.။]$/.test(text))).toEqual([]);
  });
});
