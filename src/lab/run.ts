// Packets through one program, in order, by the kernel's own BPF_PROG_TEST_RUN.
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { FAULT_BUDGET, FAULT_KINDS } from '../loader/kernel-exports.ts';
import type { Kernel } from '../loader/kernel.ts';
import type { LoadedProgram, Missing } from '../loader/load.ts';
import { formatHex } from './addresses.ts';
import type { Fault, PacketReport, PacketSpec } from './api.ts';
import { buildPacket } from './packet-build.ts';
import { describePacket } from './packet-describe.ts';
import { labDiagnostic } from './problems.ts';

/** What Linux's test run takes at least: an Ethernet header. */
const MINIMUM_FRAME = 14;
/** Packets that one scenario may send, counts included. */
const MAX_PACKETS = 10_000;

export interface PacketRun {
  readonly packets: readonly PacketReport[];
  readonly fault: Fault | null;
  readonly diagnostic: Diagnostic | null;
}

/** The last fault, as data; null when the last run ended well. */
export function faultOf(kernel: Kernel): Fault | null {
  const kind = kernel.exports.faultKind();
  if (kind === 0) return null;
  return {
    kind: FAULT_KINDS[kind] ?? String(kind),
    instruction: kernel.exports.faultInstruction(),
    address: `0x${BigInt.asUintN(64, kernel.exports.faultAddress()).toString(16)}`,
  };
}

/** What cannot be run, told like a fault at the instruction that calls it; nothing has run. */
export const missingAsFault = ({ name, instruction }: Missing): Fault => ({
  kind: `not simulated: ${name}`,
  instruction,
  address: '0x0',
});

export function runPackets(
  kernel: Kernel,
  program: LoadedProgram,
  specs: readonly (PacketSpec & { readonly expect?: string })[],
  budget: number,
): PacketRun {
  const packets: PacketReport[] = [];
  const { type } = program.linked;
  const ended = (fault: Fault | null, diagnostic: Diagnostic | null): PacketRun => ({ packets, fault, diagnostic });

  for (const [index, spec] of specs.entries()) {
    const packet = buildPacket(spec, index);
    if (!(packet instanceof Uint8Array)) return ended(null, packet);
    if (packet.length < MINIMUM_FRAME) {
      return ended(null, labDiagnostic('S006', { number: index + 1, length: packet.length, minimum: MINIMUM_FRAME }));
    }
    for (let n = 0; n < (spec.count ?? 1) && packets.length < MAX_PACKETS; n++) {
      kernel.exports.setBudget(BigInt(budget));
      kernel.exports.setCpu(spec.cpu ?? 0);
      const before = kernel.exports.instructionsRun();
      const result = kernel.testRun(program.fd, { packet });
      const instructions = Number(kernel.exports.instructionsRun() - before);
      if (result.error !== 0) {
        const fault = faultOf(kernel);
        if (!fault) return ended(null, labDiagnostic('S005', { type: type.name }));
        const diagnostic =
          kernel.exports.faultKind() === FAULT_BUDGET
            ? labDiagnostic('S003', { budget })
            : labDiagnostic('S004', { instruction: fault.instruction, kind: fault.kind, address: fault.address });
        return ended(fault, diagnostic);
      }
      const { summary, source, destination, protocol } = describePacket(packet);
      const verdict = type.returnNames[result.retval] ?? String(result.retval);
      const kept = verdict !== 'XDP_DROP' && verdict !== 'XDP_ABORTED';
      packets.push({
        summary,
        source,
        destination,
        protocol,
        length: packet.length,
        retval: result.retval,
        verdict,
        instructions,
        dataOut: kept ? formatHex(result.dataOut) : null,
        expected: spec.expect ?? null,
      });
    }
  }
  return ended(null, null);
}
