// What the simulator does otherwise than Linux is said in the reader's own language, sentence by sentence.
import { describe, expect, test } from 'vitest';
import { COSTS } from '../bpf/costs.ts';
import { costUnit, linuxMistakes, networkDifferences, verifierDifferences } from './differences.ts';

describe('in Burmese', () => {
  const english = (rows: readonly (readonly [string, { readonly language: string }])[]): string[] =>
    rows.filter(([, { language }]) => language !== 'my').map(([name]) => name);

  test('each difference of the network has its sentences', () => {
    const rows = networkDifferences('my');
    expect(rows.length).toBeGreaterThan(10);
    expect(
      english(rows.flatMap(({ id, what, why }) => [[`${id}.what`, what] as const, [`${id}.why`, why] as const])),
    ).toEqual([]);
  });

  test('each difference of the verifier, and each mistake of Linux', () => {
    const rows = [
      ...verifierDifferences('my').map(({ cases, reason }) => [cases, reason] as const),
      ...linuxMistakes('my').map(({ name, reason }) => [name, reason] as const),
    ];
    expect(english(rows)).toEqual([]);
  });

  test('each row of the price list', () => {
    expect(english(COSTS.map(({ name, unit }) => [name, costUnit('my', name, unit)] as const))).toEqual([]);
  });
});
