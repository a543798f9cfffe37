// The buffer that an XDP program works on: one page as a driver has it, struct xdp_buff and xdp_rxq_info in their 6.18 layout.
// Only data_meta (or data) … data_end is accessible; helpers that move the borders call `fit`.
import { allocateObject, reserve } from '../memory/arena';
import { LOOPBACK, deviceAt } from '../memory/devices';
import { toLinear, toVirtual } from '../memory/layout';
import { SHADOW_OUTSIDE_PACKET, conceal, expose } from '../memory/shadow';
import {
  RXQ_DEV,
  RXQ_QUEUE_INDEX,
  RXQ_SIZE,
  XDP_BUFF_SIZE,
  XDP_DATA,
  XDP_DATA_END,
  XDP_DATA_HARD_START,
  XDP_DATA_META,
  XDP_FRAME_SIZE,
  XDP_RXQ,
  XDP_TXQ,
  TXQ_DEV,
} from '../memory/structures';

/** XDP_PACKET_HEADROOM */
export const XDP_HEADROOM: u32 = 256;
/** SKB_DATA_ALIGN(sizeof(struct skb_shared_info)): stays free at the end of the page */
export const XDP_TAILROOM: u32 = 320;
const PAGE: u32 = 4096;
/** bytes of a packet that fit into the page */
export const XDP_LINEAR_MOST: u32 = PAGE - XDP_HEADROOM - XDP_TAILROOM;

/** the buffer that programs work on: first byte, and how many are a packet's to use */
let page: usize = 0;
let pageBytes: u32 = PAGE;
/** a test run's own page, and its receive queue */
let ownPage: usize = 0;
let ownRxq: usize = 0;
let buff: usize = 0;
let rxq: usize = 0;
let txq: usize = 0;
/** bytes behind the page (fragments), which programs reach through helpers only */
let rest: usize = 0;
export let restSize: u32 = 0;

export function resetXdp(): void {
  openFrom = 0;
  openTo = 0;
  ownPage = reserve(PAGE);
  page = ownPage;
  pageBytes = PAGE;
  rest = reserve(PAGE);
  buff = allocateObject(XDP_BUFF_SIZE);
  ownRxq = allocateObject(RXQ_SIZE);
  rxq = ownRxq;
  txq = allocateObject(RXQ_SIZE);
  store<u64>(buff, toVirtual(rxq), XDP_RXQ);
  store<u64>(buff, toVirtual(page), XDP_DATA_HARD_START);
  store<u32>(buff, PAGE, XDP_FRAME_SIZE);
}

/** A test run's page is all zero but for the packet, each time. */
export function clearPage(): void {
  memory.fill(ownPage, 0, PAGE);
}

export function setRest(size: u32): void {
  restSize = size;
}

export function fragmentBytes(): usize {
  return rest;
}

/** linear addresses between which the page is accessible now; equal: nowhere */
let openFrom: usize = 0;
let openTo: usize = 0;

/** Makes what is between the borders accessible, and nothing else of the page. Packets of one size in a row change nothing. */
export function fit(): void {
  const data = toLinear(load<u64>(buff, XDP_DATA));
  const meta = toLinear(load<u64>(buff, XDP_DATA_META));
  const start = meta <= data ? meta : data;
  const end = toLinear(load<u64>(buff, XDP_DATA_END));
  if (start == openFrom && end == openTo) return;
  conceal(page, pageBytes, SHADOW_OUTSIDE_PACKET);
  expose(start, end - start);
  openFrom = start;
  openTo = end;
}

/**
 * Puts `size` bytes, of which the first `metaSize` are metadata, into the buffer, at most `inPage` of them where programs can reach
 * them directly; the context's virtual address.
 */
export function openXdp(
  from: usize,
  size: u32,
  metaSize: u32,
  ifindex: u32,
  queue: u32,
  inPage: u32 = XDP_LINEAR_MOST,
): u64 {
  if (page != ownPage) selectPage(ownPage, PAGE, PAGE, ownRxq);
  const linear = min<u32>(size, inPage);
  const start = page + XDP_HEADROOM - metaSize;
  memory.copy(start, from, linear);
  restSize = size - linear;
  if (restSize > 0) memory.copy(rest, from + linear, restSize);
  store<u64>(buff, toVirtual(start + metaSize), XDP_DATA);
  store<u64>(buff, toVirtual(start + linear), XDP_DATA_END);
  store<u64>(buff, toVirtual(start), XDP_DATA_META);
  store<u64>(rxq, deviceAt(ifindex == 0 ? LOOPBACK : ifindex), RXQ_DEV);
  store<u32>(rxq, queue, RXQ_QUEUE_INDEX);
  fit();
  return toVirtual(buff);
}

