// How the simulated network differs from Linux's, for the page that lists it: what, and why. Facts that a test holds are marked with its file.

export interface NetworkDifference {
  readonly id: string;
  /** one sentence */
  readonly what: string;
  /** one sentence */
  readonly why: string;
  /** the test that asserts it; absent: nothing of the kind is there to be tested */
  readonly test?: string;
}

export const NETWORK_DIFFERENCES: readonly NetworkDifference[] = [
  {
    id: 'cost',
    what: 'Nanoseconds are modelled: each kind of work has a price, of which two sums are published measurements.',
    why: 'A processor’s caches and pipelines are not simulated, so only counts and proportions mean something.',
    test: 'src/lab/network.test.ts',
  },
  {
    id: 'linear-data',
    what: 'All data of a packet lies in one piece; there are no fragments of an sk_buff, no GRO and no segmentation offload.',
    why: 'Packets of up to 3520 bytes fit a page, and programs see the same bytes either way.',
  },
  {
    id: 'tcp',
    what: 'TCP has a handshake, data in order, retransmission and both kinds of end, but no congestion control, no queue for segments out of order, no window scaling, no SACK, no time stamps and no TIME_WAIT.',
    why: 'A request and its answer need no more, and each of these would hide the way of the packet behind an algorithm.',
    test: 'src/lab/network.test.ts',
  },
  {
    id: 'tcp-options',
    what: 'A SYN carries the maximum segment size alone; authentication options are not looked at.',
    why: 'No other option is simulated.',
    test: 'src/lab/host.test.ts',
  },
  {
    id: 'icmp-redirect',
    what: 'A router that sends a packet back where it came from does not tell its sender of the shorter way.',
    why: 'ICMP redirect is not simulated; on Linux it is net.ipv4.conf.all.send_redirects.',
    test: 'src/lab/host.test.ts',
  },
  {
    id: 'icmp-parameter',
    what: 'Bad options and headers are dropped without the ICMP message “parameter problem”.',
    why: 'That message is not simulated.',
    test: 'src/lab/host.test.ts',
  },
  {
    id: 'icmp-limit',
    what: 'ICMP errors are limited by one bucket for each host; Linux has a second limit for all together and a third for those that routes cause.',
    why: 'One bucket is enough to show that errors are limited.',
  },
  {
    id: 'ip-options',
    what: 'IPv4 options are checked, but record-route and timestamp options are not filled in.',
    why: 'No packet of the course carries them.',
    test: 'src/lab/host.test.ts',
  },
  {
    id: 'ipv6-extensions',
    what: 'A malformed hop-by-hop header is dropped at delivery as IPV6_BAD_EXTHDR; Linux drops it while it checks the IPv6 header, as IP_INHDR.',
    why: 'Extension headers are walked in one place here.',
    test: 'src/lab/host.test.ts',
  },
  {
    id: 'link-local',
    what: 'Interfaces have no automatic IPv6 link-local address; there is no duplicate address detection, no router discovery and no MLD.',
    why: 'Scenarios name every address, so that every packet in the trace has a visible cause.',
  },
  {
    id: 'neighbours',
    what: 'Neighbour entries are asked for three times and do not age.',
    why: 'Scenarios last seconds, entries on Linux half a minute at least.',
    test: 'src/lab/network.test.ts',
  },
  {
    id: 'fragments',
    what: 'Fragments that overlap or end beyond 65,535 bytes end the whole packet, as on Linux, but may carry another drop reason.',
    why: 'Linux uses some of them up without a reason.',
    test: 'src/lab/host.test.ts',
  },
  {
    id: 'netfilter',
    what: 'Rules match addresses, ports, protocol and interfaces; there is no connection tracking and no address translation.',
    why: 'The course shows where the hooks are and what they cost, not a firewall.',
  },
  {
    id: 'qdisc',
    what: 'Packets leave in the order in which they are sent; no queueing discipline delays or reorders them.',
    why: 'tc is there for its programs (clsact, tcx), not for shaping.',
  },
  {
    id: 'cgroup-ping',
    what: 'Programs at cgroup/connect and cgroup/sendmsg are not asked about ping sockets.',
    why: 'The simulated ping has no address to rewrite.',
  },
  {
    id: 'cgroup-names',
    what: 'Programs at cgroup/getpeername, getsockname, setsockopt, getsockopt, sysctl and device can be loaded but not attached.',
    why: 'No simulated process makes those calls.',
  },
  {
    id: 'xdp-own-reasons',
    what: 'Drops by XDP, by a full ring and by a driver have reasons of the simulator’s own (XDP_DROP, RX_RING_FULL …).',
    why: 'Linux counts them without an sk_buff, in counters of the interface, and so without a reason of skb:kfree_skb.',
    test: 'src/lab/network.test.ts',
  },
];
