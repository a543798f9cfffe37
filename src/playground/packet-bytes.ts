// A frame's bytes as a grid of small fields, coloured by layer: type two digits and the next byte is under the cursor; arrows go from byte to
// byte, and Tab leaves. Long frames are shown in part, and all of them as text.
import { parseBytes, type Layer } from '../lab/packet-fields.ts';
import { element } from './dom.ts';
import type { PacketStrings } from './packet-panel.ts';
import { fill } from './strings.ts';

/** Bytes that have a field of their own; the rest is in the text. */
const MOST_CELLS = 256;

export const hexText = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');

export interface ByteActions {
  /** false: the frame was refused */
  change(bytes: Uint8Array): boolean;
  say(text: string): void;
  /** a byte of a length or checksum was written by hand */
  meant(): void;
}

export function byteGrid(
  bytes: Uint8Array,
  layers: readonly Layer[],
  strings: PacketStrings,
  actions: ByteActions,
): HTMLElement {
  const shown = Math.min(bytes.length, MOST_CELLS);
  const cells: HTMLInputElement[] = [];

  function go(to: number): void {
    const cell = cells[Math.max(0, Math.min(to, shown - 1))];
    cell?.focus();
    cell?.select();
  }
  /** Cells in one row, as they were laid out. */
  function perRow(): number {
    const top = cells[0]?.offsetTop;
    const next = cells.findIndex((cell) => cell.offsetTop !== top);
    return next < 0 ? shown : next;
  }

  for (let at = 0; at < shown; at++) {
    const layer = layers.find(({ from, to }) => at >= from && at < to);
    const field = layer?.fields.find(({ bit, bits }) => at >= bit >> 3 && at <= (bit + bits - 1) >> 3);
    const text = (bytes[at] ?? 0).toString(16).padStart(2, '0');
    const name = field ? strings.fields[field.name as keyof PacketStrings['fields']] : '';
    const where = layer ? `${strings.layers[layer.name]}${name === '' ? '' : ` ${name}`}` : '';
    const cell = element('input', {
      type: 'text',
      class: `byte layer-${layer?.name ?? 'payload'}`,
      value: text,
      maxlength: 2,
      tabindex: at === 0 ? 0 : -1,
      inputmode: 'text',
      autocomplete: 'off',
      autocapitalize: 'off',
      spellcheck: 'false',
      'aria-label': fill(strings.byte, { number: at, field: where }),
      title: where,
      'data-byte': at,
      'data-focus': `byte-${at}`,
    });
    cell.addEventListener('focus', () => {
      for (const other of cells) other.tabIndex = other === cell ? 0 : -1;
      cell.select();
    });
    const commit = (then: number): void => {
      if (cell.value === text) return;
      if (!/^[0-9a-f]{1,2}$/i.test(cell.value)) {
        cell.value = text;
        return;
      }
      const after = bytes.slice();
      after[at] = parseInt(cell.value, 16);
      if (field && /^(checksum|length)$/.test(field.name)) actions.meant();
      // What is drawn anew keeps the focus where it goes next.
      cell.dataset['focus'] = `byte-${Math.min(then, shown - 1)}`;
      actions.change(after);
    };
    cell.addEventListener('input', () => {
      if (/^[0-9a-f]{2}$/i.test(cell.value)) {
        if (cell.value.toLowerCase() === text) go(at + 1);
        else commit(at + 1);
      }
    });
    cell.addEventListener('change', () => commit(at));
    cell.addEventListener('keydown', (event) => {
      const row = perRow();
      const to = {
        ArrowRight: at + 1,
        ArrowLeft: at - 1,
        ArrowDown: at + row,
        ArrowUp: at - row,
        Home: 0,
        End: shown - 1,
      }[event.key];
      if (event.key === 'Enter') commit(at + 1);
      if (event.key === 'Escape') cell.value = text;
      if (to === undefined) return;
      event.preventDefault();
      if (to >= 0 && to < shown) go(to);
    });
    cells.push(cell);
  }

  const all = element('textarea', {
    rows: 5,
    spellcheck: 'false',
    autocapitalize: 'off',
    translate: 'no',
    lang: 'en',
    'aria-label': strings['all-bytes'],
    'data-focus': 'all-bytes',
  });
  all.value = hexText(bytes);
  all.addEventListener('change', () => {
    const after = parseBytes(all.value);
    if (!after) return actions.say(fill(strings.bad, { text: all.value.slice(0, 40), example: '45 00 00 54' }));
    actions.change(after);
  });
  return element(
    'div',
    { class: 'packet-bytes' },
    element('p', { class: 'bytes-title' }, `${strings.bytes} · ${fill(strings.size, { count: bytes.length })}`),
    element('div', { class: 'byte-grid', role: 'group', 'aria-label': strings.bytes, translate: 'no' }, ...cells),
    bytes.length > shown ? element('p', { class: 'hint' }, fill(strings.rest, { count: bytes.length - shown })) : null,
    element('details', {}, element('summary', {}, strings['all-bytes']), all),
  );
}
