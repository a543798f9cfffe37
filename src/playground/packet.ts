// The packet as the page's drawings show it (site/components/Packet.astro), for rows of a result.
import { drawing, element } from './dom.ts';
import type { VerdictMark } from './verdict.ts';

const body =
  '<rect class="packet-body" x="-23" y="-9" width="46" height="18" rx="3"/>' +
  '<path class="packet-headers" d="M-20 -9h27v18h-27a3 3 0 0 1-3-3v-12a3 3 0 0 1 3-3z"/>' +
  '<path class="packet-lines" d="M-13 -9v18M-3 -9v18M7 -9v18M12 -2.5h7M12 2.5h5"/>';

const marks: Readonly<Record<VerdictMark, string>> = {
  passed:
    '<g class="packet-verdict" transform="translate(22 -9)"><circle r="8"/><path d="M-3.6 0.2l2.6 2.6 4.8-5.2"/></g>',
  dropped:
    '<g class="packet-verdict" transform="translate(22 -9)"><path class="octagon" d="M-3.4 -8.2h6.8l4.8 4.8v6.8l-4.8 4.8h-6.8l-4.8 -4.8v-6.8z"/><path d="M-3 -3l6 6M3 -3l-6 6"/></g>',
  'other-verdict': '',
};

export const packetDrawing = (mark: VerdictMark): SVGSVGElement =>
  drawing('-28 -18 62 30', `<g class="packet ${mark}">${body}${marks[mark]}</g>`);

/** From whom to whom. */
export const packetEnds = ({ source, destination }: { source: string; destination: string }): HTMLElement =>
  element(
    'span',
    { class: 'ends' },
    element('span', {}, source),
    ' ',
    element('span', { 'aria-hidden': 'true' }, '→'),
    ' ',
    element('span', {}, destination),
  );
