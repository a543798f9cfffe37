// The packets of one example at work: the course's own until the reader changes them, then the reader's, kept on the device at once.
import type { Scenario } from '../lab/api.ts';
import { element } from './dom.ts';
import { packetKeeper, packetsFrom, packetsText, type OwnPacket } from './own-packets.ts';
import type { SaveOutcome } from './keep.ts';
import type { Strings } from './strings.ts';

export interface PacketStore {
  /** the example's packets as the course describes them */
  readonly original: Scenario['packets'];
  /** the reader's; null: the course's are sent */
  own(): readonly OwnPacket[] | null;
  set(packets: readonly OwnPacket[] | null): void;
  /** what the reader had before going back to the course's */
  previous(): readonly OwnPacket[] | null;
}

export interface StoreHost {
  readonly example: string;
  readonly original: Scenario['packets'];
  readonly strings: Strings;
  readonly notice: (name: string, text: string, ...actions: readonly HTMLElement[]) => void;
  readonly unnotice: (name: string) => void;
  /** the packets are others now */
  readonly changed: () => void;
  readonly over: AbortSignal;
}

export function createPacketStore(host: StoreHost): PacketStore {
  const { example, strings, notice, unnotice } = host;
  const keeper = packetKeeper(example);
  const me = {};
  let packets = packetsFrom(keeper.text());

  function after(outcome: SaveOutcome): void {
    if (outcome === 'conflict') return askAboutConflict();
    if (outcome === 'kept') unnotice('packets');
    else notice('packets', strings[`storage-${outcome}`]);
  }
  const text = (): string | null => (packets === null ? null : packetsText(packets));

  function askAboutConflict(): void {
    const act = (label: string, then: () => void): HTMLElement =>
      element('button', { type: 'button', onclick: () => (unnotice('packets'), then()) }, label);
    notice(
      'packets',
      strings['conflict-packets'],
      act(strings['conflict-mine'], () => after(keeper.overwrite(text(), me))),
      act(strings['conflict-theirs'], () => {
        packets = packetsFrom(keeper.takeOther(me));
        host.changed();
      }),
    );
  }
  const stop = keeper.listen(
    me,
    (other) => {
      packets = packetsFrom(other);
      host.changed();
    },
    askAboutConflict,
  );
  host.over.addEventListener('abort', stop);

  return {
    original: host.original,
    own: () => packets,
    set(next) {
      packets = next === null ? null : [...next];
      after(keeper.save(text(), me));
      host.changed();
    },
    previous: () => packetsFrom(keeper.previous()),
  };
}
