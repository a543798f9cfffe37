// Which function does which kernel function (kfunc). They have the helpers' shape and stand behind them in the same table: the
// rewriter turns a call by BTF type number into one of entry FIRST_KERNEL_FUNCTION + the row's position.
import {
  FIRST_KERNEL_FUNCTION,
  KFUNC_CHECKED,
  KFUNC_COUNT,
  KFUNC_bpf_dynptr_adjust,
  KFUNC_bpf_dynptr_clone,
  KFUNC_bpf_dynptr_copy,
  KFUNC_bpf_dynptr_from_skb,
  KFUNC_bpf_dynptr_from_xdp,
  KFUNC_bpf_dynptr_is_null,
  KFUNC_bpf_dynptr_is_rdonly,
  KFUNC_bpf_dynptr_memset,
  KFUNC_bpf_dynptr_size,
  KFUNC_bpf_dynptr_slice,
  KFUNC_bpf_dynptr_slice_rdwr,
  KFUNC_bpf_iter_num_destroy,
  KFUNC_bpf_iter_num_new,
  KFUNC_bpf_iter_num_next,
  KFUNC_bpf_preempt_disable,
  KFUNC_bpf_preempt_enable,
  KFUNC_bpf_rcu_read_lock,
  KFUNC_bpf_rcu_read_unlock,
  kfuncFlags,
  kfuncNumber,
  kfuncRow,
} from '../generated/kfuncs';
import { HELPER_TABLE } from '../memory/layout';
import {
  dynptrAdjust,
  dynptrClone,
  dynptrCopy,
  dynptrFill,
  dynptrFromSkb,
  dynptrFromXdp,
  dynptrIsNull,
  dynptrIsReadOnly,
  dynptrSize,
  dynptrSlice,
  dynptrSliceWritable,
} from './dynptrs';
import { endNumbers, iterateNumbers, nextNumber } from './iterators';
import { HelperFunction } from './table';

/** one more than the greatest number in the table */
export const CALL_LIMIT: i32 = FIRST_KERNEL_FUNCTION + KFUNC_COUNT;

/** One processor, no preemption, nothing freed behind a reader's back: the section is there anyhow. */
function nothing(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64): u64 {
  return 0;
}
function set(id: i32, implementation: HelperFunction): void {
  store<u32>(HELPER_TABLE + ((<usize>(FIRST_KERNEL_FUNCTION + kfuncRow(id))) << 2), implementation.index);
}

export function resetKernelFunctions(): void {
  memory.fill(HELPER_TABLE + ((<usize>FIRST_KERNEL_FUNCTION) << 2), 0, (<usize>KFUNC_COUNT) << 2);
  set(KFUNC_bpf_iter_num_new, iterateNumbers);
  set(KFUNC_bpf_iter_num_next, nextNumber);
  set(KFUNC_bpf_iter_num_destroy, endNumbers);
  set(KFUNC_bpf_dynptr_from_skb, dynptrFromSkb);
  set(KFUNC_bpf_dynptr_from_xdp, dynptrFromXdp);
  set(KFUNC_bpf_dynptr_slice, dynptrSlice);
  set(KFUNC_bpf_dynptr_slice_rdwr, dynptrSliceWritable);
  set(KFUNC_bpf_dynptr_adjust, dynptrAdjust);
  set(KFUNC_bpf_dynptr_is_null, dynptrIsNull);
  set(KFUNC_bpf_dynptr_is_rdonly, dynptrIsReadOnly);
  set(KFUNC_bpf_dynptr_size, dynptrSize);
  set(KFUNC_bpf_dynptr_clone, dynptrClone);
  set(KFUNC_bpf_dynptr_copy, dynptrCopy);
  set(KFUNC_bpf_dynptr_memset, dynptrFill);
  set(KFUNC_bpf_rcu_read_lock, nothing);
  set(KFUNC_bpf_rcu_read_unlock, nothing);
  set(KFUNC_bpf_preempt_disable, nothing);
  set(KFUNC_bpf_preempt_enable, nothing);
}

/** First function that the verifier knows and that has no code here, or the other way round: its BTF type number; 0: they agree. */
export function kernelFunctionMismatch(): i32 {
  for (let i = 0; i < KFUNC_COUNT; i++) {
    const promised = (kfuncFlags(i) & KFUNC_CHECKED) != 0;
    const there = load<u32>(HELPER_TABLE + ((<usize>(FIRST_KERNEL_FUNCTION + i)) << 2)) != 0;
    if (promised != there) return kfuncNumber(i);
  }
  return 0;
}
