// What eBPF's machine and calling convention cannot do, said of the functions that remain after inlining, with what to
// do instead.
import type { Func } from '../ir/ir.ts';
import { isAggregate, sizeOf } from '../ir/layout.ts';
import type { UnitBuilder } from '../ir/unit.ts';

/** Variables smaller than this are not what fills a stack. */
const WORTH_NAMING = 64;

/** Structures in and out of a function; a function that calls itself. */
export function checkConvention(func: Func, recursive: boolean, unit: UnitBuilder): void {
  const { at, name, type } = func.declaration;
  if (isAggregate(type.result)) {
    const note = {
      code: 'C853',
      at,
      message: 'give the function a pointer to where the result goes, or make it static inline',
    };
    unit.report('C919', at, 'aggregate returns are not supported', {}, 'error', [note]);
  }
  if (type.parameters.some((p) => isAggregate(p.type) && sizeOf(p.type) > 16)) {
    const note = { code: 'C854', at, message: 'pass the address of the structure' };
    unit.report('C920', at, 'pass by value not supported', {}, 'error', [note]);
  }
  if (recursive) {
    unit.report(
      'C918',
      at,
      '{name} calls itself, and the verifier refuses recursion: write a loop',
      { name: `'${name}'` },
      'warning',
    );
  }
}

/** The variables that fill the stack, largest first. */
export function explainStack(
  func: Func,
): { code: string; at: number; message: string; args: Record<string, string | number> }[] {
  return func.blocks[0]!.insts.filter((inst) => inst.op === 'alloca' && inst.name !== '' && inst.size >= WORTH_NAMING)
    .sort((a, b) => b.size - a.size)
    .slice(0, 3)
    .map(({ at, name, size }) => ({
      code: 'C850',
      at,
      message: '{name} takes {bytes} of the 512 bytes',
      args: { name: `'${name}'`, bytes: size },
    }));
}

/** What to do instead, by the code of what a function's selection found. */
export const INSTEAD: Readonly<Record<string, { readonly code: string; readonly message: string }>> = {
  C901: {
    code: 'C851',
    message: 'a call passes at most five arguments, in r1 to r5: put some into a structure and pass its address',
  },
  C905: {
    code: 'C852',
    message:
      'call the function by its name, chosen with if or switch; bpf_loop() and bpf_for_each_map_elem() take the name of a static function',
  },
};
