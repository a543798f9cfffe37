// How deep the stack can get over every chain of calls: 512 bytes at most.
import { MAX_BPF_STACK, MAX_CALL_FRAMES } from '../generated/limits';
import { usesPrivateStack } from '../generated/contexts';
import {
  MESSAGE_CALL_STACK_TOO_DEEP_STATIC,
  MESSAGE_STACK_COMBINED,
  MESSAGE_STACK_SUBPROGRAM,
  MESSAGE_TAIL_CALL_STACK,
} from '../generated/verifier-messages';
import { isFunctionLoad, isSubprogramCall } from './calls';
import {
  SUB_ASYNC,
  SUB_DEPTH,
  SUB_END,
  SUB_FLAGS,
  SUB_HAS_TAIL_CALL,
  SUB_START,
  env,
  immediateAt,
  subOf,
} from './environment';
import { fail1, fail2 } from './fail';
import { subprogramAt } from './subprograms';

/** Frames of this size and more get a stack of their own where the program type has that. */
const PRIVATE_MINIMUM: i32 = 64;
const returnTo: StaticArray<i32> = new StaticArray<i32>(MAX_CALL_FRAMES + 1);
const returnIn: StaticArray<i32> = new StaticArray<i32>(MAX_CALL_FRAMES + 1);
/** subprograms that run on the common stack: reached from an asynchronous callback */
const common: StaticArray<bool> = new StaticArray<bool>(512);

function frameBytes(number: i32): i32 {
  return (load<i32>(subOf(number), SUB_DEPTH) + 15) & ~15;
}
function isPrivate(number: i32, supported: bool): bool {
  return supported && !common[number] && frameBytes(number) >= PRIVATE_MINIMUM;
}

function checkFrom(root: i32, supported: bool): i32 {
  let depth = 0;
  let frame = 0;
  let number = root;
  let i = load<i32>(subOf(root), SUB_START);
  let entering = true;
  while (true) {
    if (entering) {
      if (!supported) common[number] = true;
      if (number != 0 && (load<i32>(subOf(number), SUB_FLAGS) & SUB_HAS_TAIL_CALL) != 0 && depth >= 256)
        return fail1(MESSAGE_TAIL_CALL_STACK, depth);
      const bytes = frameBytes(number);
      if (isPrivate(number, supported)) {
        if (bytes > MAX_BPF_STACK) return fail2(MESSAGE_STACK_SUBPROGRAM, number, bytes);
      } else {
        depth += bytes;
        if (depth > MAX_BPF_STACK) return fail2(MESSAGE_STACK_COMBINED, frame + 1, depth);
      }
      entering = false;
    }
    const end = load<i32>(subOf(number), SUB_END);
    while (i < end) {
      if (isSubprogramCall(i) || isFunctionLoad(i)) {
        const target = i + immediateAt(i) + 1;
        const callee = subprogramAt(target);
        const isAsync = (load<i32>(subOf(callee), SUB_FLAGS) & SUB_ASYNC) != 0;
        if (!isAsync || isSubprogramCall(i)) {
          returnTo[frame] = i + 1;
          returnIn[frame] = number;
          frame++;
          if (frame >= MAX_CALL_FRAMES) return fail1(MESSAGE_CALL_STACK_TOO_DEEP_STATIC, frame);
          i = target;
          number = callee;
          entering = true;
          break;
        }
      }
      i++;
    }
    if (entering) continue;
    if (frame == 0) return 0;
    if (!isPrivate(number, supported)) depth -= frameBytes(number);
    frame--;
    i = returnTo[frame];
    number = returnIn[frame];
  }
  return 0;
}

export function checkStackDepth(): i32 {
  let supported = usesPrivateStack(env.program.type);
  for (let i = 0; i < env.subprogramCount; i++) {
    common[i] = false;
    if ((load<i32>(subOf(i), SUB_FLAGS) & SUB_HAS_TAIL_CALL) != 0) supported = false;
  }
  for (let i = env.subprogramCount - 1; i >= 0; i--) {
    if (i != 0 && (load<i32>(subOf(i), SUB_FLAGS) & SUB_ASYNC) == 0) continue;
    const error = checkFrom(i, supported && i == 0);
    if (error != 0) return error;
  }
  return 0;
}
