// Are records rendered as Linux would have printed them (its own logs are the expectation), and explained on the C line?
import { describe, expect, test } from 'vitest';
import { assemble } from '../bpf/assemble.ts';
import * as r from '../bpf/verifier-records.ts';
import { CTX, RecordBuilder, constant, frame, scalar } from './write-records.ts';
import { explain, type ExplainedProgram, type SourceLine } from './index.ts';
import { registerText } from './state-text.ts';
import { visitRecords } from './records.ts';

const FILE = 'src/c03_map_null.c';
const C = [
  '#include "vmlinux.h"',
  '',
  '',
  '',
  'SEC("xdp")',
  'int map_null(struct xdp_md *ctx)',
  '{',
  '\t__u32 key = 0;',
  '\t__u64 *v = bpf_map_lookup_elem(&counters, &key);',
  '\t*v += 1;',
  '\treturn 2;',
  '}',
];
const at = (instruction: number, line: number): SourceLine => ({
  instruction,
  file: FILE,
  line,
  column: 0,
  text: C[line - 1] ?? '',
});

const MAP_NULL: ExplainedProgram = {
  instructions: assemble(`
    mov32 r1, 0
    stxw [r10-4], r1
    mov r2, r10
    add r2, -4
    lddw r1, map[0]
    call 1
    ldxdw r1, [r0+0]
    add r1, 1
    stxdw [r0+0], r1
    mov32 r0, 2
    exit`).instructions,
  lineInfo: [at(0, 6), at(1, 8), at(4, 9), at(7, 10), at(10, 11)],
  maps: [{ name: 'counters', keySize: 4, valueSize: 8 }],
  subprograms: [{ name: 'map_null', instruction: 0 }],
};

const VALUE_OR_NULL = { type: r.PTR_TO_MAP_VALUE | r.PTR_MAYBE_NULL, map: 1, id: 1 };

const mapNullRecords = (): Uint8Array =>
  new RecordBuilder()
    .state({ registers: { 1: CTX, 10: frame() } })
    .step(0)
    .state({ instruction: 1, registers: { 1: constant(0) } })
    .step(1, 0)
    .state({
      instruction: 2,
      registers: { 1: constant(0), 10: frame() },
      slots: { 0: { kinds: [r.STACK_ZERO, r.STACK_ZERO, r.STACK_ZERO, r.STACK_ZERO, 0, 0, 0, 0] } },
    })
    .step(2, 1)
    .state({ instruction: 3, registers: { 2: frame(), 10: frame() } })
    .step(3, 2)
    .state({ instruction: 4, registers: { 2: frame(-4) } })
    .step(4, 3)
    .state({ instruction: 6, registers: { 1: { type: r.CONST_PTR_TO_MAP, map: 1 } } })
    .step(6, 4)
    .state({ instruction: 7, registers: { 0: VALUE_OR_NULL } })
    .step(7, 6)
    .message('INVALID_MEM_ACCESS', 7, 0, VALUE_OR_NULL.type)
    .end(-13, 7)
    .bytes();

/** What Linux 6.18.44 printed for this program at log level 1; the map's address is ours. */
const LINUX_LOG = `0: R1=ctx() R10=fp0
; int map_null(struct xdp_md *ctx) @ c03_map_null.c:6
0: (b4) w1 = 0                        ; R1=0
; __u32 key = 0; @ c03_map_null.c:8
1: (63) *(u32 *)(r10 -4) = r1         ; R1=0 R10=fp0 fp-8=0000????
2: (bf) r2 = r10                      ; R2=fp0 R10=fp0
3: (07) r2 += -4                      ; R2=fp-4
; __u64 *v = bpf_map_lookup_elem(&counters, &key); @ c03_map_null.c:9
4: (18) r1 = 0xffff888100000000       ; R1=map_ptr(map=counters,ks=4,vs=8)
6: (85) call bpf_map_lookup_elem#1    ; R0=map_value_or_null(id=1,map=counters,ks=4,vs=8)
; *v += 1; @ c03_map_null.c:10
7: (79) r1 = *(u64 *)(r0 +0)
R0 invalid mem access 'map_value_or_null'
processed 7 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
`;

