// Drawings stay inside their frame, nodes do not overlap, and every committed drawing has words in every language.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { layOut, packetSize, type Box } from './layout.ts';
import { shapeSchema, unmatchedLabels, wordsSchema } from './shape.ts';

const chapters = new URL('../../../content/chapters/', import.meta.url);
const languages = readdirSync(new URL('../../../content/ui/', import.meta.url));
const drawings = readdirSync(chapters, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /\/diagrams\/[^.]+\.json$/.test(path));
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, chapters), 'utf8'));

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

test('there are drawings', () => expect(drawings.length).toBeGreaterThan(1));

describe.each(drawings)('%s', (path) => {
  const shape = shapeSchema.parse(read(path));

  test.each(languages)('has words in %s for every part', (language) => {
    const words = wordsSchema.parse(read(path.replace(/\.json$/, `.${language}.json`)));
    expect(unmatchedLabels(shape, words)).toEqual([]);
  });

  test.each(['wide', 'upright'] as const)('%s: inside its frame, nothing over anything', (direction) => {
    const drawing = layOut(shape, direction);
    for (const box of [...drawing.layers, ...drawing.nodes]) {
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.y).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(drawing.width);
      expect(box.y + box.height).toBeLessThanOrEqual(drawing.height);
    }
    const packets = drawing.packets.map((packet) => ({
      x: packet.x - packetSize.width / 2,
      y: packet.y - packetSize.height / 2,
      ...packetSize,
    }));
    const solid = [...drawing.nodes, ...packets];
    solid.forEach((a, index) => solid.slice(index + 1).forEach((b) => expect(overlap(a, b)).toBe(false)));
    expect(drawing.arrows).toHaveLength(shape.arrows.length);
  });

  test('upright fits a phone', () => expect(layOut(shape, 'upright').width).toBeLessThanOrEqual(360));
});

test('words that name nothing, and parts without words, are found', () => {
  const shape = shapeSchema.parse({
    layers: [{ id: 'kernel', kind: 'kernel', from: 0, to: 0 }],
    nodes: [{ id: 'driver', shape: 'stage', at: [0, 0] }],
    arrows: [],
    packets: [],
  });
  const words = { title: '', description: '', labels: { kernel: 'Kernel', dirver: 'driver' } };
  expect(unmatchedLabels(shape, words)).toEqual(['driver', 'dirver']);
});
