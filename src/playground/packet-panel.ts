// The packet editor: a scenario's packets as a list, one of them open as fields and as bytes. Bytes are what is kept; fields are read from
// them anew after every change, so that both sides always say the same.
import { describePacket } from '../lab/packet-describe.ts';
import { buildPacket } from '../lab/packet-build.ts';
import { layersOf, mend, parseBytes, readField, writeField, type Field } from '../lab/packet-fields.ts';
import { readPcap, writePcap } from '../lab/pcap.ts';
import type { PacketSpec } from '../lab/api.ts';
import { byteGrid, hexText } from './packet-bytes.ts';
import { element } from './dom.ts';
import { download } from './download.ts';
import { PACKET_LIMIT, type OwnPacket } from './own-packets.ts';
import { packetDrawing } from './packet.ts';
import type { Panel, PanelContext } from './panels.ts';
import { fill } from './strings.ts';
import type english from '../../content/ui/en/packets.json';
import './packet-panel.css';

export type PacketStrings = typeof english;

/** Megabytes of a capture that is opened here: it holds a few dozen packets, not a flood. */
const CAPTURE_LIMIT = 8;
const MEGABYTE = 1 << 20;

const files = import.meta.glob<PacketStrings>('../../content/ui/*/packets.json', { import: 'default' });

async function loadPacketStrings(language: string): Promise<PacketStrings> {
  const load = files[`../../content/ui/${language}/packets.json`] ?? files['../../content/ui/en/packets.json'];
  if (!load) throw new Error('the packet editor has no words');
  return load();
}

const ENDS = { source: '10.2.2.1', destination: '10.2.2.2' };
const PRESETS: Readonly<Record<keyof PacketStrings['presets'], PacketSpec>> = {
  icmp: { ipv4: ENDS, icmp: { type: 'echo-request' } },
  udp: { ipv4: ENDS, udp: { source: 40000, destination: 53 }, payload: 'hello' },
  tcp: { ipv4: ENDS, tcp: { source: 51515, destination: 80, flags: 'S' } },
  arp: { arp: { operation: 'request', source: '10.2.2.1', target: '10.2.2.2' } },
  vlan: { vlan: { id: 100 }, ipv4: ENDS, udp: { source: 40000, destination: 53 }, payload: 'tagged' },
  ipv6: {
    ipv6: { source: 'fd00::1', destination: 'fd00::2' },
    udp: { source: 40000, destination: 53 },
    payload: 'six',
  },
  truncated: { ipv4: ENDS, udp: { source: 40000, destination: 53 }, payload: 'never seen', truncate: 30 },
};

/** What a field's text may look like. */
const EXAMPLES: Readonly<Record<Field['kind'], string>> = {
  mac: '02:00:00:00:00:01',
  ipv4: '10.2.2.1',
  ipv6: 'fd00::1',
  number: '64',
  hex: '0x0800',
  flags: 'SA',
  bytes: '68 65 6c 6c 6f',
};

const bytesOf = ({ hex }: OwnPacket): Uint8Array => parseBytes(hex) ?? new Uint8Array(0);
const hexOf = (bytes: Uint8Array): string => hexText(bytes).replaceAll(' ', '');

function built(spec: PacketSpec, index: number): OwnPacket | null {
  const bytes = buildPacket(spec, index);
  if (!(bytes instanceof Uint8Array)) return null;
  return {
    hex: hexOf(bytes),
    ...(spec.count === undefined ? {} : { count: spec.count }),
    ...(spec.cpu === undefined ? {} : { cpu: spec.cpu }),
  };
}

let groups = 0;

