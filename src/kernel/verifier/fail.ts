// A check that fails says so once: a message by number with its arguments, and the error that bpf() returns. Messages that
// refuse nothing go the same way and leave no error.
import { MESSAGE_ERRNO } from '../generated/verifier-messages';
import {
  MESSAGE_RECORD_arguments,
  MESSAGE_RECORD_count,
  MESSAGE_RECORD_id,
  MESSAGE_RECORD_instruction,
  RECORD_MESSAGE,
} from '../generated/verifier-records';
import { env } from './environment';
import { newRecord } from './recorder';

/** The last message, kept even when nothing is recorded: number, argument count, arguments. */
export const lastMessage: StaticArray<i64> = new StaticArray<i64>(10);
let walking: bool = false;

export function setWalking(on: bool): void {
  walking = on;
}

function say(id: i32, count: i32, a: i64, b: i64, c: i64, d: i64, e: i64, f: i64): void {
  lastMessage[0] = id;
  lastMessage[1] = count;
  lastMessage[2] = a;
  lastMessage[3] = b;
  lastMessage[4] = c;
  lastMessage[5] = d;
  lastMessage[6] = e;
  lastMessage[7] = f;
  const record = newRecord(RECORD_MESSAGE, MESSAGE_RECORD_arguments + ((<u32>count) << 3));
  if (record == 0) return;
  store<i32>(record, id, MESSAGE_RECORD_id);
  store<i32>(record, count, MESSAGE_RECORD_count);
  store<i32>(record, walking ? env.instruction : -1, MESSAGE_RECORD_instruction);
  for (let i = 0; i < count; i++) store<i64>(record + MESSAGE_RECORD_arguments + (i << 3), lastMessage[2 + i]);
}

/** A message that by itself refuses nothing, or one of several of a refusal. */
export function note(
  id: i32,
  count: i32,
  a: i64 = 0,
  b: i64 = 0,
  c: i64 = 0,
  d: i64 = 0,
  e: i64 = 0,
  f: i64 = 0,
): void {
  say(id, count, a, b, c, d, e, f);
}

/** The message's usual error, negated. */
export function fail(id: i32): i32 {
  say(id, 0, 0, 0, 0, 0, 0, 0);
  return -MESSAGE_ERRNO[id];
}
export function fail1(id: i32, a: i64): i32 {
  say(id, 1, a, 0, 0, 0, 0, 0);
  return -MESSAGE_ERRNO[id];
}
export function fail2(id: i32, a: i64, b: i64): i32 {
  say(id, 2, a, b, 0, 0, 0, 0);
  return -MESSAGE_ERRNO[id];
}
export function fail3(id: i32, a: i64, b: i64, c: i64): i32 {
  say(id, 3, a, b, c, 0, 0, 0);
  return -MESSAGE_ERRNO[id];
}
export function fail4(id: i32, a: i64, b: i64, c: i64, d: i64): i32 {
  say(id, 4, a, b, c, d, 0, 0);
  return -MESSAGE_ERRNO[id];
}
export function fail6(id: i32, a: i64, b: i64, c: i64, d: i64, e: i64, f: i64): i32 {
  say(id, 6, a, b, c, d, e, f);
  return -MESSAGE_ERRNO[id];
}
