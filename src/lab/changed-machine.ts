// One machine on a cable, and the one change that is made to it: as a patch, as a module or as an eBPF program. Each can be started, stopped,
// replaced, and can fail; the same frames go the same way whichever it is, as kernel and network path are the same ones.
import { compile } from '../compiler/compile.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { oopsLines } from '../explain/oops.ts';
import { COSTS } from '../bpf/costs.ts';
import { RECORD, STAGE, VERDICT, DROP_REASONS } from '../bpf/network.ts';
import type { Kernel } from '../loader/kernel.ts';
import { errorName, type LoadedObject } from '../loader/load.ts';
import { isProblem, problem } from '../loader/problems.ts';
import type { Project, VerifyReport } from './api.ts';
import { buildKernel, KernelLab, moduleName, type Built } from './kernel-lab.ts';
import { loadInto } from './kernel-types.ts';
import { accepted, explanationOf, verifyReport } from './lab.ts';
import { Network, type NetworkCounts } from './network.ts';
import { ATTACH, NetworkLinks } from './network-links.ts';
import { HOST, UNWANTED, WELCOME } from './traffic.ts';
import { FATES, type Fate, type MachineState, type Way, type WayCounts, type WayFault } from './way-report.ts';

/** the kernel's file that a patch changes */
const PATCHED = 'ip_input.c';
/** frames that arrive before the machine is left alone with them */
const BURST = 64;
const TRACE_BYTES = 4 << 20;

/** Reasons that speak of a patch's, a module's or a program's verdict. A patch leaves ip_rcv_core() by `goto drop`, which says no more. */
const REFUSALS = new Set(
  ['NOT_SPECIFIED', 'NETFILTER_DROP', 'XDP_DROP', 'XDP_ABORTED'].map((name) => DROP_REASONS.indexOf(name)),
);
const STAGE_NAMES = new Map<number, string>(Object.entries(STAGE).map(([name, id]) => [id, name]));

/** What came of getting a change into the machine. */
export interface Started {
  readonly started: boolean;
  readonly diagnostics: readonly Diagnostic[];
  readonly said: string;
  readonly verified: readonly VerifyReport[] | null;
}

/** Where each of some frames ended. */
export interface Ended {
  readonly fate: Fate;
  readonly stage: string;
  readonly reason: string;
}

export interface StartOptions {
  readonly program?: string | undefined;
  readonly parameters?: Readonly<Record<string, string>> | undefined;
}

/** One for each kernel: it listens to the kernel's boots for as long as that lives. */
const labs = new WeakMap<Kernel, KernelLab>();
function labOf(kernel: Kernel): KernelLab {
  let lab = labs.get(kernel);
  if (!lab) labs.set(kernel, (lab = new KernelLab(kernel)));
  return lab;
}

/** The kernel as the course ships it; unpacked once. */
let stock: readonly Uint8Array[] | null = null;
const stockImage = (): readonly Uint8Array[] => (stock ??= buildKernel().objects ?? []);

export class ChangedMachine {
  readonly kernel: Kernel;
  readonly lab: KernelLab;
  /** restarts since the first boot */
  reboots = -1;
  /** anew with each boot */
  network: Network;
  nic = 0;
  #bootedAt = 0n;
  readonly #seed: number;
  #change: { readonly way: Way; readonly name: string } | null = null;
  #file = PATCHED;
  #link = -1;

  constructor(kernel: Kernel, seed = 1) {
    this.kernel = kernel;
    this.lab = labOf(kernel);
    this.#seed = seed;
    this.network = new Network(kernel);
    this.boot(stockImage());
  }

