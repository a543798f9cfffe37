// The compiler and its headers stay small enough for a phone.
import { expect, test } from 'vitest';
import { COMPILER_BUDGET, compilerBytes } from './testing/bundle.ts';

test('compiler and headers weigh at most 150 kB', async () => {
  const bytes = await compilerBytes();
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThanOrEqual(COMPILER_BUDGET);
}, 60_000);
