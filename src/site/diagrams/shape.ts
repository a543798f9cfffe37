// What a diagram consists of: a few primitives on a grid, in a file of their own (content/chapters/*/diagrams/NAME.json).
// The words come from NAME.LANGUAGE.json beside it, so a drawing is made once and spoken in every language.
import { z } from 'astro/zod';

/** [along, across]: along the way that a packet takes, and beside it. Wide drawings run to the right, upright ones down. */
const place = z.tuple([z.number(), z.number()]);

export const shapeSchema = z.strictObject({
  /** whose ground it is: bands behind everything, from and to (inclusive) along the way */
  layers: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.enum(['hardware', 'kernel', 'user']),
      from: z.number(),
      to: z.number(),
    }),
  ),
  /** stage: something that handles a packet; gate: an eBPF program, which decides; end: where a packet stops */
  nodes: z.array(
    z.strictObject({
      id: z.string(),
      shape: z.enum(['stage', 'gate', 'end']),
      at: place,
      /** drawn faint: the packet does not come here */
      unreached: z.boolean().optional(),
    }),
  ),
  arrows: z.array(
    z.strictObject({
      from: z.string(),
      to: z.string(),
      kind: z.enum(['flow', 'passed', 'dropped', 'unreached']).default('flow'),
    }),
  ),
  /** a packet stands beside a node, on its own side of the way (`side`: -1 before, 1 after) */
  packets: z.array(
    z.strictObject({
      id: z.string(),
      beside: z.string(),
      side: z.union([z.literal(-1), z.literal(1)]).default(1),
      verdict: z.enum(['passed', 'dropped']).optional(),
    }),
  ),
});
export type Shape = z.infer<typeof shapeSchema>;

export const wordsSchema = z.strictObject({
  /** stands under the drawing */
  title: z.string(),
  /** tells the drawing to somebody who cannot see it */
  description: z.string(),
  /** by the ids of layers, nodes and packets; a newline starts a new line */
  labels: z.record(z.string(), z.string()),
});
export type Words = z.infer<typeof wordsSchema>;

/** Ids that the shape draws and the words do not name, and the reverse. */
export function unmatchedLabels(shape: Shape, words: Words): string[] {
  const drawn = new Set([...shape.layers, ...shape.nodes, ...shape.packets].map((part) => part.id));
  const named = Object.keys(words.labels);
  return [...[...drawn].filter((id) => !named.includes(id)), ...named.filter((id) => !drawn.has(id))];
}
