// Are logs of a real kernel understood? Each of the recorded ones is read, and rendered again letter by letter.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
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
