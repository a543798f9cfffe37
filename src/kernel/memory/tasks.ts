// Tasks: struct task_struct and struct cred in the arena. One is current; the host says who that is.
import { clock } from '../cpu';
import { allocateObject } from './arena';
import { toVirtual } from './layout';
import {
  CRED_EGID,
  CRED_EUID,
  CRED_GID,
  CRED_SIZE,
  CRED_UID,
  TASK_COMM,
  TASK_CRED,
  TASK_GROUP_LEADER,
  TASK_PARENT,
  TASK_PID,
  TASK_PRIO,
  TASK_REAL_CRED,
  TASK_REAL_PARENT,
  TASK_SIZE,
  TASK_START_BOOTTIME,
  TASK_START_TIME,
  TASK_TGID,
} from './structures';

/** priority of an ordinary task: nice 0 */
const PRIORITY: u32 = 120;
export const COMM_SIZE: u32 = 16;

/** linear address of the task that is running */
export let current: usize = 0;
/** number of its cgroup (the inode of its folder in cgroupfs) */
export let currentCgroup: u64 = 1;
let tasks: Array<usize> = [];
/** signals that programs sent: number of the last one, 0: none */
export let lastSignal: u32 = 0;

export function resetTasks(): void {
  tasks = [];
  currentCgroup = 1;
  lastSignal = 0;
  const init = addTask(1, 1, 0, 0, 0);
  store<u64>(init, toVirtual(init), TASK_REAL_PARENT);
  store<u64>(init, toVirtual(init), TASK_PARENT);
  setName(init, 'systemd');
  current = addTask(1000, 1000, 0, 0, 1);
  setName(current, 'bash');
}

function setName(task: usize, name: string): void {
  for (let i = 0; i < name.length; i++) store<u8>(task + TASK_COMM + i, <u8>name.charCodeAt(i));
}

function addTask(pid: u32, tgid: u32, uid: u32, gid: u32, parent: u32): usize {
  const task = allocateObject(TASK_SIZE);
  const cred = allocateObject(CRED_SIZE);
  store<u32>(task, pid, TASK_PID);
  store<u32>(task, tgid, TASK_TGID);
  store<u32>(task, PRIORITY, TASK_PRIO);
  store<u64>(task, clock, TASK_START_TIME);
  store<u64>(task, clock, TASK_START_BOOTTIME);
  store<u32>(cred, uid, CRED_UID);
  store<u32>(cred, gid, CRED_GID);
  store<u32>(cred, uid, CRED_EUID);
  store<u32>(cred, gid, CRED_EGID);
  store<u64>(task, toVirtual(cred), TASK_CRED);
  store<u64>(task, toVirtual(cred), TASK_REAL_CRED);
  const leader = pid == tgid ? task : taskOf(tgid);
  store<u64>(task, toVirtual(leader == 0 ? task : leader), TASK_GROUP_LEADER);
  const above = taskOf(parent);
  if (above != 0) {
    store<u64>(task, toVirtual(above), TASK_REAL_PARENT);
    store<u64>(task, toVirtual(above), TASK_PARENT);
  }
  tasks.push(task);
  return task;
}

/** Linear address of the task with number `pid`; 0: none. */
export function taskOf(pid: u32): usize {
  for (let i = 0; i < tasks.length; i++) if (load<u32>(tasks[i], TASK_PID) == pid) return tasks[i];
  return 0;
}

/** Makes a task current, and makes it first if there is none with that number. Its linear address. */
export function enterTask(pid: u32, tgid: u32, uid: u32, gid: u32, parent: u32): usize {
  const known = taskOf(pid);
  current = known == 0 ? addTask(pid, tgid, uid, gid, parent) : known;
  return current;
}

/** The current task dies; its parent goes on. False: it was the first task, without which there is no machine. */
export function endCurrent(): bool {
  if (load<u32>(current, TASK_PID) == 1) return false;
  const dead = current;
  const parent = load<u64>(dead, TASK_REAL_PARENT);
  const kept: Array<usize> = [];
  current = tasks[0];
  for (let i = 0; i < tasks.length; i++) {
    if (tasks[i] == dead) continue;
    kept.push(tasks[i]);
    if (toVirtual(tasks[i]) == parent) current = tasks[i];
  }
  tasks = kept;
  return true;
}

/** The task behind `task` in the order of their birth; the first one for 0; 0 behind the last. */
export function nextTask(task: usize): usize {
  if (task == 0) return tasks.length > 0 ? tasks[0] : 0;
  for (let i = 0; i + 1 < tasks.length; i++) if (tasks[i] == task) return tasks[i + 1];
  return 0;
}

export function setCgroup(id: u64): void {
  currentCgroup = id;
}

export function recordSignal(signal: u32): void {
  lastSignal = signal;
}
