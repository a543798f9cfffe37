// A small matter of order: of two loads through a pointer that dies with the second, the value that is needed more comes
// second, so that it can take the pointer's register. `data = ctx->data; data_end = ctx->data_end;` then looks in the
// verifier's log as clang's code does.
import { FIRST_VIRTUAL, forEachRead, type MachineFunction, type Register } from './machine.ts';

export function orderLoads(func: MachineFunction): void {
  const reads = new Map<Register, number>();
  for (const block of func.blocks) {
    for (const m of block.code) forEachRead(m, (r) => reads.set(r, (reads.get(r) ?? 0) + 1));
  }
  for (const block of func.blocks) {
    for (let i = 0; i + 1 < block.code.length; i++) {
      const a = block.code[i]!;
      const b = block.code[i + 1]!;
      if (a.kind !== 'load' || b.kind !== 'load' || a.src !== b.src || a.src < FIRST_VIRTUAL || a.dst === b.src)
        continue;
      // the pointer's only readers are these two
      if (reads.get(a.src) !== 2 || (reads.get(a.dst) ?? 0) <= (reads.get(b.dst) ?? 0)) continue;
      block.code[i] = b;
      block.code[i + 1] = a;
    }
  }
}
