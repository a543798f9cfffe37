// A scenario's packet in a few words, for the page before anything ran: where from, where to, what.
import type { PacketSpec } from '../lab/api.ts';

export interface PacketWords {
  readonly source: string;
  readonly destination: string;
  readonly kind: string;
}

function kindOf(packet: PacketSpec): string {
  if (packet.arp) return `ARP ${packet.arp.operation}`;
  if (packet.icmp) return `ICMP ${packet.icmp.type ?? 'echo-request'}`;
  if (packet.udp) return `UDP ${packet.udp.source} → ${packet.udp.destination}`;
  if (packet.tcp) return `TCP ${packet.tcp.source} → ${packet.tcp.destination}`;
  if (packet.ipv6) return 'IPv6';
  if (packet.ipv4) return 'IPv4';
  return 'Ethernet';
}

export function describePacket(packet: PacketSpec): PacketWords {
  const ends = packet.ipv4 ?? packet.ipv6;
  return {
    source: ends?.source ?? packet.arp?.source ?? packet.ethernet?.source ?? '',
    destination: ends?.destination ?? packet.arp?.target ?? packet.ethernet?.destination ?? '',
    kind: packet.truncate === undefined ? kindOf(packet) : `${kindOf(packet)}, ${packet.truncate} bytes`,
  };
}
