// A log from a real kernel, pasted → records and a program, so that it is explained like one of our own.
//
// What a log does not say is not made up: instructions that were not walked stay empty, a map has the name and sizes that a
// register showed. Lines that are not understood are handed back; they explain nothing, and nothing depends on them.
import type { Instruction } from '../bpf/instruction.ts';
import { LD_IMM64 } from '../bpf/instruction.ts';
import { BPF_PSEUDO_MAP_FD } from '../bpf/opcodes.ts';
import { MESSAGE_ERRNO, MESSAGE } from '../bpf/verifier-messages.ts';
import * as r from '../bpf/verifier-records.ts';
import type { ExplainedMap, ExplainedProgram, ExplainedSubprogram, SourceLine } from './program.ts';
import { isConditional } from './flow.ts';
import { logLines } from './log-lines.ts';
import { readInstruction } from './read-instruction.ts';
import { readMessages, type NameNumbers, type ReadMessage } from './read-message.ts';
import { readState } from './read-state.ts';
import { RecordBuilder } from './write-records.ts';

export interface ReadLog {
  readonly records: Uint8Array;
  readonly program: ExplainedProgram;
  /** lines (from 1) that are not understood */
  readonly unknown: readonly number[];
}

const NOTHING: Instruction = { opcode: 0, dst: 0, src: 0, offset: 0, imm: 0 };

class LogReader {
  private readonly builder = new RecordBuilder();
  /** an instruction of which it is not sure yet whether a state from before it follows */
  private begun: (() => void) | null = null;
  readonly instructions: Instruction[] = [];
  readonly lineInfo: SourceLine[] = [];
  readonly maps: ExplainedMap[] = [];
  readonly subprograms: ExplainedSubprogram[] = [];
  readonly unknown: number[] = [];
  private pendingSource: Omit<SourceLine, 'instruction'> | null = null;
  private lastSource = -1;
  private slot = -1;
  private lastMessage = '';
  private branches = 0;
  /** branches of which only one way was walked yet, the latest last */
  private readonly waiting: { number: number; slot: number }[] = [];
  private ended = false;
  /** "caller:" and its like were read: the next line is that state */
  private introduced: { why: number; instruction: number } | null = null;

  /** What was read so far, to be gone on with. */
  get records(): RecordBuilder {
    const { begun } = this;
    this.begun = null;
    begun?.();
    return this.builder;
  }

  line(text: string, number: number): void {
    if (this.source(text) || this.walk(text) || this.from(text) || this.end(text) || this.aside(text)) return;
    if (this.stateLine(text)) return;
    const messages = readMessages(text, this.names) ?? this.wrapped(text);
    if (!messages) this.unknown.push(number);
    for (const message of messages ?? []) {
      this.records.message(message.name, this.slot, ...message.values);
      this.lastMessage = message.name;
    }
  }

  /** The whole mistake on one line: "load program: permission denied: 7: (79) r1 = *(u64 *)(r0 +0): R0 invalid mem access …" */
  private wrapped(text: string): readonly ReadMessage[] | null {
    const line = text.replace(/ \(\d+ line\(s\) omitted\)$/, '');
    const [, place, code = ''] = /: (\d+): (\([0-9a-f]{2}\) .*?): /.exec(line) ?? [];
    for (let at = line.indexOf(': '); at >= 0; at = line.indexOf(': ', at + 1)) {
      const messages = readMessages(line.slice(at + 2), this.names);
      if (!messages) continue;
      const read = readInstruction(code);
      if (place !== undefined && read && this.slot < 0) this.step(Number(place), read.instruction, read.high);
      return messages;
    }
    return null;
  }

  /** "from 7 to 10: R0=…": the walk goes back to a branch, and what was walked since is not on the way any more. */
  private from(text: string): boolean {
    const [, from, to, rest = ''] = /^from (\d+) to (\d+)(?: \(speculative execution\))?:(.*)$/.exec(text) ?? [];
    if (from === undefined) return false;
    const at = this.waiting.findLastIndex(({ slot }) => slot === Number(from));
    const number = this.waiting[at]?.number ?? 0;
    if (at >= 0) this.waiting.length = at;
    this.records.plain(r.RECORD_POP, [
      [r.BRANCH_RECORD.state, number],
      [r.BRANCH_RECORD.from, Number(from)],
      [r.BRANCH_RECORD.to, Number(to)],
    ]);
    if (rest === ' safe') return true;
    const state = readState(rest, this.maps);
    if (state) this.records.state({ ...state, why: r.STATE_FROM, from: Number(from), instruction: Number(to) });
    return state !== null;
  }

