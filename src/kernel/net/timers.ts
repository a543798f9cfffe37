// Which timer does what: neighbours that do not answer, fragments whose rest does not come, segments that nobody acknowledged, the cable's
// other end, processes that begin later.
import { neighbourTimer } from './neighbour';
import { fragmentTimer } from './fragments';
import { ROOT_SYSCALL, beginTurn } from './profile';
import { clientTimer, socketTimer } from './tcp';
import { wireTimer } from './wire';

export const TIMER_NEIGHBOUR: i32 = 1;
export const TIMER_FRAGMENT: i32 = 2;
export const TIMER_SOCKET: i32 = 3;
export const TIMER_CLIENT: i32 = 4;
export const TIMER_WIRE: i32 = 5;

export function fireTimer(kind: i32, argument: u32): void {
  switch (kind) {
    case TIMER_NEIGHBOUR:
      neighbourTimer(argument);
      break;
    case TIMER_FRAGMENT:
      fragmentTimer(argument);
      break;
    case TIMER_SOCKET:
      socketTimer(argument);
      break;
    case TIMER_CLIENT:
      // A process whose time has come, not the timer itself.
      beginTurn(ROOT_SYSCALL);
      clientTimer(argument);
      break;
    case TIMER_WIRE:
      wireTimer(argument);
      break;
  }
}