export async function packetPanel(context: PanelContext): Promise<Panel> {
  const strings = await loadPacketStrings(context.language);
  const { packetStore: store } = context;
  const group = `packets-${++groups}`;
  const content = element('div', { class: 'packet-panel' });
  const message = element('p', { class: 'packet-message', role: 'status' });
  let packets: OwnPacket[] = [];
  let chosen = 0;
  /** lengths and checksums follow what is changed; by packet: some are wrong on purpose */
  let mending = true;
  let saving = false;

  function take(): void {
    packets = [...(store.own() ?? store.original.flatMap((spec, index) => built(spec, index) ?? []))];
    chosen = Math.max(0, Math.min(chosen, packets.length - 1));
    settle();
  }
  /** A packet that is right already is kept right; one that is not was meant so. */
  function settle(): void {
    const packet = packets[chosen];
    mending = packet === undefined || hexOf(mend(bytesOf(packet))) === packet.hex;
  }

  function keep(): void {
    saving = true;
    store.set(packets);
    saving = false;
  }

  function change(bytes: Uint8Array): boolean {
    if (bytes.length < PACKET_LIMIT.least || bytes.length > PACKET_LIMIT.bytes) {
      say(fill(strings['bad-length'], { least: PACKET_LIMIT.least, most: PACKET_LIMIT.bytes }), true);
      return false;
    }
    const packet = packets[chosen];
    if (!packet) return false;
    packets[chosen] = { ...packet, hex: hexOf(mending ? mend(bytes) : bytes) };
    say('');
    keep();
    draw();
    return true;
  }

  function say(text: string, wrong = false): void {
    message.textContent = text;
    message.classList.toggle('problem', wrong);
  }

  // ---------------------------------------------------------------- the list

  function add(packet: OwnPacket | null): void {
    if (!packet) return;
    if (packets.length >= PACKET_LIMIT.packets) return say(fill(strings.full, { most: PACKET_LIMIT.packets }), true);
    packets.splice(chosen + 1, 0, packet);
    chosen = packets.length === 1 ? 0 : chosen + 1;
    settle();
    keep();
    draw();
  }

  function remove(): void {
    packets.splice(chosen, 1);
    chosen = Math.max(0, Math.min(chosen, packets.length - 1));
    settle();
    keep();
    draw();
  }

  function move(by: number): void {
    const to = chosen + by;
    const [packet] = packets.splice(chosen, 1);
    if (!packet) return;
    packets.splice(to, 0, packet);
    chosen = to;
    keep();
    draw();
  }

  function choice(packet: OwnPacket, index: number): HTMLElement {
    const input = element('input', {
      type: 'radio',
      name: group,
      value: index,
      checked: index === chosen,
      'data-focus': `packet-${index}`,
    });
    input.addEventListener('change', () => {
      chosen = index;
      settle();
      say('');
      draw();
    });
    return element(
      'label',
      { class: 'packet-choice' },
      input,
      packetDrawing('other-verdict'),
      element(
        'span',
        { class: 'packet-summary', translate: 'no', lang: 'en' },
        describePacket(bytesOf(packet)).summary,
        (packet.count ?? 1) > 1 ? element('strong', {}, ` ${fill(strings.count, { count: packet.count ?? 1 })}`) : null,
      ),
    );
  }

  const action = (name: string, label: string, act: () => void, disabled = false): HTMLButtonElement =>
    element('button', { type: 'button', 'data-focus': name, 'data-action': name, disabled, onclick: act }, label);

  function listActions(): HTMLElement {
    const kind = element(
      'select',
      { 'aria-label': strings.kind, 'data-focus': 'kind' },
      ...Object.entries(strings.presets).map(([name, label]) => element('option', { value: name }, label)),
    );
    return element(
      'div',
      { class: 'packet-actions' },
      element(
        'span',
        { class: 'packet-new' },
        kind,
        action('add-packet', strings.add, () =>
          add(built(PRESETS[kind.value as keyof typeof PRESETS], packets.length)),
        ),
      ),
      action('duplicate-packet', strings.duplicate, () => add(packets[chosen] ?? null), packets.length === 0),
      action('remove-packet', strings.remove, remove, packets.length === 0),
      action('earlier', strings.earlier, () => move(-1), chosen === 0),
      action('later', strings.later, () => move(1), chosen >= packets.length - 1),
    );
  }

  // ---------------------------------------------------------------- fields

  function fieldRow(field: Field, bytes: Uint8Array, right: Uint8Array): HTMLElement {
    const id = `${field.layer}-${field.bit}`;
    const text = readField(bytes, field);
    const should = readField(right, field);
    const label = strings.fields[field.name as keyof PacketStrings['fields']];
    const input = element('input', {
      type: 'text',
      value: text,
      'data-focus': id,
      'data-field': `${field.layer}.${field.name}`,
      spellcheck: 'false',
      autocapitalize: 'off',
      autocomplete: 'off',
      translate: 'no',
      lang: 'en',
    });
    if (field.bits / 8 <= 2 && field.kind !== 'bytes') input.size = 7;
    input.addEventListener('focus', () => light(field));
    input.addEventListener('blur', () => light(null));
    input.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') input.value = text;
      if (event.key === 'Enter') input.dispatchEvent(new Event('change'));
    });
    input.addEventListener('change', () => {
      if (input.value === text) return;
      const after = writeField(bytes, field, input.value);
      if (!after) {
        input.setAttribute('aria-invalid', 'true');
        return say(fill(strings.bad, { text: input.value.slice(0, 40), example: EXAMPLES[field.kind] }), true);
      }
      // Whoever writes a checksum or a length means it.
      if (/^(checksum|length)$/.test(field.name)) mending = false;
      change(after);
    });
    return element(
      'label',
      { class: `packet-field ${field.kind}` },
      element('span', { class: 'field-name' }, label),
      input,
      text === should ? null : element('span', { class: 'field-wrong' }, fill(strings.wrong, { right: should })),
    );
  }

  function light(field: Field | null): void {
    for (const cell of content.querySelectorAll<HTMLElement>('[data-byte]')) {
      const at = Number(cell.dataset['byte']);
      cell.classList.toggle('lit', field !== null && at >= field.bit >> 3 && at <= (field.bit + field.bits - 1) >> 3);
    }
  }

  function open(packet: OwnPacket): HTMLElement[] {
    const bytes = bytesOf(packet);
    const right = mend(bytes);
    const layers = layersOf(bytes);
    const mendBox = element('input', { type: 'checkbox', checked: mending, 'data-focus': 'mend' });
    mendBox.addEventListener('change', () => {
      mending = mendBox.checked;
      change(bytes);
    });
    const number = (name: string, label: string, value: number, most: number, done: (value: number) => void) => {
      const input = element('input', {
        type: 'number',
        min: 1,
        max: most,
        value,
        'data-focus': name,
        'data-field': name,
      });
      input.addEventListener('change', () => {
        const given = Number(input.value);
        if (Number.isInteger(given) && given >= 1 && given <= most) return done(given);
        input.value = String(value);
      });
      return element('label', { class: 'packet-number' }, element('span', {}, label), input);
    };
    return [
      element(
        'div',
        { class: 'packet-options' },
        element('label', { class: 'packet-mend' }, mendBox, element('span', {}, strings.mend)),
        number('times', strings.times, packet.count ?? 1, PACKET_LIMIT.count, (count) => {
          const { count: _, ...rest } = packet;
          packets[chosen] = count === 1 ? rest : { ...rest, count };
          keep();
          draw();
        }),
        number('frame-length', strings['length-of'], bytes.length, PACKET_LIMIT.bytes, (length) => {
          const resized = new Uint8Array(length);
          resized.set(bytes.subarray(0, length));
          // A frame that is cut keeps what it says of itself: that is what makes it a broken one.
          if (length < bytes.length) mending = false;
          if (!change(resized)) draw();
        }),
      ),
      ...layers.map((layer) =>
        element(
          'fieldset',
          { class: `packet-layer layer-${layer.name}` },
          element(
            'legend',
            {},
            strings.layers[layer.name],
            layer.cut ? element('span', { class: 'field-wrong' }, ` ${strings.cut}`) : null,
          ),
          ...layer.fields.map((field) => fieldRow(field, bytes, right)),
        ),
      ),
      byteGrid(bytes, layers, strings, {
        change,
        say: (text) => say(text, true),
        meant: () => (mending = false),
      }),
    ];
  }

  // ---------------------------------------------------------------- captures

  const input = element('input', { type: 'file', accept: '.pcap,.cap,application/vnd.tcpdump.pcap', hidden: true });
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    input.value = '';
    if (file) void takeCapture(file);
  });

  async function takeCapture(file: File): Promise<void> {
    if (file.size > CAPTURE_LIMIT * MEGABYTE) {
      const size = (file.size / MEGABYTE).toFixed(1);
      return say(fill(strings['import-large'], { size, limit: CAPTURE_LIMIT }), true);
    }
    const read = readPcap(new Uint8Array(await file.arrayBuffer()), PACKET_LIMIT.packets);
    if ('problem' in read) await context.explanations();
    if ('problem' in read) return say(context.explain(read.problem) ?? read.problem.message, true);
    const good = read.frames.filter(
      ({ bytes }) => bytes.length >= PACKET_LIMIT.least && bytes.length <= PACKET_LIMIT.bytes,
    );
    const name = file.name.slice(0, 60);
    if (good.length === 0) return say(fill(strings['import-none'], { file: name }), true);
    packets = good.map(({ bytes }) => ({ hex: hexOf(bytes) }));
    chosen = 0;
    settle();
    keep();
    draw();
    const all = good.length === read.frames.length && !read.more && !read.cut;
    say(fill(all ? strings.imported : strings['imported-some'], { count: good.length, file: name }));
  }

  function saveCapture(): void {
    // One millisecond apart, in the order in which they are sent, as often as they are sent.
    const frames = packets.flatMap((packet) => Array<Uint8Array>(packet.count ?? 1).fill(bytesOf(packet)));
    const file = writePcap(frames.map((bytes, i) => ({ time: BigInt(i) * 1_000_000n, bytes })));
    download('packets.pcap', 'application/vnd.tcpdump.pcap', file);
  }

  // ---------------------------------------------------------------- all of it

  function draw(): void {
    const active = document.activeElement;
    const focused = content.contains(active) ? (active as HTMLElement).dataset['focus'] : undefined;
    const packet = packets[chosen];
    const back = store.own() === null ? store.previous() : null;
    content.replaceChildren(
      element('p', { class: 'hint' }, strings.hint),
      element(
        'fieldset',
        { class: 'packet-choices' },
        element('legend', { class: 'visually-hidden' }, strings.list),
        ...packets.map(choice),
        packets.length === 0 ? element('p', { class: 'hint' }, strings.empty) : null,
      ),
      listActions(),
      message,
      element('div', { class: 'packet-open' }, ...(packet ? open(packet) : [])),
      element(
        'div',
        { class: 'panel-actions' },
        action('run-packets', strings.run, () => context.run()),
        action('import-packets', strings.import, () => input.click()),
        action('export-packets', strings.export, saveCapture, packets.length === 0),
        store.own() !== null
          ? action('original-packets', strings.original, () => {
              saving = true;
              store.set(null);
              saving = false;
              take();
              draw();
            })
          : back
            ? action('own-packets', strings['mine-back'], () => {
                packets = [...back];
                keep();
                take();
                draw();
              })
            : null,
      ),
      input,
    );
    if (focused !== undefined) content.querySelector<HTMLElement>(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  }

  take();
  draw();
  return {
    name: 'packets-edit',
    title: context.strings['packet-editor'],
    content,
    packetsChanged() {
      if (saving) return;
      take();
      draw();
    },
  };
}