describe('the log', () => {
  test('is what Linux prints', () => {
    expect(explain(mapNullRecords(), MAP_NULL).log(1)).toBe(LINUX_LOG);
  });

  test('at level 4 has messages and statistics only', () => {
    const statistics = { microseconds: 277, stackDepths: [8, 0] };
    expect(explain(mapNullRecords(), { ...MAP_NULL, statistics }).log(4)).toBe(
      [
        "R0 invalid mem access 'map_value_or_null'",
        'verification time 277 usec',
        'stack depth 8+0',
        'processed 7 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0',
        '',
      ].join('\n'),
    );
  });

  test.each([
    [scalar(), 'scalar()'],
    [scalar({ id: 1, umin: 1n }), 'scalar(id=1,umin=1)'],
    [constant(-5), '-5'],
    [{ ...constant(0x12345), precise: 1 }, 'P0x12345'],
    [
      scalar({ smin: 0n, umax: 0xffffffffn, smax: 0xffffffffn, mask: 0xffffffffn, s32max: 16 }),
      'scalar(smin=0,smax=umax=0xffffffff,smax32=16,var_off=(0x0; 0xffffffff))',
    ],
    [
      scalar({ smin: 0n, smax: 255n, umax: 255n, mask: 255n, s32min: 0, s32max: 255, u32max: 255 }),
      'scalar(smin=smin32=0,smax=umax=smax32=umax32=255,var_off=(0x0; 0xff))',
    ],
    [{ type: r.PTR_TO_PACKET, off: 14, range: 14 }, 'pkt(off=14,r=14)'],
    [{ type: r.PTR_TO_PACKET, off: 34, range: -2 }, 'pkt(off=34,r=0xfffffffffffffffe)'],
    [
      { type: r.PTR_TO_MEM | r.MEM_RINGBUF | r.PTR_MAYBE_NULL, id: 2, reference: 2, memorySize: 8 },
      'ringbuf_mem_or_null(id=2,ref_obj_id=2,sz=8)',
    ],
    [frame(-16), 'fp-16'],
  ])('writes a register as Linux does: %#', (fields, expected) => {
    const records = new RecordBuilder().state({ registers: { 3: fields } }).bytes();
    let text = '';
    visitRecords(records, {
      state: (state) => {
        const register = state.registers.get(3);
        if (register) text = registerText(register, 0, MAP_NULL);
      },
    });
    expect(text).toBe(expected);
  });
});

describe('the diagnostic', () => {
  const { diagnostic } = explain(mapNullRecords(), MAP_NULL);

  test('stands on the C line, with a code and a category', () => {
    expect(diagnostic).toMatchObject({ severity: 'error', code: 'V110', span: { file: FILE, line: 10, column: 2 } });
    expect(diagnostic?.notes[0]).toMatchObject({ code: 'V-category.memory', message: 'Memory Safety' });
  });

  test('tells where the value came from', () => {
    const from = diagnostic?.notes.find((note) => note.code === 'V-from-call-null');
    expect(from).toMatchObject({ span: { line: 9 } });
    expect(from?.message).toBe('r0 is what bpf_map_lookup_elem() gave here; it is NULL when there is nothing to give');
  });

  test('keeps the words of Linux', () => {
    expect(diagnostic?.notes.at(-1)?.message).toBe("Linux says: R0 invalid mem access 'map_value_or_null'");
  });

  test('offers the missing check', () => {
    expect(diagnostic?.fixes).toEqual([
      {
        span: { file: FILE, line: 10, column: 1, endLine: 10, endColumn: 1 },
        text: '\tif (!v)\n\t\treturn 0;\n',
      },
    ]);
  });

  test('is null for an accepted program', () => {
    expect(explain(new RecordBuilder().end(0, 2).bytes(), MAP_NULL).diagnostic).toBeNull();
  });
});
