// Lists of sk_buffs: struct sk_buff_head with its bound.
import { nextOf, setNext } from './buffers';
import { Queue } from './device';

/** False: full; the caller still has the packet. */
export function enqueue(queue: Queue, skb: usize): bool {
  if (queue.count >= queue.limit) return false;
  setNext(skb, 0);
  if (queue.tail == 0) queue.head = skb;
  else setNext(queue.tail, skb);
  queue.tail = skb;
  queue.count++;
  return true;
}

/** The oldest packet; 0: none. */
export function dequeue(queue: Queue): usize {
  const skb = queue.head;
  if (skb == 0) return 0;
  queue.head = nextOf(skb);
  if (queue.head == 0) queue.tail = 0;
  queue.count--;
  setNext(skb, 0);
  return skb;
}
