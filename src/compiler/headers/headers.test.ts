// Are our headers sound by themselves, and do they say what Linux's own say?
import { describe, expect, test } from 'vitest';
import { clangAbsence, compileWithClang } from '../../judge/clang.ts';
import { judgePresent } from '../../judge/require.ts';
import { HELPERS } from '../../bpf/helpers.ts';
import { constantValue } from '../check/constants.ts';
import { parseUnit } from '../front.ts';
import type { FrontEndResult } from '../front.ts';
import { textOf } from '../preprocess/interner.ts';
import { canonical } from '../tree.ts';
import { COMPILER_HEADERS, HEADERS } from './index.ts';

function parse(text: string, target: 'bpf' | 'module' = 'bpf'): FrontEndResult {
  return parseUnit({ files: new Map([['h.c', text]]), main: 'h.c', target });
}

/** Everything that is wrong with the text: what waits to be read is read. */
function complaints(result: FrontEndResult): string[] {
  expect(result.symbols.size).toBeGreaterThan(0);
  for (const tag of result.tags) expect(tag.kind === 'enum' || tag.members.length >= 0).toBe(true);
  return result.diagnostics.map(({ message }) => message);
}

/** What bpf_helper_defs.h and its companions expect in front of them, as libbpf's own do. */
const TYPES = '#include <linux/bpf.h>\n';

describe('every header', () => {
  test.each([...HEADERS.keys(), ...COMPILER_HEADERS.keys()])('%s stands alone', (name) => {
    const before = name.startsWith('bpf/') ? TYPES : '';
    expect(complaints(parse(`${before}#include <${name}>\n#include <${name}>\n`))).toEqual([]);
  });

  test('goes with every other', () => {
    const names = [...HEADERS.keys()].filter((name) => !/vmlinux|bpf\//.test(name));
    const text = [...names, 'bpf/bpf_helpers.h', 'bpf/bpf_endian.h', 'bpf/bpf_tracing.h'].map(
      (name) => `#include <${name}>`,
    );
    expect(complaints(parse(text.join('\n')))).toEqual([]);
  });

  test('vmlinux.h carries the libbpf headers', () => {
    const names = ['vmlinux.h', 'bpf/bpf_helpers.h', 'bpf/bpf_endian.h', 'bpf/bpf_core_read.h', 'bpf/bpf_tracing.h'];
    const result = parse(names.map((name) => `#include <${name}>`).join('\n'));
    expect(complaints(result)).toEqual([]);
    const task = result.partial?.types.find((type) => type.kind === 'record' && type.tag === 'task_struct');
    expect(task).toMatchObject({ preserveAccessIndex: true, complete: true });
  });
});

test('every helper is declared under its number', () => {
  const { symbols } = parse(`${TYPES}#include <bpf/bpf_helpers.h>`);
  const numbers = new Map<string, bigint>();
  for (const [name, symbol] of symbols) {
    if (symbol.kind !== 'variable') continue;
    const value = symbol.variable.initializer?.parts[0]?.value;
    const number = value ? constantValue(value) : null;
    if (number) numbers.set(textOf(name), number.value);
  }
  for (const helper of HELPERS)
    expect([helper.name, numbers.get(`bpf_${helper.name}`)]).toEqual([helper.name, BigInt(helper.id)]);
});

describe.skipIf(!judgePresent('clang', clangAbsence()))("Linux's own headers, by clang", () => {
  const NAMES = [
    'linux/bpf.h', 'linux/if_ether.h', 'linux/ip.h', 'linux/ipv6.h', 'linux/in.h', 'linux/in6.h', 'linux/tcp.h', 'linux/udp.h', 'linux/icmp.h',
    'linux/icmpv6.h', 'linux/if_arp.h', 'linux/pkt_cls.h', 'linux/if_packet.h', 'linux/ptrace.h', 'linux/errno.h', 'linux/types.h',
  ]; // prettier-ignore

  test('agree on sizes, offsets and numbers', async () => {
    const includes = NAMES.map((name) => `#include <${name}>`).join('\n');
    const { partial, symbols, macros } = parse(includes);
    const assertions: string[] = [];
    for (const type of partial?.types ?? []) {
      const record = canonical(type);
      if (type !== record || record.kind !== 'record' || record.tag === '' || !record.complete) continue;
      const name = `${record.union ? 'union' : 'struct'} ${record.tag}`;
      // Structures only ever grow at their end: a later kernel's is at least as large.
      assertions.push(`_Static_assert(sizeof(${name}) <= ${record.size}, "${name}");`);
      for (const member of record.members) {
        if (member.bitField || member.name === '') continue;
        assertions.push(
          `_Static_assert(__builtin_offsetof(${name}, ${member.name}) == ${member.offset}, "${name}.${member.name}");`,
        );
      }
    }
    for (const [id, symbol] of symbols) {
      if (symbol.kind !== 'constant' || /MAX/.test(textOf(id))) continue;
      assertions.push(
        `_Static_assert(${textOf(id)} == ${symbol.value}${symbol.value > 0x7fffffffn ? 'ULL' : ''}, "${textOf(id)}");`,
      );
    }
    for (const [id, macro] of macros) {
      const body = macro.body.map((token) => textOf(token.id)).join(' ');
      if (macro.parameters !== null || macro.place < 0 || !/^(0x)?[0-9a-fA-F]+U?$/.test(body)) continue;
      assertions.push(`_Static_assert(${textOf(id)} == ${body}, "${textOf(id)}");`);
    }
    expect(assertions.length).toBeGreaterThan(700);
    // The installed headers may be older than what we describe: a name that they lack is no contradiction.
    const { messages } = await compileWithClang(`${includes}\n${assertions.join('\n')}`, {
      flags: ['-fsyntax-only', '-ferror-limit=0', '-fno-spell-checking'],
    });
    const contradictions = [...messages.matchAll(/static assertion failed.*/g)].map(([text]) => text);
    expect(contradictions).toEqual([]);
    const unknown = messages.match(/error: /g)?.length ?? 0;
    expect(unknown).toBeLessThan(assertions.length / 5);
  });
});
