// What programs sent to user space, one record at a time: from a ring buffer or from a perf event.
import { EBADF } from '../generated/errno';
import { mapOf, perfEventOf } from '../syscall/files';
import { RingBufferMap } from './ring-buffer';

const MAP_TYPE_RINGBUF: i32 = 27;

/** Length of the next record at descriptor `fd`, of which at most `room` bytes go to `to`; -EAGAIN: none; -EBADF: not such a thing. */
export function readRecords(fd: u32, to: usize, room: u32): i32 {
  const event = perfEventOf(fd);
  if (event) return event.next(to, room);
  const map = mapOf(fd);
  if (map == null || map.type != MAP_TYPE_RINGBUF) return -EBADF;
  return changetype<RingBufferMap>(map).next(to, room);
}
