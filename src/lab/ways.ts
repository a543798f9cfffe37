// One job done one way, upon a few packets: what a chapter's example of a patch or a module runs, and what an exercise checks.
// Reached by dynamic import, as few visits need it.
import { compile } from '../compiler/compile.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Kernel } from '../loader/kernel.ts';
import type { CheckReport, Project } from './api.ts';
import { attack } from './attack.ts';
import { describePacket } from './packet-describe.ts';
import { buildPacket } from './packet-build.ts';
import { buildPatch, costBetween, ChangedMachine } from './changed-machine.ts';
import { GAP } from './traffic.ts';
import type { WayOrder, WayPacket, WayReport } from './way-report.ts';

export type { WayOrder, WayReport, WayPacket, WayFault, WayCounts } from './way-report.ts';

/** Packets of one run at most; a longer scenario is for the three-way lab. */
const MOST = 10_000;

/** What an editor shows as one types: the compiler's complaints. */
export function checkWay({ files, main, target }: Project): CheckReport {
  if (target !== 'patch')
    return { diagnostics: compile({ files: new Map(Object.entries(files)), main, target: 'module' }).diagnostics };
  return { diagnostics: buildPatch({ files, main }).diagnostics };
}

/** Boots the machine, makes the change, sends the packets. What a reader's C can cause is in the report, never thrown. */
export function runWay(kernel: Kernel, order: WayOrder): WayReport {
  const { way, project } = order;
  const frames: Uint8Array[] = [];
  const bad: Diagnostic[] = [];
  for (const [i, spec] of order.packets.entries()) {
    const frame = buildPacket(spec, i);
    if (!(frame instanceof Uint8Array)) bad.push(frame);
    else for (let n = 0; n < (spec.count ?? 1) && frames.length < MOST; n++) frames.push(frame);
  }
  const machine = new ChangedMachine(kernel, order.seed);
  const started = machine.start(way, project, { program: order.program, parameters: order.parameters });
  const report: WayReport = {
    way,
    ...started,
    diagnostics: [...started.diagnostics, ...bad],
    packets: [],
    counts: null,
    state: machine.state(),
    log: machine.lab.log(),
    faults: machine.faults(),
    attack: null,
  };
  if (!started.started || bad.length > 0) return report;
  const before = machine.network.counts();
  const ends = machine.send(frames, GAP);
  const packets = frames.map((frame, i): WayPacket => {
    const { summary, source, destination, protocol } = describePacket(frame);
    const end = ends[i] ?? { fate: 'unseen', stage: '', reason: '' };
    return { summary, source, destination, protocol, length: frame.length, ...end };
  });
  const counts = costBetween(before, machine.network.counts());
  const attacked = way === 'module' && machine.state() === 'alive' ? attack(machine.lab.mode) : null;
  return {
    ...report,
    packets,
    counts,
    attack: attacked,
    state: machine.state(),
    log: machine.lab.log(),
    faults: machine.faults(),
  };
}
