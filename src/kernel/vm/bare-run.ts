// A run over plain memory, as bpf_conformance and `lab run --unverified` want it: no packet, no context, r1 = address, r2 = size.
import { allocateObject, freeObject } from '../memory/arena';
import { toVirtual } from '../memory/layout';
import { Program } from '../program';
import { clearFault } from './fault';
import { runProgram } from './run';

/** Copies `size` bytes from `from` in, runs, copies them back; r0, to be believed when no fault is left. Size 0: r1 is 0. */
export function runBare(program: Program, from: usize, size: u32): u64 {
  const at = size != 0 ? allocateObject(size) : 0;
  if (at != 0) memory.copy(at, from, size);
  clearFault();
  const r0 = runProgram(program, at != 0 ? toVirtual(at) : 0, size);
  if (at != 0) {
    memory.copy(from, at, size);
    freeObject(at);
  }
  return r0;
}