function selectPage(first: usize, bytes: u32, frame: u32, queue: usize): void {
  page = first;
  pageBytes = bytes;
  rxq = queue;
  openFrom = 0;
  openTo = 0;
  store<u64>(buff, toVirtual(first), XDP_DATA_HARD_START);
  store<u64>(buff, toVirtual(queue), XDP_RXQ);
  store<u32>(buff, frame, XDP_FRAME_SIZE);
}

/**
 * A frame where a driver or the stack has it: `size` bytes at `data` in a buffer that begins at `first` and has `frame` bytes (the
 * last 320 are not the packet's), received by the queue whose struct xdp_rxq_info is at `queue`; the context's virtual address.
 */
export function openXdpAt(first: usize, frame: u32, data: usize, size: u32, metaSize: u32, queue: usize): u64 {
  selectPage(first, frame - XDP_TAILROOM, frame, queue);
  restSize = 0;
  store<u64>(buff, toVirtual(data), XDP_DATA);
  store<u64>(buff, toVirtual(data + size), XDP_DATA_END);
  store<u64>(buff, toVirtual(data - metaSize), XDP_DATA_META);
  fit();
  return toVirtual(buff);
}

export const XDP_PAGE: usize = <usize>PAGE;
/** bytes that keepXdp writes */
export const XDP_KEPT: usize = XDP_BUFF_SIZE;

/** linear address of the test run's struct xdp_rxq_info */
export function testQueue(): usize {
  return ownRxq;
}

/** Notes the context, for another packet to have its place for a while. */
export function keepXdp(to: usize): void {
  memory.copy(to, buff, XDP_BUFF_SIZE);
}

/** The packet in the page at `first` is the one to work on again. */
export function returnToXdp(first: usize, kept: usize): void {
  selectPage(first, PAGE - XDP_TAILROOM, PAGE, ownRxq);
  memory.copy(buff, kept, XDP_BUFF_SIZE);
  fit();
}

/** The device that the frame will be sent by, for programs in a devmap. */
export function setXdpEgress(device: u64): void {
  store<u64>(txq, device, TXQ_DEV);
  store<u64>(buff, device == 0 ? 0 : toVirtual(txq), XDP_TXQ);
}

/** Bytes of metadata in front of the packet; none when a program has said so (data_meta behind data). */
export function xdpMetaSize(): u32 {
  const data = load<u64>(buff, XDP_DATA);
  const meta = load<u64>(buff, XDP_DATA_META);
  return meta < data ? <u32>(data - meta) : 0;
}

/** Virtual address of the packet's first byte. */
export function xdpData(): u64 {
  return load<u64>(buff, XDP_DATA);
}

/** Linear address of the packet's first byte, and how many are in the page. */
export function xdpPacket(): usize {
  return toLinear(xdpData());
}

export function xdpPacketSize(): u32 {
  return <u32>(load<u64>(buff, XDP_DATA_END) - load<u64>(buff, XDP_DATA));
}

/** Bytes from data_meta to the end, fragments included. */
export function xdpSize(): u32 {
  return <u32>(load<u64>(buff, XDP_DATA_END) - load<u64>(buff, XDP_DATA_META)) + restSize;
}

/** Copies `size` bytes of the packet, metadata first, to `to`. */
export function takeXdp(to: usize, size: u32): void {
  const meta = toLinear(load<u64>(buff, XDP_DATA_META));
  const linear = <u32>(toLinear(load<u64>(buff, XDP_DATA_END)) - meta);
  memory.copy(to, meta, min<u32>(size, linear));
  if (size > linear) memory.copy(to + linear, rest, size - linear);
}

/** struct xdp_md of the state after the run, addresses as offsets from the metadata's start. */
export function takeXdpContext(to: usize): void {
  const meta = load<u64>(buff, XDP_DATA_META);
  store<u32>(to, <u32>(load<u64>(buff, XDP_DATA) - meta));
  store<u32>(to, <u32>(load<u64>(buff, XDP_DATA_END) - meta), 4);
}
