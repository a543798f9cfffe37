// Functions by their BTF: which are global (checked alone, for any arguments of their prototype), and what those arguments are.
import { EINVAL } from '../generated/errno';
import { contextIsNamed } from '../generated/contexts';
import {
  MESSAGE_FUNC_INFO_COUNT,
  MESSAGE_FUNC_INFO_MISMATCH,
  MESSAGE_GLOBAL_ARGUMENT_TYPE,
  MESSAGE_GLOBAL_CTX_CALL,
  MESSAGE_GLOBAL_NOT_NULL,
  MESSAGE_GLOBAL_NOT_SCALAR,
  MESSAGE_GLOBAL_NOT_SCALAR_RETURN,
  MESSAGE_GLOBAL_REFERENCE_TYPE,
  MESSAGE_GLOBAL_TOO_MANY_ARGUMENTS,
  MESSAGE_LD_ABS_ABNORMAL_RETURN,
  MESSAGE_LD_ABS_WITHOUT_BTF,
  MESSAGE_TAIL_CALL_ABNORMAL_RETURN,
  MESSAGE_TAIL_CALL_WITHOUT_BTF,
} from '../generated/verifier-messages';
import {
  PTR_MAYBE_NULL,
  PTR_TO_CTX,
  PTR_TO_MEM,
  REG_SIZE,
  REG_id,
  REG_memorySize,
  REG_type,
  SCALAR_VALUE,
} from '../generated/verifier-records';
import {
  KIND_DECL_TAG,
  KIND_ENUM,
  KIND_ENUM64,
  KIND_FUNC,
  KIND_FUNC_PROTO,
  KIND_INT,
  KIND_PTR,
  LINKAGE_GLOBAL,
  declarationTagComponent,
  declarationTagTarget,
  kindOfType,
  membersOf,
  nameIs,
  openBtf,
  parameterType,
  referenceOf,
  sizeOfType,
  skipModifiers,
  typeCount,
} from './btf';
import {
  SUB_ARGUMENTS,
  SUB_ARGUMENTS_READY,
  SUB_ARGUMENT_KINDS,
  SUB_ARGUMENT_SIZES,
  SUB_BTF,
  SUB_FLAGS,
  SUB_GLOBAL,
  SUB_HAS_LD_ABS,
  SUB_HAS_TAIL_CALL,
  SUB_START,
  SUB_UNRELIABLE,
  env,
  subOf,
} from './environment';
import { checkArgumentOffset } from './context';
import { fail, fail1, fail3, fail4 } from './fail';
import { checkHelperMemory } from './helper-memory';
import { registerOf } from './layout';
import { markNotNull } from './null-branches';
import { registerNow } from './operands';
import { isNullScalar, markKnownZero, markUnknown, mayBeNull } from './registers';

const ARGUMENT_SCALAR: i32 = 1;
const ARGUMENT_CONTEXT: i32 = 2;
const ARGUMENT_MEMORY: i32 = 3;
const ARGUMENT_MEMORY_OR_NULL: i32 = 4;
const MOST_ARGUMENTS: i32 = 5;

export function hasFunctionInfo(): bool {
  return env.program.functionInfo.length > 0;
}
function isScalarType(id: u32): bool {
  const kind = kindOfType(skipModifiers(id));
  return kind == KIND_INT || kind == KIND_ENUM || kind == KIND_ENUM64;
}

/** Function information must name each subprogram once, in order; without it, some things are not for subprograms. */
export function checkFunctionInfo(): i32 {
  const info = env.program.functionInfo;
  if (info.length == 0 || !openBtf(env.program.btf, env.program.btfSize)) {
    for (let i = 1; i < env.subprogramCount; i++) {
      const flags = load<i32>(subOf(i), SUB_FLAGS);
      if ((flags & SUB_HAS_LD_ABS) != 0) return fail(MESSAGE_LD_ABS_WITHOUT_BTF);
      if ((flags & SUB_HAS_TAIL_CALL) != 0) return fail(MESSAGE_TAIL_CALL_WITHOUT_BTF);
    }
    return 0;
  }
  if (info.length != env.subprogramCount) return fail(MESSAGE_FUNC_INFO_COUNT);
  for (let i = 0; i < env.subprogramCount; i++) {
    const sub = subOf(i);
    if (load<i32>(sub, SUB_START) != info[i].instruction) return fail(MESSAGE_FUNC_INFO_MISMATCH);
    const type = info[i].typeId;
    if (kindOfType(type) != KIND_FUNC || kindOfType(referenceOf(type)) != KIND_FUNC_PROTO) return -EINVAL;
    store<u32>(sub, type, SUB_BTF);
    let flags = load<i32>(sub, SUB_FLAGS);
    if (membersOf(type) == LINKAGE_GLOBAL) flags |= SUB_GLOBAL;
    store<i32>(sub, flags, SUB_FLAGS);
    if (i > 0 && !isScalarType(referenceOf(referenceOf(type)))) {
      if ((flags & SUB_HAS_LD_ABS) != 0) return fail(MESSAGE_LD_ABS_ABNORMAL_RETURN);
      if ((flags & SUB_HAS_TAIL_CALL) != 0) return fail(MESSAGE_TAIL_CALL_ABNORMAL_RETURN);
    }
  }
  return 0;
}

