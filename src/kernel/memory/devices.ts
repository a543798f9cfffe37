// Network devices: struct net_device in the arena, found by interface number. The machine has a loopback device from the start;
// BPF_PROG_TEST_RUN lets packets arrive there, as Linux does.
import { allocateObject } from './arena';
import { toVirtual } from './layout';
import {
  NET_DEVICE_FLAGS,
  NET_DEVICE_HARD_HEADER_LEN,
  NET_DEVICE_IFINDEX,
  NET_DEVICE_MTU,
  NET_DEVICE_NAME,
  NET_DEVICE_SIZE,
} from './structures';

/** bytes of the link-layer header; the loopback device has Ethernet's */
const ETHERNET_HEADER: u16 = 14;
const IFF_UP: u32 = 0x1;
const IFF_LOOPBACK: u32 = 0x8;
const IFF_RUNNING: u32 = 0x40;
export const LOOPBACK: u32 = 1;
const LOOPBACK_MTU: u32 = 65536;

/** linear addresses by interface number */
let devices: Array<usize> = [];

export function resetDevices(): void {
  devices = [0];
  addDevice('lo', LOOPBACK_MTU, IFF_UP | IFF_LOOPBACK | IFF_RUNNING);
}

/** A new device; its interface number. */
export function addDevice(name: string, mtu: u32, flags: u32): u32 {
  const index = <u32>devices.length;
  const at = allocateObject(NET_DEVICE_SIZE);
  store<u32>(at, mtu, NET_DEVICE_MTU);
  store<u32>(at, flags, NET_DEVICE_FLAGS);
  store<u16>(at, ETHERNET_HEADER, NET_DEVICE_HARD_HEADER_LEN);
  store<u32>(at, index, NET_DEVICE_IFINDEX);
  for (let i = 0; i < min(name.length, 15); i++) store<u8>(at + i, <u8>name.charCodeAt(i), NET_DEVICE_NAME);
  devices.push(at);
  return index;
}

/** Virtual address of the struct net_device of interface `index`; 0: there is none. */
export function deviceAt(index: u32): u64 {
  return index > 0 && index < <u32>devices.length ? toVirtual(devices[index]) : 0;
}
