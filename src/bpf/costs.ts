// What each kind of work costs on the simulated machine, with where the figure comes from. The kernel counts the work where it is
// done and multiplies; nothing else makes simulated time pass in the network path. Units are picoseconds, so that sums are whole.
//
// Two totals are published measurements and fix the scale; how a total is divided among its parts is a model, and says so:
//   XDP drop             24 million packets a second and core = 41.7 ns
//   drop in iptables raw 4.8 million packets a second and core = 208 ns
// (both: Høiland-Jørgensen et al., CoNEXT 2018, section "Packet Drop Performance" with its figure 3: 64-byte packets, one core of a Xeon
// E5-1650 v4 at 3.60 GHz, Mellanox ConnectX-5, Linux 4.18; with connection tracking the same stack drops 1.8 million. The authors' sources
// and raw data: https://github.com/tohojo/xdp-paper). `examples/packet-cost` measures one's own machine.

export interface Cost {
  readonly name: string;
  readonly picoseconds: number;
  /** what is counted */
  readonly unit: string;
  /** measured: the figure itself; modelled: a share of a measured total, or a figure that others of the kind suggest */
  readonly kind: 'measured' | 'modelled';
  readonly source: string;
}

const XDP_PAPER =
  'T. Høiland-Jørgensen et al., The eXpress Data Path, CoNEXT 2018, doi:10.1145/3281411.3281443, section 4.1 (drop) and 4.3 (forwarding)';
const CLOUDFLARE =
  'M. Majkowski, How to drop 10 million packets per second, 2018, https://blog.cloudflare.com/how-to-drop-10-million-packets/';
const XDP_SHARE = `share of the 41.7 ns of an XDP drop: ${XDP_PAPER}`;
const RAW_SHARE = `share of the 208 ns of a drop in iptables' raw table, less the 41.7 ns of XDP's: ${XDP_PAPER}`;
const APPLICATION_SHARE = `share of what a packet costs that an application reads and forgets: ${CLOUDFLARE}`;

const row = (
  name: string,
  picoseconds: number,
  unit: string,
  source: string,
  kind: Cost['kind'] = 'modelled',
): Cost => ({ name, picoseconds, unit, kind, source });

/** In the order of the kernel's numbers (COST_…). */
export const COSTS: readonly Cost[] = [
  row(
    'interrupt',
    1_000_000,
    'interrupts, each of which starts a poll',
    `amortized over a full poll of 64 packets: ${XDP_SHARE}`,
  ),
  row('rx_descriptor', 14_000, 'frames that the driver takes from the ring', XDP_SHARE),
  row('xdp_frame', 7_000, 'struct xdp_buff made ready, program dispatched', XDP_SHARE),
  row(
    'bpf_instruction',
    300,
    'eBPF instructions',
    'about three a nanosecond, as compiled code runs on a processor of 3 GHz',
  ),
  row('skb_alloc', 28_000, 'struct sk_buff taken from its slab and filled', RAW_SHARE),
  row('skb_free', 22_000, 'struct sk_buff given back', RAW_SHARE),
  row('buffer_alloc', 18_000, 'packet buffers taken from the allocator', RAW_SHARE),
  row('buffer_free', 8_000, 'packet buffers given back', RAW_SHARE),
  row('page_recycle', 4_000, 'pages back into the driver’s pool', XDP_SHARE),
  row('copy_byte', 60, 'bytes copied', 'copying within the cache at about 16 bytes a nanosecond; ' + RAW_SHARE),
  row('checksum_byte', 40, 'bytes summed', 'at about 25 bytes a nanosecond; ' + RAW_SHARE),
  row('receive_core', 24_000, 'packets through the receive core (taps, VLAN, protocol)', RAW_SHARE),
  row(
    'tc',
    12_000,
    'packets that tc’s ingress or egress point looks at',
    `${CLOUDFLARE}: a drop there is a little quicker than in the raw table`,
  ),
  row('hook', 14_000, 'netfilter hook points with something registered', RAW_SHARE),
  row('rule', 9_000, 'rules compared', RAW_SHARE),
  row('ip_checks', 14_000, 'IP headers checked', RAW_SHARE),
  row('route_lookup', 30_000, 'routing tables asked', `${XDP_PAPER}: forwarding`),
  row('neighbour_lookup', 10_000, 'neighbour tables asked', `${XDP_PAPER}: forwarding`),
  row('fragment_lookup', 40_000, 'fragments filed', 'as two lookups in a hash table'),
  row('socket_lookup', 25_000, 'socket tables asked', APPLICATION_SHARE),
  row('transport', 40_000, 'segments and datagrams through UDP or TCP', APPLICATION_SHARE),
  row('socket_queue', 50_000, 'packets put into a socket’s queue', APPLICATION_SHARE),
  row('wakeup', 1_200_000, 'processes woken', APPLICATION_SHARE),
  row('syscall', 150_000, 'system calls', APPLICATION_SHARE),
  row('qdisc', 20_000, 'packets through a queueing discipline', `${XDP_PAPER}: forwarding`),
  row('tx_descriptor', 22_000, 'frames that a driver sends', `${XDP_PAPER}: XDP_TX against XDP_DROP`),
  row('cross_cpu', 90_000, 'packets handed to another processor', `${XDP_PAPER}: cpumap`),
  row('redirect', 12_000, 'XDP redirects', `${XDP_PAPER}: XDP_REDIRECT against XDP_TX`),
  row('cgroup', 8_000, 'cgroup programs dispatched', 'as an XDP program is'),
  row(
    'kernel_instruction',
    300,
    'instructions of kernel and modules on the road that runs as C',
    'the same price as an eBPF instruction: here they are the same instructions',
  ),
];

/** Numbers by name, for the kernel. */
export const COST: Readonly<Record<string, number>> = Object.fromEntries(COSTS.map(({ name }, i) => [name, i]));
export const COST_COUNT = COSTS.length;
export const COST_PICOSECONDS: Readonly<Record<string, number>> = Object.fromEntries(
  COSTS.map(({ name, picoseconds }) => [name, picoseconds]),
);
