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
import { readInstruction } from './read-instruction.ts';
import { readMessages, type NameNumbers } from './read-message.ts';
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
  readonly records = new RecordBuilder();
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
  /** "caller:" and its like were read: the next line is that state */
  private introduced: { why: number; instruction: number } | null = null;

  line(text: string, number: number): void {
    if (this.source(text) || this.walk(text) || this.end(text) || this.aside(text)) return;
    const messages = readMessages(text, this.names);
    if (!messages) this.unknown.push(number);
    for (const message of messages ?? []) {
      this.records.message(message.name, this.slot, ...message.values);
      this.lastMessage = message.name;
    }
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
    this.records.step(slot, this.lastSource);
    this.lastSource = slot;
    this.slot = slot;
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
    return /^$|^from \d+ to \d+|^mark_precise:|^Live regs before|^ +\d+|^\(\d|^SCC |^frame \d|^libbpf:|^-- |^verification time|^stack depth/.test(
      text,
    );
  }
}

/** Reads a log of level 1 (or the walk out of one of level 2). */
export function readLog(text: string): ReadLog {
  const reader = new LogReader();
  text.split(/\r?\n/).forEach((line, i) => reader.line(line, i + 1));
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