  /** Restarts the machine: whatever was in memory is gone, its network is set up anew. Not null: this image does not link, the old one runs. */
  boot(image: readonly Uint8Array[] = stockImage()): Diagnostic | null {
    const problem = this.lab.boot(image, { seed: this.#seed });
    if (problem) {
      if (image === stockImage()) throw new Error(problem.message);
      this.boot();
      return problem;
    }
    this.reboots++;
    this.#link = -1;
    // With an image in memory, the eBPF interpreter is what is there on every machine.
    this.kernel.setEngine('interpreter');
    const net = (this.network = new Network(this.kernel));
    this.#bootedAt = net.now();
    const nic = (this.nic = net.interface('eth0', { mac: '02:00:00:00:00:02' }));
    net.up(nic);
    net.address(nic, `${HOST}/24`);
    for (const address of [UNWANTED, ...WELCOME]) net.wireHost(nic, address, '02:00:00:00:00:01');
    net.server({ protocol: 'udp', port: 53, application: 'echo' });
    net.server({ protocol: 'tcp', port: 7, application: 'echo' });
    return null;
  }

  /** The power button: the last kernel that was built starts again, without what was loaded into it. */
  reboot(): void {
    this.boot();
    this.#change = null;
  }

  /** simulated nanoseconds since the machine was started */
  uptime(): number {
    return Number(this.network.now() - this.#bootedAt);
  }

  state(): MachineState {
    return this.lab.state();
  }

  start(way: Way, project: Project, options: StartOptions = {}): Started {
    if (way === 'patch') return this.#patch(project);
    if (way === 'module') return this.#insert(project, options);
    return this.#attach(project, options);
  }

  /** Takes the change out again; what it said. */
  stop(): string {
    const change = this.#change;
    this.#change = null;
    if (change?.way === 'patch') this.boot();
    else if (change?.way === 'module') return this.lab.remove(change.name);
    else if (change) {
      new NetworkLinks(this.kernel).detach(this.#link);
      this.#link = -1;
    }
    return '';
  }

  /**
   * Another version in the place of the one that runs. `between` is called at every moment when packets could meet neither: after rmmod, while
   * the machine restarts (then they meet nobody). An eBPF link goes from one program to the next between two packets.
   */
  replace(project: Project, options: StartOptions = {}, between: () => void = () => undefined): Started {
    const change = this.#change;
    if (!change) throw new Error('nothing was started');
    if (change.way === 'module') {
      const said = this.lab.remove(change.name);
      if (said !== '') return { started: false, diagnostics: [], said, verified: null };
      between();
      return this.#insert(project, options);
    }
    if (change.way === 'patch') return this.#patch(project);
    return this.#attach(project, options);
  }

  #patch(project: Project): Started {
    const { diagnostics, objects } = buildPatch(project);
    const said = '';
    if (!objects) return { started: false, diagnostics, said, verified: null };
    const problem = this.boot(objects);
    if (problem) return { started: false, diagnostics: [...diagnostics, problem], said, verified: null };
    this.#file = project.main;
    this.#change = { way: 'patch', name: '' };
    return { started: true, diagnostics, said, verified: null };
  }

  #insert(project: Project, { parameters }: StartOptions): Started {
    const report = this.lab.insert(project.files, project.main, parameters);
    const { diagnostics, message } = report;
    const failed = message !== '' || diagnostics.some((diagnostic) => diagnostic.severity === 'error');
    if (!failed) this.#change = { way: 'module', name: moduleName(project.main) };
    return { started: !failed, diagnostics, said: message, verified: null };
  }

  #attach(project: Project, { program: wanted }: StartOptions): Started {
    const compiled = compile({ files: new Map(Object.entries(project.files)), main: project.main });
    const refused = (
      more: readonly Diagnostic[],
      verified: readonly VerifyReport[] | null = null,
      said = '',
    ): Started => ({ started: false, diagnostics: [...compiled.diagnostics, ...more], said, verified });
    if (!compiled.object) return refused([]);
    const loaded = loadInto(this.kernel, compiled.object, project.main, {
      recording: 'failing-path',
      ...(wanted === undefined ? {} : { program: wanted }),
    });
    if (isProblem(loaded)) return refused([loaded.problem]);
    const verified = loaded.programs.map((program) => verifyReport(loaded, program));
    const refusals = refusalsOf(loaded);
    if (refusals.length > 0) return refused(refusals, verified);
    const [program] = loaded.programs;
    if (!program || loaded.programs.length > 1)
      return refused(
        [problem('L015', { programs: loaded.programs.map((p) => p.linked.name).join(', ') }).problem],
        verified,
      );
    const links = new NetworkLinks(this.kernel);
    const attached =
      this.#link >= 0 ? links.update(this.#link, program.fd) : links.create(program.fd, this.nic, ATTACH.xdp);
    if (attached < 0) return refused([], verified, errorName(attached));
    if (this.#link < 0) this.#link = attached;
    this.#change = { way: 'ebpf', name: program.linked.name };
    return { started: true, diagnostics: compiled.diagnostics, said: '', verified };
  }

  /** Frames arrive, `gap` nanoseconds apart, and the machine works until it has nothing left to do. Where each of them ended. */
  send(frames: readonly Uint8Array[], gap: bigint): Ended[] {
    const { network, nic } = this;
    const ended: Ended[] = [];
    network.trace(0xffffffff, TRACE_BYTES);
    for (let from = 0; from < frames.length; from += BURST) {
      network.exports.netClearRecords();
      const burst = frames.slice(from, from + BURST);
      const start = network.now() + gap;
      const numbers = burst.map((frame, i) => network.arrive(nic, frame, start + gap * BigInt(i)));
      // What was sent wakes somebody up and is answered; retransmissions are not waited for.
      network.pass(gap * BigInt(burst.length) + 1_000_000n);
      ended.push(...this.#ends(numbers));
    }
    network.trace(0, 0);
    return ended;
  }

  #ends(numbers: readonly number[]): Ended[] {
    const { network, kernel } = this;
    const bytes = kernel.read(network.exports.netRecords(), network.exports.netRecordBytes());
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const last = new Map<number, number>();
    for (const number of numbers) last.set(number, -1);
    let newest = -1;
    for (let at = 0; at + RECORD.size <= bytes.length; at += RECORD.size) {
      const packet = view.getUint32(at + RECORD.packet_u32, true);
      if (!last.has(packet)) continue;
      last.set(packet, at);
      if (view.getUint16(at + RECORD.stage_u16, true) !== STAGE.nic_ring) newest = packet;
    }
    const dead = this.state() !== 'alive';
    return numbers.map((number): Ended => {
      const at = number < 0 ? -1 : (last.get(number) ?? -1);
      if (at < 0) return { fate: 'unseen', stage: '', reason: '' };
      const id = view.getUint16(at + RECORD.stage_u16, true);
      const verdict = view.getUint8(at + RECORD.verdict_u8);
      const stage = STAGE_NAMES.get(id) ?? '';
      if (verdict === VERDICT.drop) {
        const reason = view.getUint32(at + RECORD.value_u32, true);
        const fate = REFUSALS.has(reason) ? 'refused' : 'discarded';
        return { fate, stage, reason: DROP_REASONS[reason] ?? String(reason) };
      }
      // A dead machine was working on the packet of its last record.
      if (dead && number === newest) return { fate: 'fatal', stage, reason: '' };
      if (dead && id === STAGE.nic_ring) return { fate: 'unseen', stage: '', reason: '' };
      return { fate: 'delivered', stage, reason: '' };
    });
  }

  faults(): WayFault[] {
    return this.lab.faults().map(({ report, source }) => ({
      title: oopsLines(report)[0] ?? '',
      kind: report.kind,
      source: source && source.file === PATCHED ? { ...source, file: this.#file } : source,
    }));
  }
}

/** The kernel with a reader's file in the place of ip_input.c, and further ones in theirs. Diagnostics speak of the reader's name. */
export function buildPatch({ files, main }: Project): Built {
  const changed: Record<string, string> = {};
  for (const [name, text] of Object.entries(files)) changed[name === main ? PATCHED : name] = text;
  const { diagnostics, objects } = buildKernel(changed);
  return { objects, diagnostics: diagnostics.map((diagnostic) => named(diagnostic, main)) };
}

const named = (diagnostic: Diagnostic, main: string): Diagnostic =>
  diagnostic.span?.file === PATCHED ? { ...diagnostic, span: { ...diagnostic.span, file: main } } : diagnostic;

function refusalsOf(loaded: LoadedObject): Diagnostic[] {
  return loaded.programs.flatMap((program) => {
    if (accepted(program)) return [];
    const { diagnostic } = explanationOf(loaded, program);
    return [diagnostic ?? problem('L016', { error: errorName(program.fd) }).problem];
  });
}

/** What was done between two looks at the machine's accounts. */
export function costBetween(before: NetworkCounts, after: NetworkCounts): WayCounts {
  const work = (name: string): number => (after.work[name] ?? 0) - (before.work[name] ?? 0);
  const stages = Object.entries(after.stages).flatMap(([name, { packets, nanoseconds }]) => {
    const earlier = before.stages[name as keyof typeof before.stages];
    const row = {
      name,
      packets: packets - (earlier?.packets ?? 0),
      nanoseconds: nanoseconds - (earlier?.nanoseconds ?? 0),
    };
    return row.packets > 0 ? [row] : [];
  });
  return {
    packets: after.packets - before.packets,
    allocations: after.allocations - before.allocations,
    bytesCopied: after.bytesCopied - before.bytesCopied,
    lookups: work('route_lookup') + work('neighbour_lookup') + work('socket_lookup') + work('fragment_lookup'),
    // Not the stages' sum: what is given back after a packet's last stage belongs to it as well.
    nanoseconds: Math.round(COSTS.reduce((sum, cost) => sum + work(cost.name) * cost.picoseconds, 0) / 1000),
    stages,
  };
}

/** A fate as one byte: its place in FATES. */
export const fateByte = (fate: Fate): number => FATES.indexOf(fate);
