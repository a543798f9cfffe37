// BPF_PROG_TEST_RUN of an XDP program (Linux: bpf_prog_test_run_xdp).
import { E2BIG, EFAULT, EINVAL, ENODEV, ENOSPC, ENOTSUPP } from '../generated/errno';
import {
  ATTR_TEST_RUN_batch_size_u32,
  ATTR_TEST_RUN_cpu_u32,
  ATTR_TEST_RUN_ctx_in_ptr,
  ATTR_TEST_RUN_ctx_size_in_u32,
  ATTR_TEST_RUN_ctx_size_out_u32,
  ATTR_TEST_RUN_data_in_ptr,
  ATTR_TEST_RUN_data_out_ptr,
  ATTR_TEST_RUN_data_size_in_u32,
  ATTR_TEST_RUN_data_size_out_u32,
  ATTR_TEST_RUN_flags_u32,
} from '../generated/syscall';
import { deviceAt } from '../memory/devices';
import { Program } from '../program';
import {
  XDP_LINEAR_MOST,
  XDP_TAILROOM,
  clearPage,
  openXdp,
  takeXdp,
  takeXdpContext,
  xdpData,
  xdpSize,
} from './xdp-buffer';
import { finishContext, runRepeatedly } from './test-run';
import { pointerAt, setU32, u32At } from './user';

const ETHERNET_HEADER: u32 = 14;
const XDP_MD_SIZE: u32 = 24;
const LIVE_FRAMES: u32 = 2;
/** what the headroom has beside struct xdp_frame */
const MOST_METADATA: u32 = 216;
const MOST: u32 = 4096;

/** struct xdp_md as the caller passed it; all zero without one */
const context: usize = memory.data(24);

export function runXdp(program: Program): i64 {
  const flags = u32At(ATTR_TEST_RUN_flags_u32);
  if (flags & ~LIVE_FRAMES) return -EINVAL;
  if (flags & LIVE_FRAMES) return -ENOTSUPP;
  if (u32At(ATTR_TEST_RUN_batch_size_u32) != 0 || u32At(ATTR_TEST_RUN_cpu_u32) != 0) return -EINVAL;
  const size = u32At(ATTR_TEST_RUN_data_size_in_u32);
  const from = pointerAt(ATTR_TEST_RUN_data_in_ptr, size);

  memory.fill(context, 0, XDP_MD_SIZE);
  const contextSize = u32At(ATTR_TEST_RUN_ctx_size_in_u32);
  if (contextSize != 0) {
    const given = pointerAt(ATTR_TEST_RUN_ctx_in_ptr, contextSize);
    if (given == 0) return -EINVAL;
    for (let i = XDP_MD_SIZE; i < contextSize; i++) if (load<u8>(given + i) != 0) return -E2BIG;
    memory.copy(context, given, min<u32>(contextSize, XDP_MD_SIZE));
  }
  const metaSize = load<u32>(context);
  const ifindex = load<u32>(context, 12);
  const queue = load<u32>(context, 16);
  let inPage = XDP_LINEAR_MOST;
  if (contextSize != 0) {
    // Metadata comes first in data_in; where it ends is data, and it may not begin anywhere but at 0.
    const end = load<u32>(context, 4);
    if (load<u32>(context, 8) != 0 || end > size || metaSize > end) return -EINVAL;
    if (metaSize & 3 || metaSize > MOST_METADATA) return -EINVAL;
    // A packet may be cut in two: what is behind data_end is a fragment.
    inPage = min<u32>(end, XDP_LINEAR_MOST);
    if (load<u32>(context, 20) != 0) return -EINVAL;
    if (ifindex == 0 && queue != 0) return -EINVAL;
    if (ifindex != 0 && deviceAt(ifindex) == 0) return -ENODEV;
    if (queue != 0) return -EINVAL;
  }
  // Raw programs may be given any memory, or none.
  if (size < ETHERNET_HEADER && !program.unverified) return -EINVAL;
  if (from == 0 && size > 0) return -EFAULT;
  if (size > MOST - XDP_TAILROOM && size - XDP_LINEAR_MOST > MOST) return -EINVAL;

  clearPage();
  const buffer = openXdp(from, size, metaSize, ifindex, queue, inPage);
  // An unverified program gets the packet itself, as there is nobody to rewrite its context accesses.
  const failed = program.unverified
    ? runRepeatedly(program, xdpData(), size - metaSize)
    : runRepeatedly(program, buffer, 0);
  if (failed) return failed;

  const outSize = xdpSize();
  let error: i64 = 0;
  const hint = u32At(ATTR_TEST_RUN_data_size_out_u32);
  let copied = outSize;
  if (hint != 0 && copied > hint) {
    copied = hint;
    error = -ENOSPC;
  }
  const to = pointerAt(ATTR_TEST_RUN_data_out_ptr, copied);
  if (to != 0) takeXdp(to, copied);
  setU32(ATTR_TEST_RUN_data_size_out_u32, outSize);
  if (error) return error;
  if (contextSize != 0 && u32At(ATTR_TEST_RUN_ctx_size_out_u32) != 0) {
    takeXdpContext(context);
    return finishContext(context, XDP_MD_SIZE);
  }
  return 0;
}
