// BPF_PROG_TEST_RUN of programs that see struct __sk_buff (Linux: bpf_prog_test_run_skb).
import { E2BIG, EFAULT, EINVAL, ENODEV, ENOSPC } from '../generated/errno';
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
import { LOOPBACK, deviceAt } from '../memory/devices';
import { toLinear } from '../memory/layout';
import {
  NET_DEVICE_IFINDEX,
  SHARED_GSO_SEGS,
  SHARED_GSO_SIZE,
  SKB_CB,
  SKB_CB_DATA,
  SKB_DEV,
  SKB_IIF,
  SKB_MARK,
  SKB_PRIORITY,
  SKB_PROTOCOL,
  SKB_TSTAMP,
} from '../memory/structures';
import { Program } from '../program';
import { PROG_TC, PROG_TC_ACTION } from '../rewrite/context';
import { ETHERNET_HEADER, moveData, openSkb, sharedInfo, skb, skbData, skbLength, skbStart } from './skb-buffer';
import { finishContext, runRepeatedly } from './test-run';
import { pointerAt, setU32, u32At } from './user';

const SK_BUFF_SIZE: u32 = 192;
/** a page less the headroom and struct skb_shared_info */
const MOST: u32 = 4096 - 64 - 320;

/** offsets in struct __sk_buff that a caller may set, with their sizes in bytes; everything else must be zero */
const MARK: u32 = 8;
const PRIORITY: u32 = 32;
const INGRESS_IFINDEX: u32 = 36;
const IFINDEX: u32 = 40;
const CB: u32 = 48;
const TSTAMP: u32 = 152;
const WIRE_LEN: u32 = 160;
const GSO_SEGS: u32 = 164;
const GSO_SIZE: u32 = 176;
const HWTSTAMP: u32 = 184;

const context: usize = memory.data(192);

function isZero(from: u32, to: u32): bool {
  for (let i = from; i < to; i++) if (load<u8>(context + i) != 0) return false;
  return true;
}

function onlyAllowed(): bool {
  return (
    isZero(0, MARK) &&
    isZero(MARK + 4, PRIORITY) &&
    isZero(IFINDEX + 4, CB) &&
    isZero(CB + 20, TSTAMP) &&
    isZero(GSO_SEGS + 4, GSO_SIZE) &&
    isZero(GSO_SIZE + 4, HWTSTAMP)
  );
}

/** Takes the caller's fields over; 0 or -errno. */
function setFields(): i64 {
  const wire = load<u32>(context, WIRE_LEN);
  if (wire != 0 && (wire < skbLength() || wire > 65536)) return -EINVAL;
  store<u32>(skb, wire != 0 ? wire : skbLength(), SKB_CB);
  if (load<u32>(context, GSO_SEGS) > 65535) return -EINVAL;
  store<u32>(skb, load<u32>(context, MARK), SKB_MARK);
  store<u32>(skb, load<u32>(context, PRIORITY), SKB_PRIORITY);
  store<u32>(skb, load<u32>(context, INGRESS_IFINDEX), SKB_IIF);
  store<u64>(skb, load<u64>(context, TSTAMP), SKB_TSTAMP);
  memory.copy(skb + SKB_CB_DATA, context + CB, 20);
  store<u16>(sharedInfo(), <u16>load<u32>(context, GSO_SEGS), SHARED_GSO_SEGS);
  store<u16>(sharedInfo(), <u16>load<u32>(context, GSO_SIZE), SHARED_GSO_SIZE);
  return 0;
}

function takeFields(): void {
  store<u32>(context, load<u32>(skb, SKB_MARK), MARK);
  store<u32>(context, load<u32>(skb, SKB_PRIORITY), PRIORITY);
  store<u32>(context, load<u32>(skb, SKB_IIF), INGRESS_IFINDEX);
  store<u32>(context, load<u32>(toLinear(load<u64>(skb, SKB_DEV)), NET_DEVICE_IFINDEX), IFINDEX);
  store<u64>(context, load<u64>(skb, SKB_TSTAMP), TSTAMP);
  store<u32>(context, load<u32>(skb, SKB_CB), WIRE_LEN);
  store<u32>(context, load<u16>(sharedInfo(), SHARED_GSO_SEGS), GSO_SEGS);
  memory.copy(context + CB, skb + SKB_CB_DATA, 20);
}

export function runSkb(program: Program): i64 {
  if (u32At(ATTR_TEST_RUN_flags_u32) & ~(<u32>4) || u32At(ATTR_TEST_RUN_cpu_u32) || u32At(ATTR_TEST_RUN_batch_size_u32))
    return -EINVAL;
  const size = u32At(ATTR_TEST_RUN_data_size_in_u32);
  if (size < ETHERNET_HEADER || size > MOST) return -EINVAL;
  const from = pointerAt(ATTR_TEST_RUN_data_in_ptr, size);
  if (from == 0) return -EFAULT;
  memory.fill(context, 0, SK_BUFF_SIZE);
  const contextSize = u32At(ATTR_TEST_RUN_ctx_size_in_u32);
  if (contextSize != 0) {
    const given = pointerAt(ATTR_TEST_RUN_ctx_in_ptr, contextSize);
    if (given == 0) return -EFAULT;
    for (let i = SK_BUFF_SIZE; i < contextSize; i++) if (load<u8>(given + i) != 0) return -E2BIG;
    memory.copy(context, given, min<u32>(contextSize, SK_BUFF_SIZE));
  }
  let ifindex = load<u32>(context, IFINDEX);
  if (ifindex > LOOPBACK && deviceAt(ifindex) == 0) return -ENODEV;
  if (ifindex == 0) ifindex = LOOPBACK;
  const linkLayer = program.type == PROG_TC || program.type == PROG_TC_ACTION || program.type == 12;
  const buffer = openSkb(from, size, ifindex, linkLayer);
  // What says that it is IP has a header of it.
  const protocol = load<u16>(skb, SKB_PROTOCOL);
  if (protocol == 0x0008 && size < ETHERNET_HEADER + 20) return -EINVAL;
  if (protocol == 0xdd86 && size < ETHERNET_HEADER + 40) return -EINVAL;
  if (contextSize != 0) {
    if (!onlyAllowed()) return -EINVAL;
    const error = setFields();
    if (error) return error;
  }
  const failed = program.unverified
    ? runRepeatedly(program, skbStart(), <u64>skbLength())
    : runRepeatedly(program, buffer, 0);
  if (failed) return failed;

  if (!linkLayer) {
    // The program did not see the link-layer header; what comes out has room for it.
    moveData(-(<i32>ETHERNET_HEADER));
    memory.fill(skbData(), 0, ETHERNET_HEADER);
  }
  const outSize = skbLength();
  const hint = u32At(ATTR_TEST_RUN_data_size_out_u32);
  const copied = hint != 0 && outSize > hint ? hint : outSize;
  const to = pointerAt(ATTR_TEST_RUN_data_out_ptr, copied);
  if (to != 0) memory.copy(to, skbData(), copied);
  setU32(ATTR_TEST_RUN_data_size_out_u32, outSize);
  if (copied < outSize) return -ENOSPC;
  if (contextSize != 0 && u32At(ATTR_TEST_RUN_ctx_size_out_u32) != 0) {
    takeFields();
    return finishContext(context, SK_BUFF_SIZE);
  }
  return 0;
}