/** "arg:ctx" and "arg:nonnull" on parameter `i` of function `type`. */
function hasTag(type: u32, i: i32, tag: string): bool {
  for (let id = 1; id < typeCount(); id++) {
    if (
      kindOfType(id) == KIND_DECL_TAG &&
      declarationTagTarget(id) == type &&
      declarationTagComponent(id) == i &&
      nameIs(id, tag)
    )
      return true;
  }
  return false;
}
function isContextPointer(pointer: u32): bool {
  return contextIsNamed(env.program.type, skipModifiers(referenceOf(pointer)));
}
function prepareArgument(number: i32, type: u32, i: i32, parameter: u32, global: bool): i32 {
  const sub = subOf(number);
  const kinds = sub + SUB_ARGUMENT_KINDS + (i << 2);
  const target = skipModifiers(parameter);
  const kind = kindOfType(target);
  if (kind == KIND_PTR) {
    if (hasTag(type, i, 'arg:ctx') || isContextPointer(target)) {
      store<i32>(kinds, ARGUMENT_CONTEXT);
      return 0;
    }
    if (!global) return -EINVAL;
    const pointee = skipModifiers(referenceOf(target));
    const size = sizeOfType(pointee);
    if (size < 0) return fail4(MESSAGE_GLOBAL_REFERENCE_TYPE, i, kindOfType(pointee), pointee, -EINVAL);
    store<i32>(kinds, hasTag(type, i, 'arg:nonnull') ? ARGUMENT_MEMORY : ARGUMENT_MEMORY_OR_NULL);
    store<u32>(sub + SUB_ARGUMENT_SIZES + (i << 2), <u32>size);
    return 0;
  }
  if (kind == KIND_INT || kind == KIND_ENUM || kind == KIND_ENUM64) {
    store<i32>(kinds, ARGUMENT_SCALAR);
    return 0;
  }
  return global ? fail3(MESSAGE_GLOBAL_ARGUMENT_TYPE, i, kind, number) : -EINVAL;
}
/** Reads the arguments of a subprogram's prototype, once. */
export function prepareArguments(number: i32): i32 {
  const sub = subOf(number);
  const flags = load<i32>(sub, SUB_FLAGS);
  if ((flags & SUB_ARGUMENTS_READY) != 0) return 0;
  const type = load<u32>(sub, SUB_BTF);
  if (type == 0 || (flags & SUB_UNRELIABLE) != 0) return -EINVAL;
  const global = (flags & SUB_GLOBAL) != 0;
  const proto = referenceOf(type);
  const count = membersOf(proto);
  if (count > MOST_ARGUMENTS) {
    if (!global) return -EINVAL;
    return fail3(MESSAGE_GLOBAL_TOO_MANY_ARGUMENTS, number, count, MOST_ARGUMENTS);
  }
  if (!isScalarType(referenceOf(proto))) return global ? tellNotScalar(number) : -EINVAL;
  for (let i = 0; i < count; i++) {
    const error = prepareArgument(number, type, i, parameterType(proto, i), global);
    if (error != 0) return error;
  }
  store<i32>(sub, count, SUB_ARGUMENTS);
  store<i32>(sub, flags | SUB_ARGUMENTS_READY, SUB_FLAGS);
  return 0;
}
function tellNotScalar(number: i32): i32 {
  fail1(MESSAGE_GLOBAL_NOT_SCALAR_RETURN, number);
  return -EINVAL;
}

