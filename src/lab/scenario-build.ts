// The network that a scenario describes, made in the simulated kernel: interfaces, routes, rules, sockets, programs where they hang. What
// the kernel refuses ends in a problem that names the place in the file.
import { XDP_FLAG } from '../bpf/network.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Kernel } from '../loader/kernel.ts';
import { errorName, type LoadedObject } from '../loader/load.ts';
import { Network } from './network.ts';
import { ATTACH, NetworkLinks } from './network-links.ts';
import { labDiagnostic } from './problems.ts';
import type { AttachPoint, NetworkScenario } from './scenario.ts';

const EPERM = -1;
/** nanoseconds of work between two samples, unless the scenario says otherwise */
export const PROFILE_PERIOD = 99;
const PROTOCOLS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17 };

/** What a scenario asks for and does not get, as a problem. */
export class Refused extends Error {
  readonly problem: Diagnostic;
  constructor(problem: Diagnostic) {
    super(problem.message);
    this.problem = problem;
  }
}

export class ScenarioNetwork {
  readonly network: Network;
  readonly links: NetworkLinks;
  /** numbers in the kernel by the scenario's names */
  readonly namespaces = new Map<string, number>([['', 0]]);
  readonly interfaces = new Map<string, number>();
  readonly cgroups = new Map<string, number>();
  readonly servers = new Map<string, number>();
  readonly clients = new Map<string, number>();
  /** servers and clients that a program of their cgroup refused a socket */
  readonly refused = new Set<string>();
  readonly #loaded: LoadedObject | null;
  readonly #scenario: NetworkScenario;
  readonly #file: string;

  /** `file`: name for messages */
  constructor(kernel: Kernel, loaded: LoadedObject | null, scenario: NetworkScenario, file: string) {
    this.#loaded = loaded;
    this.#scenario = scenario;
    this.#file = file;
    this.network = new Network(kernel);
    this.links = new NetworkLinks(kernel);
  }

