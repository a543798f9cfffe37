// From the grid to coordinates, twice: wide (the way runs to the right) and upright (it runs down, for a phone).
import type { Shape } from './shape.ts';

export type Direction = 'wide' | 'upright';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly layers: readonly (Box & { readonly id: string; readonly kind: string })[];
  readonly nodes: readonly (Box & { readonly id: string; readonly shape: string; readonly unreached: boolean })[];
  readonly arrows: readonly { readonly path: string; readonly kind: string }[];
  readonly packets: readonly {
    readonly id: string;
    readonly x: number;
    readonly y: number;
    readonly verdict: 'passed' | 'dropped' | undefined;
  }[];
}

/** Measures in the drawing's own units, which are CSS pixels while it is not scaled down. */
const measures = {
  wide: { along: 126, across: 104, node: [104, 58], margin: 10, head: 34, gap: 8, packet: 54 },
  upright: { along: 92, across: 166, node: [132, 56], margin: 8, head: 28, gap: 8, packet: 0 },
} as const;

export const packetSize = { width: 46, height: 18 } as const;

export function layOut(shape: Shape, direction: Direction): Drawing {
  const m = measures[direction];
  const [nodeWidth, nodeHeight] = m.node;
  const upright = direction === 'upright';
  const lanes = Math.max(...shape.nodes.map((node) => node.at[1])) + 1;
  const last = Math.max(...shape.layers.map((layer) => layer.to));
  const layerOf = (along: number): number =>
    shape.layers.findIndex((layer) => along >= layer.from && along <= layer.to);

  // An upright layer carries its name above its nodes, so every layer pushes what follows down.
  const start = (along: number): number => {
    const before = Math.max(0, layerOf(along));
    return m.margin + along * m.along + before * m.gap + (upright ? (before + 1) * m.head : 0);
  };
  // Packets in a wide drawing stand above or below the way; upright ones stand beside it, in the second lane.
  const above = !upright && shape.packets.some((packet) => packet.side === -1) ? m.packet : 0;
  const below = !upright && shape.packets.some((packet) => packet.side === 1) ? m.packet : 0;
  const beside = upright && lanes === 1 ? 100 : 0;
  const laneStart = m.margin + (upright ? 0 : m.head + above);
  const acrossSize = lanes * m.across + beside;
  const end = start(last) + m.along;

  const centre = (at: readonly [number, number]): [number, number] => {
    const along = start(at[0]) + m.along / 2;
    const across = laneStart + at[1] * m.across + m.across / 2;
    return upright ? [across, along] : [along, across];
  };
  const nodes = shape.nodes.map((node) => {
    const [x, y] = centre(node.at);
    return {
      id: node.id,
      shape: node.shape,
      unreached: node.unreached ?? false,
      x: x - nodeWidth / 2,
      y: y - nodeHeight / 2,
      width: nodeWidth,
      height: nodeHeight,
    };
  });
  const find = (id: string): Box => {
    const node = nodes.find((candidate) => candidate.id === id);
    if (!node) throw new Error(`the diagram has no node "${id}"`);
    return node;
  };

  const layers = shape.layers.map((layer) => {
    const from = start(layer.from) - (upright ? m.head : 0);
    const length = start(layer.to) + m.along - from;
    const size = acrossSize + (upright ? 0 : m.head + above + below);
    return upright
      ? { id: layer.id, kind: layer.kind, x: m.margin, y: from, width: size, height: length }
      : { id: layer.id, kind: layer.kind, x: from, y: m.margin, width: length, height: size };
  });

  const packets = shape.packets.map((packet) => {
    const box = find(packet.beside);
    const x = box.x + box.width / 2;
    const y = box.y + box.height / 2;
    return upright
      ? {
          id: packet.id,
          verdict: packet.verdict,
          x: lanes === 1 ? x + 118 : x,
          y: lanes === 1 ? y : y + 46 * packet.side,
        }
      : { id: packet.id, verdict: packet.verdict, x, y: y + packet.side * 58 };
  });

  return {
    width: upright ? 2 * m.margin + acrossSize : end + m.margin,
    height: upright ? end + m.margin : 2 * m.margin + m.head + above + below + lanes * m.across,
    layers,
    nodes,
    arrows: shape.arrows.map((arrow) => ({ kind: arrow.kind, path: connect(find(arrow.from), find(arrow.to)) })),
    packets,
  };
}

/** A straight line between two boxes' facing sides, or one bend where they face neither way. */
function connect(from: Box, to: Box): string {
  const [fx, fy] = [from.x + from.width / 2, from.y + from.height / 2];
  const [tx, ty] = [to.x + to.width / 2, to.y + to.height / 2];
  const tip = 5;
  if (Math.abs(fy - ty) < 1) {
    const right = tx > fx;
    return `M${right ? from.x + from.width : from.x} ${fy}H${right ? to.x - tip : to.x + to.width + tip}`;
  }
  if (Math.abs(fx - tx) < 1) {
    const down = ty > fy;
    return `M${fx} ${down ? from.y + from.height : from.y}V${down ? to.y - tip : to.y + to.height + tip}`;
  }
  const down = ty > fy;
  return `M${tx > fx ? from.x + from.width : from.x} ${fy}H${tx}V${down ? to.y - tip : to.y + to.height + tip}`;
}
