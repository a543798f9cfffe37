// Are logs of a real kernel understood? Each of the recorded ones is read, and rendered again letter by letter.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { explain, readLog } from './index.ts';

const CORPUS = fileURLToPath(new URL('../kernel/verifier/corpus/', import.meta.url));
const mask = (log: string): string => log.replace(/(\(18\) r\d+ = )0xffff[0-9a-fx]{12}\b/g, '$10xffffxxxxxxxxxxxx');

const logs = readdirSync(CORPUS)
  .filter((name) => name.endsWith('.recorded.jsonl'))
  .flatMap((name) => readFileSync(CORPUS + name, 'utf8').split('\n'))
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as { id: string; caps: string; errno: number; log: string })
  .filter(({ log }) => log.includes('processed ') && !log.startsWith('sha256'));

test('recorded logs come out as they went in', () => {
  const different = logs.filter(({ log, caps }) => {
    // the addresses were masked when the log was recorded
    const { records, program } = readLog(log.replaceAll('0xffffxxxxxxxxxxxx', '0xffff888100000000'));
    return mask(explain(records, { ...program, showAddresses: caps === 'root' }).log(1)) !== mask(log);
  });
  // What is left over are messages that our verifier has no use for, and instructions that there are not.
  const rate = 1 - different.length / logs.length;
  console.log(`logs of a real kernel read and written again: ${logs.length - different.length} of ${logs.length}`);
  if (process.env['SHOW']) for (const { id, caps } of different.slice(0, 40)) console.log(id, caps);
  expect(rate).toBeGreaterThan(0.97);
});

test('what Linux refused is explained, and every sentence is filled in', () => {
  const refused = logs.filter(({ errno }) => errno !== 0);
  const silent: string[] = [];
  const unfilled = new Set<string>();
  for (const { id, log } of refused) {
    const { records, program } = readLog(log.replaceAll('0xffffxxxxxxxxxxxx', '0xffff888100000000'));
    const { diagnostic } = explain(records, program);
    if (!diagnostic) silent.push(id);
    for (const { code, message } of diagnostic ? [diagnostic, ...diagnostic.notes] : [])
      if (/\{\w+\}/.test(message)) unfilled.add(`${code}: ${message}`);
  }
  console.log(`refusals of a real kernel explained: ${refused.length - silent.length} of ${refused.length}`);
  expect([...unfilled]).toEqual([]);
  expect(1 - silent.length / refused.length).toBeGreaterThan(0.95);
});

test('a pasted log is explained on its C line', () => {
  const { records, program, unknown } = readLog(
    [
      '0: R1=ctx() R10=fp0',
      '; void *data = (void *)(long)ctx->data; @ c01_pkt_oob.c:9',
      '0: (61) r1 = *(u32 *)(r1 +0)          ; R1=pkt(r=0)',
      '; if (eth->h_proto == bpf_htons(ETH_P_IP)) @ c01_pkt_oob.c:11',
      '1: (71) r2 = *(u8 *)(r1 +12)',
      'invalid access to packet, off=12 size=1, R1(id=0,off=12,r=0)',
      'R1 offset is outside of the packet',
      'processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0',
    ].join('\n'),
  );
  expect(unknown).toEqual([]);
  const { diagnostic } = explain(records, program);
  expect(diagnostic).toMatchObject({ code: 'V101', span: { file: 'c01_pkt_oob.c', line: 11 } });
  expect(diagnostic?.message).toBe('this touches the packet up to byte 13, but only 0 bytes are known to be there');
  expect(diagnostic?.notes.find((note) => note.code === 'V-from-packet')).toMatchObject({ span: { line: 9 } });
});

const LOGS = new URL('logs/', import.meta.url);
const pasted = (name: string): string => readFileSync(new URL(name, LOGS), 'utf8');

/** What a reader sees of it: the code, the line, the way to it. */
function said(text: string) {
  const { records, program } = readLog(text);
  const { diagnostic } = explain(records, program);
  return {
    code: diagnostic?.code,
    line: diagnostic?.span?.line,
    notes: diagnostic?.notes.map(({ message }) => message),
  };
}