  /**
   * Until Linux 5.17 a state stood on a line of its own, " R0=inv(id=0) R10=fp0": behind a comparison what it told, behind any
   * other instruction what was known before it.
   */
  private stateLine(text: string): boolean {
    if (!/^ (?:frame\d+: )?(?:R\d+|fp-\d+)\S*=/.test(text)) return false;
    const state = readState(text, this.maps);
    const instruction = this.instructions[this.slot];
    const before = instruction !== undefined && this.begun !== null && !isConditional(instruction);
    if (state) (before ? this.builder : this.records).state({ ...state, instruction: this.slot + (before ? 0 : 1) });
    return state !== null;
  }

  /** Ends the records where the text ended before the log did. */
  finish(): void {
    if (!this.ended) this.end(`processed 0 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0`);
  }

  /** The counters that end a log were read. */
  get isOver(): boolean {
    return this.ended;
  }

  /** Nothing was refused so far. */
  get harmless(): boolean {
    return this.lastMessage === '';
  }

  /** Functions and maps get numbers in the order in which the log names them. */
  private readonly names: NameNumbers = {
    subprogram: (name) => {
      const found = this.subprograms.findIndex((subprogram) => subprogram.name === name);
      return found >= 0 ? found : this.subprograms.push({ name, instruction: Number.MAX_SAFE_INTEGER }) - 1;
    },
    map: (name) => {
      const found = this.maps.findIndex((map) => map.name === name);
      return found >= 0 ? found : this.maps.push({ name, keySize: 0, valueSize: 0 }) - 1;
    },
  };

  /** "; if (x > end) @ drop.bpf.c:12" */
  private source(text: string): boolean {
    const [, code, file, line] = /^; (.*) @ (\S+):(\d+)$/.exec(text) ?? [];
    if (code === undefined || file === undefined) return false;
    this.pendingSource = { file, line: Number(line), column: 0, text: code };
    return true;
  }

  /** Instructions and states. */
  private walk(text: string): boolean {
    const [, place, rest = ''] = /^(\d+):(.*)$/.exec(text) ?? [];
    if (place === undefined) return false;
    const slot = Number(place);
    if (!rest.startsWith(' (')) {
      if (rest === ' safe') return true;
      const state = readState(rest, this.maps);
      if (state) this.records.state({ ...state, instruction: slot });
      return state !== null;
    }
    const [, code = '', after] = /^ (\(..\) .*?)(?:\s+;(.*))?$/.exec(rest) ?? [];
    const read = readInstruction(code);
    if (!read) return this.joined(slot, code);
    this.step(slot, read.instruction, read.high);
    if (after === undefined) return true;
    const state = readState(after, this.maps);
    if (!state) return false;
    this.records.state({ ...state, instruction: slot + (read.high === null ? 1 : 2) });
    this.nameMap(slot, read.instruction, state.registers?.[read.instruction.dst]?.map);
    return true;
  }

  /** Where Linux went back to a branch, what comes next stands in the branch's own line: "10: (ad) if r6 < r1 goto pc-6 5: R0=…" */
  private joined(slot: number, code: string): boolean {
    for (let at = code.indexOf(' '); at > 0; at = code.indexOf(' ', at + 1)) {
      const read = readInstruction(code.slice(0, at));
      if (!read) continue;
      this.step(slot, read.instruction, read.high);
      const rest = code.slice(at + 1);
      const number = ++this.branches;
      const to = /^(\d+):/.exec(rest)?.[1];
      const fields = [
        [r.BRANCH_RECORD.state, number],
        [r.BRANCH_RECORD.from, slot],
        [r.BRANCH_RECORD.to, to === undefined ? slot + 1 : Number(to)],
      ] as const;
      this.records.plain(r.RECORD_PUSH, fields);
      this.records.plain(r.RECORD_POP, [...fields, [r.BRANCH_RECORD.joined, 1]]);
      this.line(rest, 0);
      return true;
    }
    return false;
  }

