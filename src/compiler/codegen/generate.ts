// One function from SSA to instructions.
import type { Func } from '../ir/ir.ts';
import { SAVED_REGISTERS } from '../kernel-mode/convention.ts';
import { allocateRegisters } from './allocate.ts';
import { type CompiledFunction, emitFunction } from './emit.ts';
import { lower } from './lower.ts';
import { removeRepeatedConstants } from './phi-constants.ts';
import { orderLoads } from './schedule.ts';
import { type SelectionError, Selector } from './select.ts';
import type { Target } from './target.ts';

export function generateFunction(func: Func, target: Target, error: SelectionError): CompiledFunction {
  lower(func, target);
  const selector = new Selector(func, target, error);
  if (target.kernelMode) selector.out.frame = SAVED_REGISTERS;
  const machine = selector.run();
  removeRepeatedConstants(machine);
  orderLoads(machine);
  if (!allocateRegisters(machine))
    error('C911', func.declaration.at, 'ran out of registers during register allocation');
  if (target.kernelMode && machine.frame > target.stackLimit) {
    error(
      'C917',
      func.declaration.at,
      'the function needs more stack than the kernel gives a task: 16 kB for everything',
    );
  } else if (machine.frame > target.stackLimit) {
    error(
      'C900',
      func.declaration.at,
      'Looks like the BPF stack limit is exceeded. Please move large on stack variables into BPF per-cpu array map. For non-kernel uses, the stack can be increased using -mllvm -bpf-stack-size.',
    );
  }
  return emitFunction(machine, func.declaration, target, error);
}
