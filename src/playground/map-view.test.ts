// Which maps are histograms by powers of two, and which only look a little like one.
import { expect, test } from 'vitest';
import type { MapReport } from '../lab/api.ts';
import { histogramOf } from './map-view.ts';

const map = (name: string, values: readonly unknown[], more: Partial<MapReport> = {}): MapReport => ({
  name,
  type: 'array',
  truncated: false,
  entries: values.map((value, key) => ({ key: '', value: '', decoded: { key, value } })),
  ...more,
});

test.each([
  ['an array that is called one', map('latency_hist', [0, 3, 9, 1]), [0, 3, 9, 1]],
  ['slots inside one value, as the BCC tools keep them', map('start', [{ slots: [1, 2, 3, 4, 0] }]), [1, 2, 3, 4, 0]],
  ['counters that are not called so', map('counters', [0, 3, 9, 1]), null],
  ['values that are no counts', map('hist', [{ a: 1 }, { a: 2 }]), null],
  ['too few to be one', map('hist', [1, 2]), null],
  ['one that is not shown whole', map('hist', [1, 2, 3, 4], { truncated: true }), null],
  ['nothing', map('hist', []), null],
])('%s', (_, report, expected) => expect(histogramOf(report)).toEqual(expected));
