// The requests of src/judge/linux.ts, answered by the simulated kernel, in the same form: so that the two can be compared.
import { BPF_MAP_FREEZE } from '../../bpf/syscall.ts';
import type { Step } from '../../judge/linux.ts';
import { bootedMachine, little, type Machine } from './machine.ts';

/** An answer as data; what does not compare (times, logs) is left out. */
export type PlainAnswer = Readonly<Record<string, unknown>>;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Bytes that user space passes for one value. */
function valueSize(map: Extract<Step, { do: 'map' }>, cpus: number): number {
  if (PER_CPU.has(map.type)) return ((map.value + 7) & ~7) * cpus;
  return map.value;
}

/** bytes that a sample may have */
const ROOM = 65536;

const PER_CPU: ReadonlySet<number> = new Set([5, 6, 10, 21]);

function replaceMaps(instructions: Uint8Array, maps: readonly number[]): Uint8Array {
  const code = instructions.slice();
  const view = new DataView(code.buffer);
  for (let at = 0; at + 16 <= code.length; at += 8) {
    if (code[at] !== 0x18) continue;
    const source = (code[at + 1] ?? 0) >> 4;
    if (source === 1 || source === 2) view.setInt32(at + 4, maps[view.getInt32(at + 4, true)] ?? -1, true);
    at += 8;
  }
  return code;
}

/** A bound socket; a TCP connection has two ends, and both are this machine's. */
function openSocket(machine: Machine, step: Extract<Step, { do: 'socket' }>): void {
  const TCP = 6;
  const protocol = step.type === 1 ? TCP : 17;
  const family = step.address.length === 4 ? 2 : 10;
  const address = machine.give(step.address);
  const to = step.to === undefined ? 0 : machine.give(step.to);
  machine.kernel.createSocket(family, protocol, address, step.port, to, step.toport ?? 0);
  if (to === 0) return;
  if (protocol === TCP) machine.kernel.createSocket(family, protocol, to, step.toport ?? 0, address, step.port);
}

/** Answers the steps. After each run some time passes, as it does on Linux, so that timers fire. `programs` gets the descriptors. */
export function simulate(steps: readonly Step[], machine = bootedMachine(), programs: number[] = []): PlainAnswer[] {
  const maps: number[] = [];
  const events: number[] = [];
  const shapes: Extract<Step, { do: 'map' }>[] = [];
  let btf = 0;
  const answers: PlainAnswer[] = [];
  const refused = (code: number): PlainAnswer => ({ errno: Math.max(0, -code) });
  const fetched = (answer: Uint8Array | number, name: string): PlainAnswer =>
    typeof answer === 'number' ? { errno: Math.max(0, -answer) } : { errno: 0, [name]: hex(answer) };

  for (const step of steps) {
    switch (step.do) {
      case 'btf':
        btf = machine.loadBtf(step.data);
        answers.push(refused(btf));
        break;
      case 'map': {
        const fd = machine.createMap({
          btf,
          keyType: step.keytype ?? 0,
          valueType: step.valuetype ?? 0,
          type: step.type,
          key: step.key,
          value: step.value,
          entries: step.entries,
          flags: step.flags ?? 0,
          inner: step.inner === undefined ? 0 : (maps[step.inner] ?? 0),
          extra: BigInt(step.extra ?? 0),
        });
        maps.push(fd);
        shapes.push(step);
        answers.push(refused(fd));
        break;
      }
      case 'load': {
        const fd = machine.load(
          replaceMaps(step.insns, maps),
          step.type,
          step.flags ?? 0,
          step.license ?? 'GPL',
          step.attach ?? 0,
          step.btf === 0 ? 0 : btf,
          step.func,
        );
        programs.push(fd);
        answers.push(refused(fd));
        break;
      }
      case 'run': {
        const run = machine.run(
          programs[step.prog] ?? -1,
          step.packet ?? new Uint8Array(0),
          step.repeat ?? (step.packet ? 1 : 0),
          step.ctx ?? null,
          step.ctx !== undefined && step.packet !== undefined,
        );
        machine.kernel.advanceClock(1_000_000n);
        answers.push({
          errno: Math.max(0, -run.error),
          retval: run.retval,
          dataOut: hex(run.dataOut),
          ctxOut: hex(run.contextOut),
        });
        break;
      }
      case 'lookup':
      case 'take': {
        const fd = maps[step.map] ?? -1;
        const size = valueSize(shapes[step.map] as Extract<Step, { do: 'map' }>, 2);
        const flags = BigInt(step.flags ?? 0);
        const answer =
          step.do === 'lookup'
            ? machine.lookup(fd, step.key ?? null, size, flags)
            : machine.take(fd, step.key ?? null, size, flags);
        answers.push(fetched(answer, 'value'));
        break;
      }
      case 'update': {
        const given = step.value;
        const value =
          given instanceof Uint8Array
            ? given
            : new Uint8Array(
                new Uint32Array([(given.startsWith('prog:') ? programs : maps)[Number(given.split(':')[1])] ?? -1])
                  .buffer,
              );
        answers.push(refused(machine.update(maps[step.map] ?? -1, step.key ?? null, value, BigInt(step.flags ?? 0))));
        break;
      }
      case 'delete':
        answers.push(refused(machine.remove(maps[step.map] ?? -1, step.key ?? null)));
        break;
      case 'next': {
        const shape = shapes[step.map] as Extract<Step, { do: 'map' }>;
        answers.push(fetched(machine.nextKey(maps[step.map] ?? -1, step.key ?? null, shape.key), 'key'));
        break;
      }
      case 'freeze':
        answers.push(refused(machine.call(BPF_MAP_FREEZE, { map_fd_u32: 0 }, { map_fd_u32: maps[step.map] ?? -1 })));
        break;
      case 'event': {
        const fd = machine.kernel.openPerfEvent(step.cpu);
        events.push(fd);
        answers.push(refused(machine.update(maps[step.map] ?? -1, step.key, little(fd, 4))));
        break;
      }
      case 'samples': {
        const to = machine.kernel.allocate(ROOM);
        const samples: string[] = [];
        for (;;) {
          const size = machine.kernel.readRecord(events[step.event] ?? -1, to, ROOM);
          if (size < 0) break;
          samples.push(hex(machine.bytes(to, size)));
        }
        machine.kernel.release(to);
        answers.push({ errno: 0, samples });
        break;
      }
      case 'netns':
        answers.push({ errno: 0 });
        break;
      case 'socket':
        openSocket(machine, step);
        answers.push({ errno: 0 });
        break;
      default:
        throw new Error(`the simulated kernel is not asked to ${step.do}`);
    }
  }
  return answers;
}
