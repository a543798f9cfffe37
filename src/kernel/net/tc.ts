// tc's two points: programs attached by tcx links come first, in order, then the filters of clsact, in the order of their preferences
// (Linux: sch_handle_ingress and sch_handle_egress).
import { COST_tc } from '../generated/costs';
import {
  DROP_TC_EGRESS,
  DROP_TC_INGRESS,
  STAGE_tc_egress,
  STAGE_tc_ingress,
  VERDICT_consumed,
  VERDICT_drop,
  VERDICT_pass,
  VERDICT_redirect,
} from '../generated/network';
import { SKB_TC_AT, SKB_TC_INDEX } from '../memory/structures';
import { toVirtual } from '../memory/layout';
import { fitSkb, selectSkb } from '../syscall/skb-buffer';
import { charge } from './account';
import { dataOf, freeSkb, lengthOf, packetOf } from './buffers';
import { Attachment, NetDevice } from './device';
import { halted, noteRun, runOnPacket } from './programs';
import { markSkb } from './record';

export const TC_ACT_UNSPEC: i32 = -1;
const TC_ACT_OK: i32 = 0;
const TC_ACT_RECLASSIFY: i32 = 1;
const TC_ACT_SHOT: i32 = 2;
const TC_ACT_PIPE: i32 = 3;
const TC_ACT_STOLEN: i32 = 4;
const TC_ACT_QUEUED: i32 = 5;
const TC_ACT_TRAP: i32 = 8;
const TC_ACT_REDIRECT: i32 = 7;

/** skb->tc_at_ingress */
const AT_INGRESS: u8 = 4;

/** what runTc says: go on, gone, or to be redirected */
export const TC_GO_ON: i32 = 0;
export const TC_GONE: i32 = 1;
export const TC_REDIRECT: i32 = 2;

function run(attachment: Attachment, skb: usize): i32 {
  selectSkb(skb);
  fitSkb();
  const program = attachment.program;
  const r0 = runOnPacket(program, toVirtual(skb), packetOf(skb), dataOf(skb), lengthOf(skb));
  noteRun(dataOf(skb), lengthOf(skb));
  return <i32>r0;
}

/** The packet's data begins at its link-layer header. After TC_GONE the packet is no longer the caller's. */
export function runTc(device: NetDevice, skb: usize, ingress: bool): i32 {
  const links = ingress ? device.tcxIngress : device.tcxEgress;
  const filters = ingress ? device.filtersIngress : device.filtersEgress;
  if (links.length == 0 && filters.length == 0) return TC_GO_ON;
  charge(COST_tc, 1);
  const marks = load<u8>(skb, SKB_TC_AT);
  store<u8>(skb, ingress ? marks | AT_INGRESS : marks & ~AT_INGRESS, SKB_TC_AT);
  let verdict = TC_ACT_UNSPEC;
  for (let i = 0; i < links.length; i++) {
    verdict = run(links[i], skb);
    if (halted != 0) return TC_GONE;
    // TCX_NEXT
    if (verdict == TC_ACT_UNSPEC) {
      tell(device, skb, ingress, VERDICT_pass, verdict);
      continue;
    }
    break;
  }
  // What tcx does not know becomes TCX_NEXT, which leaves it to clsact.
  if (links.length > 0 && !isFinal(verdict)) verdict = TC_ACT_UNSPEC;
  if (verdict == TC_ACT_UNSPEC) {
    for (let i = 0; i < filters.length; i++) {
      const filter = filters[i];
      verdict = run(filter, skb);
      if (halted != 0) return TC_GONE;
      if (!filter.directAction) {
        // Without direct-action the value is a class: 0 no match, -1 the filter's own.
        if (verdict != 0) store<u16>(skb, <u16>verdict, SKB_TC_INDEX);
        verdict = verdict == 0 ? TC_ACT_UNSPEC : TC_ACT_OK;
      } else if (!isKnown(verdict)) verdict = TC_ACT_UNSPEC;
      if (verdict != TC_ACT_UNSPEC) break;
      tell(device, skb, ingress, VERDICT_pass, verdict);
    }
    if (verdict == TC_ACT_UNSPEC) return TC_GO_ON;
  }
  switch (verdict) {
    case TC_ACT_SHOT:
      tell(device, skb, ingress, VERDICT_drop, ingress ? DROP_TC_INGRESS : DROP_TC_EGRESS);
      freeSkb(skb);
      return TC_GONE;
    case TC_ACT_STOLEN:
    case TC_ACT_QUEUED:
    case TC_ACT_TRAP:
      tell(device, skb, ingress, VERDICT_consumed, verdict);
      freeSkb(skb);
      return TC_GONE;
    case TC_ACT_REDIRECT:
      tell(device, skb, ingress, VERDICT_redirect, verdict);
      return TC_REDIRECT;
    default:
      tell(device, skb, ingress, VERDICT_pass, verdict);
      return TC_GO_ON;
  }
}

function isFinal(verdict: i32): bool {
  return verdict == TC_ACT_OK || verdict == TC_ACT_SHOT || verdict == TC_ACT_REDIRECT;
}

function isKnown(verdict: i32): bool {
  return (
    verdict == TC_ACT_OK ||
    verdict == TC_ACT_SHOT ||
    verdict == TC_ACT_STOLEN ||
    verdict == TC_ACT_TRAP ||
    verdict == TC_ACT_REDIRECT ||
    verdict == TC_ACT_RECLASSIFY ||
    verdict == TC_ACT_PIPE
  );
}

function tell(device: NetDevice, skb: usize, ingress: bool, verdict: i32, value: i32): void {
  const stage = ingress ? STAGE_tc_ingress : STAGE_tc_egress;
  markSkb(skb, stage, verdict, <u32>value, device.ifindex, lengthOf(skb), 0, device.namespace);
}