/** Memory of the prototype's size must be readable and writable; null is accepted here. */
function checkMemoryArgument(number: i32, size: i32): i32 {
  const r = registerNow(number);
  if (isNullScalar(r)) return 0;
  const nullable = mayBeNull(load<i32>(r, REG_type));
  if (nullable) {
    memory.copy(saved, r, REG_SIZE);
    markNotNull(r);
  }
  let error = checkHelperMemory(number, size, false, true, false);
  if (error == 0) error = checkHelperMemory(number, size, true, true, false);
  if (nullable) memory.copy(r, saved, REG_SIZE);
  return error != 0 ? -EINVAL : 0;
}
const saved: usize = memory.data(REG_SIZE, 8);

function matchArguments(number: i32): i32 {
  const sub = subOf(number);
  const error = prepareArguments(number);
  if (error != 0) return error;
  const count = load<i32>(sub, SUB_ARGUMENTS);
  for (let i = 0; i < count; i++) {
    const r = registerNow(i + 1);
    const type = load<i32>(r, REG_type);
    const kind = load<i32>(sub + SUB_ARGUMENT_KINDS + (i << 2));
    if (kind == ARGUMENT_SCALAR) {
      if (type != SCALAR_VALUE) return fail1(MESSAGE_GLOBAL_NOT_SCALAR, i + 1);
    } else if (kind == ARGUMENT_CONTEXT) {
      const moved = checkArgumentOffset(r, i + 1);
      if (moved != 0) return moved;
      if (type != PTR_TO_CTX) return fail1(MESSAGE_GLOBAL_CTX_CALL, i);
    } else {
      const wrong = checkMemoryArgument(i + 1, load<i32>(sub + SUB_ARGUMENT_SIZES + (i << 2)));
      if (wrong != 0) return wrong;
      if (kind == ARGUMENT_MEMORY && mayBeNull(type)) return fail1(MESSAGE_GLOBAL_NOT_NULL, i);
    }
  }
  return 0;
}
/** Do r1 to r5 fit the subprogram's prototype? A mismatch makes its BTF unreliable. */
export function checkGlobalArguments(number: i32): i32 {
  const sub = subOf(number);
  if (!hasFunctionInfo() || (load<i32>(sub, SUB_FLAGS) & SUB_UNRELIABLE) != 0) return -EINVAL;
  const error = matchArguments(number);
  if (error != 0) store<i32>(sub, load<i32>(sub, SUB_FLAGS) | SUB_UNRELIABLE, SUB_FLAGS);
  return error;
}
/** The main program's prototype only counts when it is one context pointer. */
export function prepareMain(): void {
  if (!hasFunctionInfo()) return;
  const sub = subOf(0);
  const error = prepareArguments(0);
  const fits =
    error == 0 && load<i32>(sub, SUB_ARGUMENTS) == 1 && load<i32>(sub + SUB_ARGUMENT_KINDS) == ARGUMENT_CONTEXT;
  if (!fits) store<i32>(sub, load<i32>(sub, SUB_FLAGS) | SUB_UNRELIABLE, SUB_FLAGS);
}
/** The registers with which a global function is checked on its own. */
export function setArguments(number: i32, frame: usize): i32 {
  const error = prepareArguments(number);
  if (error != 0) return error;
  const sub = subOf(number);
  const count = load<i32>(sub, SUB_ARGUMENTS);
  for (let i = 0; i < count; i++) {
    const r = registerOf(frame, i + 1);
    const kind = load<i32>(sub + SUB_ARGUMENT_KINDS + (i << 2));
    if (kind == ARGUMENT_SCALAR) {
      markUnknown(r);
      continue;
    }
    markKnownZero(r);
    if (kind == ARGUMENT_CONTEXT) {
      store<i32>(r, PTR_TO_CTX, REG_type);
      continue;
    }
    store<i32>(r, kind == ARGUMENT_MEMORY_OR_NULL ? PTR_TO_MEM | PTR_MAYBE_NULL : PTR_TO_MEM, REG_type);
    store<u32>(r, load<u32>(sub + SUB_ARGUMENT_SIZES + (i << 2)), REG_memorySize);
    if (kind == ARGUMENT_MEMORY_OR_NULL) store<u32>(r, ++env.nextId, REG_id);
  }
  return 0;
}
