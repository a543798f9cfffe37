// The records as Linux 6.18's verifier log, letter by letter: level 1 (the failing path), 2 (everything), 4 (statistics).
import * as r from '../bpf/verifier-records.ts';
import { renderMessage, type MessageNames } from '../bpf/verifier-messages.ts';
import { instructionText, sourceLineAt, usedMap, type ExplainedProgram } from './program.ts';
import { visitRecords, type MessageRecord, type PlainRecord, type StateRecord } from './records.ts';
import { stateText } from './state-text.ts';

export type LogLevel = 1 | 2 | 4;

/** Blanks between an instruction and "; R1=…": at least to column 38, then in steps of eight. `length`: with its newline. */
function padding(length: number): number {
  const aligned = Math.ceil(Math.max(length + 4, 40) / 8) * 8;
  return aligned - length - 1;
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** "r1,r6" and "-8,-16": bits of a mask in ascending order. */
const maskText = (mask: bigint, text: (bit: number) => string): string => {
  const parts: string[] = [];
  for (let bit = 0; mask !== 0n; bit++, mask >>= 1n) if (mask & 1n) parts.push(text(bit));
  return parts.join(',');
};
const registersText = (mask: number): string => maskText(BigInt(mask >>> 0), (bit) => `r${bit}`);
const slotsText = (mask: bigint): string => maskText(mask, (bit) => `${-8 * (bit + 1)}`);

/** Text that is only ever added to, but for the newline of the last instruction line, which a state may replace. */
class LogWriter {
  readonly #chunks: string[] = [];
  /** the instruction line whose newline is still open */
  #open: string | null = null;

  add(text: string): void {
    this.close('\n');
    this.#chunks.push(text);
  }
  openLine(text: string): void {
    this.close('\n');
    this.#open = text;
  }
  /** Ends an open line. */
  close(end: string): void {
    if (this.#open === null) return;
    this.#chunks.push(this.#open, end);
    this.#open = null;
  }
  /** The state on the instruction's own line; false when something was printed since. */
  appendState(state: string): boolean {
    if (this.#open === null) return false;
    this.#chunks.push(this.#open, ' '.repeat(padding(this.#open.length + 1)), ';', state, '\n');
    this.#open = null;
    return true;
  }
  text(): string {
    this.close('\n');
    return this.#chunks.join('');
  }
}

function names(program: ExplainedProgram): MessageNames {
  return {
    subprogram: (index) => program.subprograms[index]?.name ?? '',
    map: (index) => usedMap(program, index)?.name ?? '',
  };
}

/** Words before the state, for the states that are printed for another reason than "this changed". */
function introduction(record: StateRecord): string {
  switch (record.why) {
    case r.STATE_FROM:
      return `\nfrom ${record.from} to ${record.instruction}${record.flags & r.STATE_FLAG_SPECULATIVE ? ' (speculative execution)' : ''}:`;
    case r.STATE_CALLER:
      return 'caller:\n';
    case r.STATE_CALLEE:
      return 'callee:\n';
    case r.STATE_CALLEE_RETURN:
      return 'returning from callee:\n';
    case r.STATE_CALLER_RETURN:
      return `to caller at ${record.instruction}:\n`;
    case r.STATE_PARENT:
      return `mark_precise: frame${record.frame}: parent state regs=${registersText(record.registerMask)} stack=${slotsText(record.slotMask)}: `;
    case r.STATE_LOOP_CURRENT:
      return 'cur state:';
    case r.STATE_LOOP_OLD:
      return 'old state:';
    default:
      return `${record.instruction}:`;
  }
}

class LogRenderer {
  private readonly out = new LogWriter();
  private readonly program: ExplainedProgram;
  private readonly level: LogLevel;
  private readonly names: MessageNames;

  constructor(program: ExplainedProgram, level: LogLevel) {
    this.program = program;
    this.level = level;
    this.names = names(program);
  }

  render(records: Uint8Array): string {
    visitRecords(records, {
      state: (record) => this.state(record),
      message: (record) => this.message(record),
      other: (record) => this.other(record),
    });
    return this.out.text();
  }

  private message(record: MessageRecord): void {
    this.out.add(renderMessage(record.id, record.values, this.names));
  }

  private state(record: StateRecord): void {
    if (this.level === 4) return;
    if (this.level === 1 && (record.why === r.STATE_FROM || record.why === r.STATE_PARENT)) return;
    const text = `${stateText(record, this.program)}`;
    if (record.why === r.STATE_DELTA && this.out.appendState(text)) return;
    this.out.add(`${introduction(record)}${text}\n`);
  }

  private step(record: PlainRecord): void {
    const slot = record.u32(r.STEP_RECORD.instruction);
    const before = record.i32(r.STEP_RECORD.source);
    const line = sourceLineAt(this.program, slot);
    const last = before < 0 ? null : sourceLineAt(this.program, before);
    if (line && (line.file !== last?.file || line.line !== last.line)) {
      this.out.add(`; ${line.text.trimStart()} @ ${baseName(line.file)}:${line.line}\n`);
    }
    this.out.openLine(`${slot}: ${instructionText(this.program, slot)}`);
  }

  private other(record: PlainRecord): void {
    if (record.kind === r.RECORD_END) return this.end(record);
    if (record.kind === r.RECORD_TRUNCATED) return this.out.add('(recording stopped here: its bound was reached)\n');
    if (this.level === 4) return;
    if (record.kind === r.RECORD_STEP) return this.step(record);
    if (record.kind === r.RECORD_POP) {
      // A state had been printed on the branch's line; going back leaves a blank where the newline was.
      this.out.close(record.u32(r.BRANCH_RECORD.joined) ? ' ' : '\n');
      return;
    }
    if (this.level === 2) this.everything(record);
  }

  /** Lines of level 2 alone. */
  private everything(record: PlainRecord): void {
    switch (record.kind) {
      case r.RECORD_SUBPROGRAM:
        return this.out.add(
          `func#${record.u32(r.SUBPROGRAM_RECORD.number)} @${record.u32(r.SUBPROGRAM_RECORD.instruction)}\n`,
        );
      case r.RECORD_LIVE_REGISTERS:
        return this.liveRegisters(record);
      case r.RECORD_PRUNED:
        return this.pruned(record);
      case r.RECORD_PRECISION_BEGIN: {
        const P = r.PRECISION_BEGIN_RECORD;
        return this.out.add(
          `mark_precise: frame${record.u32(P.frame)}: last_idx ${record.i32(P.last)} first_idx ${record.i32(P.first)} subseq_idx ${record.i32(P.subsequent)} \n`,
        );
      }
      case r.RECORD_PRECISION_BEFORE: {
        const P = r.PRECISION_BEFORE_RECORD;
        const slot = record.u32(P.instruction);
        return this.out.add(
          `mark_precise: frame${record.u32(P.frame)}: regs=${registersText(record.u32(P.registerMask))} stack=${slotsText(record.u64(P.slotMask))} before ${slot}: ${instructionText(this.program, slot)}\n`,
        );
      }
      case r.RECORD_PROPAGATE: {
        const P = r.PROPAGATE_RECORD;
        const registers = maskText(BigInt(record.u32(P.registerMask)), (bit) => `r${bit}`);
        const slots = maskText(record.u64(P.slotMask), (bit) => `fp${-8 * (bit + 1)}`);
        return this.out.add(
          `frame ${record.u32(P.frame)}: propagating ${[registers, slots].filter((text) => text !== '').join(',')}\n`,
        );
      }
      case r.RECORD_LIVE_STACK:
        return this.liveStack(record);
      case r.RECORD_LIVE_STACK_DONE: {
        const L = r.LIVE_STACK_DONE_RECORD;
        return this.out.add(
          `${this.chain(record, L.chain, L.entries)} live stack update done in ${record.u32(L.iterations)} iterations\n`,
        );
      }
      case r.RECORD_COMPONENT: {
        const C = r.COMPONENT_RECORD;
        const word = ['enter', 'exit', 'backedge'][record.u32(C.what)] ?? '';
        return this.out.add(`SCC ${word} ${this.chain(record, C.chain, C.entries)}\n`);
      }
    }
  }

  /** "(11,17)": call sites from the outermost, then the function or component. */
  private chain(record: PlainRecord, count: number, entries: number): string {
    const numbers: number[] = [];
    for (let i = 0; i < record.u32(count); i++) numbers.push(record.u32(entries + 4 * i));
    return `(${numbers.join(',')})`;
  }

  private liveStack(record: PlainRecord): void {
    const L = r.LIVE_STACK_RECORD;
    const word = record.u32(L.what) === 0 ? 'live' : 'written';
    const added = slotsText(record.u64(L.added));
    const removed = slotsText(record.u64(L.removed));
    const parts = [added === '' ? '' : `+${word} ${added} `, removed === '' ? '' : `-${word} ${removed}`];
    this.out.add(
      `${this.chain(record, L.chain, L.entries)} frame ${record.u32(L.frame)} insn ${record.u32(L.instruction)} ${parts.join('')}\n`,
    );
  }

  private liveRegisters(record: PlainRecord): void {
    const L = r.LIVE_REGISTERS_RECORD;
    let text = 'Live regs before insn:\n';
    for (let slot = 0; slot < record.u32(L.count); slot++) {
      const entry = record.u32(L.entries + slot * r.LIVE_REGISTERS_ENTRY_SIZE);
      const mask = entry & 0xffff;
      const component = entry >>> 16;
      let registers = '';
      for (let bit = 0; bit < 10; bit++) registers += mask & (1 << bit) ? String(bit) : '.';
      const front = component === 0 ? '    ' : `${String(component).padStart(3)} `;
      text += `${front}${String(slot).padStart(3)}: ${registers} ${instructionText(this.program, slot)}\n`;
      if (this.program.instructions[slot]?.opcode === 0x18) slot++;
    }
    this.out.add(text);
  }

  private pruned(record: PlainRecord): void {
    const P = r.PRUNED_RECORD;
    const slot = record.u32(P.instruction);
    const speculative = record.u32(P.speculative) ? ' (speculative execution)' : '';
    this.out.add(
      record.u32(P.branch) ? `\nfrom ${record.i32(P.from)} to ${slot}${speculative}: safe\n` : `${slot}: safe\n`,
    );
  }

  private end(record: PlainRecord): void {
    const E = r.END_RECORD;
    if (this.level === 4 && this.program.statistics) {
      const { microseconds, stackDepths } = this.program.statistics;
      this.out.add(`verification time ${microseconds} usec\nstack depth ${stackDepths.join('+')}\n`);
    }
    this.out.add(
      `processed ${record.u32(E.processed)} insns (limit 1000000) max_states_per_insn ${record.u32(E.maxStatesPerInstruction)} ` +
        `total_states ${record.u32(E.totalStates)} peak_states ${record.u32(E.peakStates)} mark_read 0\n`,
    );
  }
}

/**
 * Renders the log. Level 1 wants records of the failing path, level 2 all of them; 4 has the messages and statistics only.
 */
export function renderLog(records: Uint8Array, program: ExplainedProgram, level: LogLevel): string {
  return new LogRenderer(program, level).render(records);
}