  private step(slot: number, instruction: Instruction, high: number | null): void {
    this.instructions[slot] ??= instruction;
    if (high !== null) this.instructions[slot + 1] ??= { ...NOTHING, imm: high };
    if (this.pendingSource) {
      if (!this.lineInfo.some((row) => row.instruction === slot))
        this.lineInfo.push({ ...this.pendingSource, instruction: slot });
      this.pendingSource = null;
    }
    const { records, lastSource } = this;
    this.lastSource = slot;
    this.slot = slot;
    const branch = isConditional(instruction) ? ++this.branches : 0;
    if (branch > 0) this.waiting.push({ number: branch, slot });
    this.begun = () => {
      records.step(slot, lastSource);
      if (branch === 0) return;
      records.plain(r.RECORD_PUSH, [
        [r.BRANCH_RECORD.state, branch],
        [r.BRANCH_RECORD.from, slot],
      ]);
    };
  }

  /** An address that turns out to be a map's: the instruction refers to the map by its index. */
  private nameMap(slot: number, instruction: Instruction, map: number | undefined): void {
    if (instruction.opcode !== LD_IMM64 || map === undefined || map === 0) return;
    this.instructions[slot] = { ...instruction, src: BPF_PSEUDO_MAP_FD, imm: map - 1 };
    this.instructions[slot + 1] = NOTHING;
  }

  private end(text: string): boolean {
    const counters =
      /^processed (\d+) insns \(limit \d+\) max_states_per_insn (\d+) total_states (\d+) peak_states (\d+)/.exec(text);
    if (!counters) return false;
    this.ended = true;
    const E = r.END_RECORD;
    const errno = MESSAGE_ERRNO[MESSAGE[this.lastMessage] ?? -1] ?? 0;
    this.records.plain(r.RECORD_END, [
      [E.result, -errno],
      [E.processed, Number(counters[1])],
      [E.maxStatesPerInstruction, Number(counters[2])],
      [E.totalStates, Number(counters[3])],
      [E.peakStates, Number(counters[4])],
      [E.instruction, this.slot],
    ]);
    return true;
  }

  /** Lines beside the walk: those that carry a state of their own, and those of level 2 that explain nothing by themselves. */
  private aside(text: string): boolean {
    const loop = /^(cur|old) state:(.*)$/.exec(text);
    if (loop) {
      const state = readState(loop[2] ?? '', this.maps);
      const why = loop[1] === 'cur' ? r.STATE_LOOP_CURRENT : r.STATE_LOOP_OLD;
      if (state) this.records.state({ ...state, why, instruction: this.slot });
      return state !== null;
    }
    const introduced = {
      'caller:': r.STATE_CALLER,
      'callee:': r.STATE_CALLEE,
      'returning from callee:': r.STATE_CALLEE_RETURN,
    }[text];
    const back = /^to caller at (\d+):$/.exec(text)?.[1];
    if (introduced !== undefined || back !== undefined) {
      this.introduced = { why: introduced ?? r.STATE_CALLER_RETURN, instruction: Number(back ?? this.slot) };
      return true;
    }
    if (this.introduced && text.startsWith(' ')) {
      const state = readState(text, this.maps);
      if (state) this.records.state({ ...state, ...this.introduced });
      this.introduced = null;
      return state !== null;
    }
    const subprogram = /^func#(\d+) @(\d+)$/.exec(text);
    if (subprogram) {
      this.subprograms.push({ name: `func#${subprogram[1]}`, instruction: Number(subprogram[2]) });
      return true;
    }
    return /^$|^mark_precise:|^(?:last_idx|regs=|parent (?:already|didn't)|propagating )|^; |^Live regs before|^ +\d+|^\(\d|^SCC |^frame \d|^libbpf:|-- (?:BEGIN|END) |^verification time|^stack depth/.test(
      text,
    );
  }
}

/** Reads a pasted log of any level, in whatever it was wrapped (log-lines.ts). Of several programs' logs the first refused counts. */
export function readLog(text: string): ReadLog {
  let reader = new LogReader();
  logLines(text).forEach((line, i) => {
    if (/-- BEGIN (?:PROG LOAD|DUMP) LOG --/.test(line) && reader.harmless) reader = new LogReader();
    if (reader.harmless || !reader.isOver) reader.line(line, i + 1);
  });
  reader.finish();
  const instructions = Array.from(
    reader.instructions,
    (instruction: Instruction | undefined) => instruction ?? NOTHING,
  );
  const lineInfo = reader.lineInfo.sort((a, b) => a.instruction - b.instruction);
  const { maps, subprograms, unknown } = reader;
  return {
    records: reader.records.bytes(),
    // registers and instructions name a map by the same number here
    program: { instructions, lineInfo, maps, usedMaps: maps.map((_, i) => i), subprograms },
    unknown,
  };
}