describe('in whatever a log was wrapped, the same is said of it', () => {
  const log = pasted('bpftool.log');
  const lines = log.trimEnd().split('\n');
  const whole = said(log);
  const each = (wrap: (line: string) => string): string => lines.map(wrap).join('\n');

  test('bpftool', () => {
    expect(whole).toMatchObject({ code: 'V103', line: 25 });
    expect(whole.notes).toContain('that would be bytes 64 to 71; the map value has 64, counted from 0');
    expect(
      readLog(log).unknown.filter((number) => !/^(Error|Warning|If it used)/.test(lines[number - 1] ?? '')),
    ).toEqual([]);
  });

  test.each([
    ['Windows’ ends of lines', lines.join('\r\n')],
    ['the journal', each((line) => `Nov 22 10:00:00 host myprog[4711]: ${line}`)],
    ['dmesg', each((line) => `[  123.456789] ${line}`)],
    ['a date before each line', each((line) => `2026/11/22 10:00:00 ${line}`)],
    ['Go’s indentation', each((line) => `\t${line}`)],
    ['Go’s keys', each((line) => `level=warning msg="${line.replaceAll('"', '\\"')}" subsys=datapath-loader`)],
    ['a quotation in a mail', each((line) => `> ${line}`)],
    ['a list in an issue', each((line) => `    ${line}`)],
    ['colours', each((line) => `\x1b[31m${line}\x1b[0m`)],
    [
      'nothing but the log itself',
      lines
        .slice(
          2,
          lines.findIndex((line) => line.startsWith('-- END')),
        )
        .join('\n'),
    ],
    [
      'no counters at the end',
      lines
        .slice(
          0,
          lines.findIndex((line) => line.startsWith('processed')),
        )
        .join('\n'),
    ],
    [
      'another program that was accepted, before it',
      `libbpf: prog 'a': -- BEGIN PROG LOAD LOG --\n0: R1=ctx() R10=fp0\n0: (b7) r0 = 2                        ; R0=2\n1: (95) exit\nprocessed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n-- END PROG LOAD LOG --\n${log}`,
    ],
    [
      'another program that was refused, behind it',
      `${log}\nlibbpf: prog 'b': -- BEGIN PROG LOAD LOG --\n0: R1=ctx() R10=fp0\n0: (95) exit\nR0 !read_ok\nprocessed 1 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n-- END PROG LOAD LOG --`,
    ],
  ])('%s', (_, text) => expect(said(text)).toEqual(whole));

  test('a beginning that the kernel’s buffer could not hold', () => {
    const from = lines.findIndex((line) => line.startsWith('9: '));
    const cut = said(lines.slice(from).join('\n'));
    expect(cut).toMatchObject({ code: 'V103', line: 25 });
    expect(cut.notes?.at(-1)).toBe(whole.notes?.at(-1));
  });
});

describe('the kernel’s levels', () => {
  const one = said(pasted('level-1.log'));

  test('1 has the way of the refusal', () => {
    expect(one.code).toBe('V111');
    expect(one.notes).toContain('r3 was read from the context here');
  });
  test('2 has all ways, and the one of the refusal is found among them', () =>
    expect(said(pasted('level-2.log'))).toEqual(one));
  test('4 has the message alone', () => {
    const { code, notes } = said(pasted('level-4.log'));
    expect(code).toBe('V111');
    expect(notes?.at(-1)).toBe("Linux says: R3 invalid mem access 'scalar'");
  });
});

describe('older kernels', () => {
  test('5.15: states on lines of their own, numbers called inv, no file names', () => {
    const text = pasted('linux-5.15.log');
    const { code, notes } = said(text);
    expect(code).toBe('V103');
    expect(notes).toContain('what was added to it lies between 0 and 120 bytes');
    expect(notes).toContain('that would be bytes 120 to 127; the map value has 64, counted from 0');
    expect(readLog(text).unknown).toEqual([]);
  });
  test('6.1: a packet that was moved', () => {
    const { code, notes } = said(pasted('linux-6.1.log'));
    expect(code).toBe('V123');
    expect(notes).toContain('after the call of bpf_xdp_adjust_tail() it is no longer valid');
  });
  test.each([
    ["R0 invalid mem access 'inv'", 'V111'],
    ['R1 type=inv expected=fp', 'V317'],
    ['unknown func bpf_skb_load_bytes#26', 'V302'],
    ['R0 max value is outside of the array range', 'V103'],
    ['invalid indirect read from stack R2 off -8+4 size 8', 'V109'],
    ['invalid stack type R1 off=-16 access_size=32', 'V108'],
    ['invalid indirect access to stack R1 off=-16 size=32', 'V108'],
    ['cannot call GPL only function from proprietary program', 'V303'],
    ['At program exit the register R0 has value (0x2; 0x0) should have been in (0x0; 0x1)', 'V512'],
    ['At program exit the register R0 has unknown scalar value should have been in (0x0; 0x1)', 'V512'],
    ['back-edge from insn 7 to 3', 'V506'],
    [
      "load program: permission denied: 7: (79) r1 = *(u64 *)(r0 +0): R0 invalid mem access 'map_value_or_null' (8 line(s) omitted)",
      'V110',
    ],
  ])('%s', (line, code) => expect(said(line).code).toBe(code));
});

test('no text makes the reader stumble', () => {
  for (const text of [
    '',
    '0:',
    '0: (61)',
    'R1=',
    '0: R1=ctx(',
    '1: R2=scalar(id=x,umax=0xzz)',
    '; x @ y:z',
    '5: (05) goto pc+1 x',
  ])
    expect(() => explain(readLog(text).records, readLog(text).program).diagnostic).not.toThrow();
});
