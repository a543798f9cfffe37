// Stretches between two calls in which something holds: an RCU read section, preemption switched off.
import {
  KFUNC_bpf_preempt_disable,
  KFUNC_bpf_preempt_enable,
  KFUNC_bpf_rcu_read_lock,
  KFUNC_bpf_rcu_read_unlock,
} from '../generated/kfuncs';
import {
  MESSAGE_PREEMPT_SLEEPABLE,
  MESSAGE_PREEMPT_UNMATCHED,
  MESSAGE_RCU_NESTED,
  MESSAGE_RCU_SLEEPABLE,
  MESSAGE_RCU_UNMATCHED,
} from '../generated/verifier-messages';
import { env } from './environment';
import { fail1, fail2 } from './fail';
import { STATE_PREEMPT, STATE_RCU } from './layout';

/** What kernel function `id` begins or ends. */
export function enterOrLeave(id: i32): i32 {
  const state = env.state;
  const inside = load<i32>(state, STATE_RCU) != 0;
  const depth = load<i32>(state, STATE_PREEMPT);
  switch (id) {
    case KFUNC_bpf_rcu_read_lock:
      if (inside) return fail1(MESSAGE_RCU_NESTED, id);
      store<i32>(state, 1, STATE_RCU);
      return 0;
    case KFUNC_bpf_rcu_read_unlock:
      if (!inside) return fail1(MESSAGE_RCU_UNMATCHED, id);
      store<i32>(state, 0, STATE_RCU);
      return 0;
    case KFUNC_bpf_preempt_disable:
      store<i32>(state, depth + 1, STATE_PREEMPT);
      return 0;
    case KFUNC_bpf_preempt_enable:
      if (depth == 0) return fail1(MESSAGE_PREEMPT_UNMATCHED, id);
      store<i32>(state, depth - 1, STATE_PREEMPT);
      return 0;
    default:
      return 0;
  }
}
/** A helper that may sleep is about to be called. */
export function checkMaySleep(helper: i32): i32 {
  if (load<i32>(env.state, STATE_RCU) != 0) return fail2(MESSAGE_RCU_SLEEPABLE, helper, helper);
  return load<i32>(env.state, STATE_PREEMPT) != 0 ? fail2(MESSAGE_PREEMPT_SLEEPABLE, helper, helper) : 0;
}
