// The cable of a NIC: what leaves by it, and hosts at its other end that answer address resolution (and nothing else).
import { clock } from '../cpu';
import { STAGE_wire, VERDICT_consumed } from '../generated/network';
import { reserve } from '../memory/arena';
import { captureFrame } from './capture';
import { NetDevice, netDevice } from './device';
import { arrive, queueFor } from './driver';
import { announce, setTimer } from './machine';
import { markFrame } from './record';
import { same6 } from './route';
import { TIMER_WIRE } from './timers';
import { partialSum, foldSum } from '../memory/checksum';

/** answers under way: interface, size, frame; as many as this */
const PENDING: u32 = 64;
const ANSWER: usize = 128;
/** until an answer arrives: 20 µs */
const ROUND_TRIP: u64 = 20_000;
let answers: usize = 0;

export function resetWire(): void {
  answers = reserve(<usize>PENDING * ANSWER);
}

function freeAnswer(): i32 {
  for (let i: u32 = 0; i < PENDING; i++) if (load<u32>(answers + <usize>i * ANSWER) == 0) return i;
  return -1;
}

/** Sends a frame out of the machine. */
export function wireOut(device: NetDevice, frame: usize, size: u32, packet: u32): void {
  markFrame(packet, STAGE_wire, VERDICT_consumed, 0, device.ifindex, frame, size, 0, device.namespace);
  if (device.captured) captureFrame(device, frame, size, true, packet);
  if (size >= 42 && load<u16>(frame, 12) == 0x0608 && load<u16>(frame, 20) == 0x0100) answerArp(device, frame);
  else if (size >= 78 && load<u16>(frame, 12) == 0xdd86 && load<u8>(frame, 20) == 58 && load<u8>(frame, 54) == 135)
    answerSolicitation(device, frame);
}

function answerArp(device: NetDevice, frame: usize): void {
  const wanted = load<u32>(frame, 38);
  const index = device.wire4.indexOf(wanted);
  const slot = freeAnswer();
  if (index < 0 || slot < 0) return;
  const mac = device.wireMac4[index];
  const at = answers + <usize>slot * ANSWER;
  store<u32>(at, device.ifindex);
  store<u32>(at, 60, 4);
  const to = at + 8;
  memory.fill(to, 0, 60);
  memory.copy(to, frame + 6, 6);
  memory.copy(to + 6, mac, 6);
  memory.copy(to + 12, frame + 12, 8);
  store<u16>(to, 0x0200, 20);
  memory.copy(to + 22, mac, 6);
  store<u32>(to, wanted, 28);
  memory.copy(to + 32, frame + 22, 10);
  setTimer(TIMER_WIRE, slot, ROUND_TRIP);
}

function answerSolicitation(device: NetDevice, frame: usize): void {
  let index = -1;
  for (let i = 0; i < device.wire6.length; i++) if (same6(device.wire6[i], frame + 62)) index = i;
  const slot = freeAnswer();
  if (index < 0 || slot < 0) return;
  const mac = device.wireMac6[index];
  const at = answers + <usize>slot * ANSWER;
  store<u32>(at, device.ifindex);
  store<u32>(at, 86, 4);
  const to = at + 8;
  memory.copy(to, frame + 6, 6);
  memory.copy(to + 6, mac, 6);
  store<u16>(to, 0xdd86, 12);
  const header = to + 14;
  store<u32>(header, 0x60);
  store<u16>(header, bswap<u16>(32), 4);
  store<u8>(header, 58, 6);
  store<u8>(header, 255, 7);
  memory.copy(header + 8, frame + 62, 16);
  memory.copy(header + 24, frame + 22, 16);
  const body = header + 40;
  memory.fill(body, 0, 32);
  store<u8>(body, 136);
  // solicited, override
  store<u8>(body, 0x60, 4);
  memory.copy(body + 8, frame + 62, 16);
  store<u8>(body, 2, 24);
  store<u8>(body, 1, 25);
  memory.copy(body + 26, mac, 6);
  let sum = partialSum(header + 8, 32, 0);
  sum = partialSum(body, 32, sum);
  store<u32>(scratch, bswap<u32>(32));
  store<u32>(scratch, bswap<u32>(58), 4);
  sum = partialSum(scratch, 8, sum);
  store<u16>(body, foldSum(sum), 2);
  setTimer(TIMER_WIRE, slot, ROUND_TRIP);
}

const scratch: usize = memory.data(8);

/** An answer comes back. */
export function wireTimer(slot: u32): void {
  const at = answers + <usize>slot * ANSWER;
  const device = netDevice(load<u32>(at));
  const size = load<u32>(at, 4);
  store<u32>(at, 0);
  if (device == null || clock == 0) return;
  const ring = queueFor(device, at + 8, size);
  announce(ring);
  arrive(ring, at + 8, size);
}