  /** A result of the kernel that is no error; an error is said with its place. */
  good(result: number, path: string): number {
    if (result >= 0) return result;
    throw new Refused(labDiagnostic('S028', { file: this.#file, path, error: errorName(result) }));
  }

  #id(map: ReadonlyMap<string, number>, name: string | undefined): number {
    return map.get(name ?? '') ?? 0;
  }

  build(): void {
    const { network } = this;
    const scenario = this.#scenario;
    scenario.namespaces?.forEach((name, i) =>
      this.namespaces.set(name, this.good(network.namespace(name), `namespaces[${i}]`)),
    );
    scenario.interfaces.forEach((item, i) => {
      const path = `interfaces[${i}]`;
      const { name, namespace, kind, mac, mtu, queues, ring } = item;
      const ifindex = this.good(
        network.interface(name, {
          namespace: this.#id(this.namespaces, namespace),
          ...(kind === undefined ? {} : { kind }),
          ...(mac === undefined ? {} : { mac }),
          ...(mtu === undefined ? {} : { mtu }),
          ...(queues === undefined ? {} : { queues }),
          ...(ring === undefined ? {} : { ring }),
        }),
        path,
      );
      this.interfaces.set(name, ifindex);
      if (item.lower !== undefined)
        this.good(
          network.vlan(
            ifindex,
            this.#id(this.interfaces, item.lower),
            item.vlan ?? 0,
            item.protocol === '802.1ad' ? 0x88a8 : 0x8100,
          ),
          `${path}.vlan`,
        );
      item.addresses?.forEach((address, n) => this.good(network.address(ifindex, address), `${path}.addresses[${n}]`));
      for (const [address, hardware] of Object.entries(item.wire ?? {}))
        this.good(network.wireHost(ifindex, address, hardware), `${path}.wire`);
      for (const [address, hardware] of Object.entries(item.neighbours ?? {}))
        this.good(network.neighbour(ifindex, address, hardware), `${path}.neighbours`);
      if (item.capture) this.good(network.capture(ifindex), `${path}.capture`);
    });
    const paired = new Set<string>();
    scenario.interfaces.forEach((item, i) => {
      if (item.peer === undefined || paired.has(item.name)) return;
      this.good(
        network.pair(this.#id(this.interfaces, item.name), this.#id(this.interfaces, item.peer)),
        `interfaces[${i}].peer`,
      );
      paired.add(item.name).add(item.peer);
    });
    scenario.routes?.forEach((item, i) => {
      this.good(
        network.route(item.to, {
          namespace: this.#id(this.namespaces, item.namespace),
          ...(item.via === undefined ? {} : { via: item.via }),
          ...(item.kind === undefined ? {} : { kind: item.kind }),
          ...(item.metric === undefined ? {} : { metric: item.metric }),
          ...(item.interface === undefined ? {} : { interface: this.#id(this.interfaces, item.interface) }),
        }),
        `routes[${i}]`,
      );
    });
    for (const name of scenario.forwarding ?? []) network.forwarding(true, this.#id(this.namespaces, name));
    scenario.rules?.forEach((item, i) => {
      const { namespace, protocol, in: inside, out: outside, ...rest } = item;
      this.good(
        network.rule({
          ...rest,
          namespace: this.#id(this.namespaces, namespace),
          protocol: typeof protocol === 'string' ? (PROTOCOLS[protocol] ?? 0) : (protocol ?? 0),
          inInterface: this.#id(this.interfaces, inside),
          outInterface: this.#id(this.interfaces, outside),
        }),
        `rules[${i}]`,
      );
    });
    scenario.cgroups?.forEach((name, i) => this.cgroups.set(name, this.good(network.cgroup(name), `cgroups[${i}]`)));
  }

  /** Programs of cgroups hang before there are sockets, as they decide about them; all others when everything else stands. */
  attach(): void {
    this.#attach((at) => at.startsWith('cgroup-'));
    this.#startServers();
    this.#attach((at) => !at.startsWith('cgroup-'));
  }

  /** A server that a program refuses its socket or its address is not there; its counters say so. */
  #startServers(): void {
    this.#scenario.servers?.forEach((item, i) => {
      const { name, namespace, cgroup, ...rest } = item;
      const number = this.network.server({
        ...rest,
        namespace: this.#id(this.namespaces, namespace),
        cgroup: this.#id(this.cgroups, cgroup),
      });
      if (number === EPERM) this.refused.add(name);
      else this.servers.set(name, this.good(number, `servers[${i}]`));
    });
  }

  #attach(wanted: (at: AttachPoint) => boolean): void {
    const { links } = this;
    this.#scenario.attach?.forEach((item, i) => {
      if (!wanted(item.at)) return;
      const path = `attach[${i}]`;
      const program = this.#loaded?.programs.find(({ linked }) => linked.name === item.program);
      if (!program) {
        const known = this.#loaded?.programs.map(({ linked }) => linked.name).join(', ') ?? '';
        throw new Refused(
          labDiagnostic('S024', {
            file: this.#file,
            path: `${path}.program`,
            kind: 'program',
            name: item.program,
            known: known || 'none',
          }),
        );
      }
      const { fd } = program;
      const ifindex = this.#id(this.interfaces, item.interface);
      const cgroup = (): number => this.good(links.openCgroup(this.#id(this.cgroups, item.cgroup)), path);
      const filter = (direction: 'ingress' | 'egress'): number => {
        links.clsact(ifindex);
        return links.filter(
          ifindex,
          direction,
          fd,
          item.priority === undefined ? { handle: i + 1 } : { priority: item.priority, handle: i + 1 },
        );
      };
      const onCgroup = (event: keyof typeof ATTACH) => (): number => links.create(fd, cgroup(), ATTACH[event]);
      const attached: Readonly<Record<AttachPoint, () => number>> = {
        xdp: () => links.create(fd, ifindex, ATTACH.xdp),
        'xdp-native': () => links.create(fd, ifindex, ATTACH.xdp, XDP_FLAG.DRV_MODE),
        'xdp-generic': () => links.create(fd, ifindex, ATTACH.xdp, XDP_FLAG.SKB_MODE),
        'tcx-ingress': () => links.create(fd, ifindex, ATTACH.tcx_ingress),
        'tcx-egress': () => links.create(fd, ifindex, ATTACH.tcx_egress),
        'clsact-ingress': () => filter('ingress'),
        'clsact-egress': () => filter('egress'),
        'cgroup-ingress': onCgroup('cgroup_ingress'),
        'cgroup-egress': onCgroup('cgroup_egress'),
        'cgroup-sock-create': onCgroup('sock_create'),
        'cgroup-bind4': onCgroup('bind4'),
        'cgroup-bind6': onCgroup('bind6'),
        'cgroup-post-bind4': onCgroup('post_bind4'),
        'cgroup-post-bind6': onCgroup('post_bind6'),
        'cgroup-connect4': onCgroup('connect4'),
        'cgroup-connect6': onCgroup('connect6'),
        'cgroup-sendmsg4': onCgroup('sendmsg4'),
        'cgroup-sendmsg6': onCgroup('sendmsg6'),
        'cgroup-recvmsg4': onCgroup('recvmsg4'),
        'cgroup-recvmsg6': onCgroup('recvmsg6'),
        socket: () => links.socketFilter(this.#id(this.servers, item.server), fd),
        'perf-event': () => this.network.exports.netProfile(fd, BigInt(item.period ?? PROFILE_PERIOD)),
      };
      this.good(attached[item.at](), path);
    });
  }

  /** Clients begin when everything stands. */
  startClients(): void {
    const now = this.network.now();
    this.#scenario.clients?.forEach((item, i) => {
      const number = this.network.client({
        protocol: item.protocol,
        address: item.address,
        ...(item.port === undefined ? {} : { port: item.port }),
        rounds: item.count ?? 1,
        start: now + BigInt(item.start ?? 0) * 1_000_000n,
        interval: BigInt(item.interval ?? 1000) * 1_000_000n,
        ...(item.payload === undefined ? {} : { payload: item.payload }),
        namespace: this.#id(this.namespaces, item.namespace),
        cgroup: this.#id(this.cgroups, item.cgroup),
      });
      if (number === EPERM) this.refused.add(item.name);
      else this.clients.set(item.name, this.good(number, `clients[${i}]`));
    });
  }
}
