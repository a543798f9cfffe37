// A loaded (or being loaded) program: what bpf(BPF_PROG_LOAD) was given, and what verifier and rewriter leave on it.
import { BpfMap } from './maps/map';

/** Per instruction, filled by the verifier, read by the rewriter (Linux: struct bpf_insn_aux_data). */
export class InstructionInfo {
  /** the verifier reached it; what it never reached is dead and removed */
  seen: bool = false;
  /** register type (generated/verifier-records PTR_TO_…) of the pointer that a load or store goes through; 0: none */
  pointerType: i32 = 0;
  /** a load through a BTF pointer: checked at run time, gives zero on a fault (PROBE_MEM) */
  probeMemory: bool = false;
  /** a conditional jump that always goes one way: 1 taken, -1 never, 0 both */
  alwaysTaken: i32 = 0;
  /** map of an ld_imm64 or of a helper call's first argument; -1: none or several */
  mapIndex: i32 = -1;
  /** the 32-bit result's upper half needs clearing on machines that do not */
  zeroExtend: bool = false;
}

/** Linux: struct bpf_func_info, one row a subprogram. */
export class FunctionInfo {
  constructor(
    public instruction: i32,
    public typeId: u32,
  ) {}
}

export class Program {
  id: i32 = 0;
  name: string = '';
  type: i32 = 0;
  expectedAttachType: i32 = 0;
  flags: u32 = 0;
  gplCompatible: bool = false;
  /** CAP_… bits of the loader */
  capabilities: u32 = 0;
  /** 618 or 601 */
  kernelVersion: i32 = 618;
  /** linear address of `instructionCount` slots of 8 bytes; ld_imm64 of a map holds an index into `maps` once resolved */
  instructions: usize = 0;
  instructionCount: i32 = 0;
  /** maps the program refers to, in order of first use (Linux: used_maps) */
  maps: BpfMap[] = [];
  /** raw .BTF of the program, 0 when it has none */
  btf: usize = 0;
  btfSize: u32 = 0;
  functionInfo: FunctionInfo[] = [];
  info: InstructionInfo[] = [];
  /** first instruction of each subprogram, ascending; [0] is 0 */
  subprograms: i32[] = [];
  /** bytes of stack of each subprogram */
  stackDepth: i32[] = [];

  // What rewrite/ makes of it, and what runs.

  /** bytes of the context that it reads or writes at most (Linux: max_ctx_offset) */
  contextBytes: u32 = 0;
  /** what it needs that is not simulated: number of its first such helper, minus the type of its first such map; 0: nothing */
  missing: i32 = 0;
  /** loaded with SIM_F_UNVERIFIED: only ever runs checked */
  unverified: bool = false;
  /** linear address of the rewritten instructions */
  rewritten: usize = 0;
  rewrittenCount: i32 = 0;
  /** rewritten slot → original slot, u32 each */
  origins: usize = 0;
  /** the interpreter's records (vm/decode.ts), one a rewritten slot */
  records: usize = 0;
  /** function-table index of the compiled program, of its checked form; 0: none */
  compiled: u32 = 0;
  compiledChecked: u32 = 0;
  references: i32 = 0;
  runs: u64 = 0;
}
