// The packet of the running program, whichever structure it has.
import { PROG_XDP, hasConvertedContext } from '../rewrite/context';
import { skbData, skbLength } from '../syscall/skb-buffer';
import { xdpPacket, xdpPacketSize } from '../syscall/xdp-buffer';
import { runningType } from '../vm/run';

/** Bytes of the packet; 0 for a program that has none. */
export function packetLength(): u32 {
  if (runningType == PROG_XDP) return xdpPacketSize();
  return hasConvertedContext(runningType) ? skbLength() : 0;
}

/** Linear address of its first byte. */
export function packetStart(): usize {
  return runningType == PROG_XDP ? xdpPacket() : skbData();
}
