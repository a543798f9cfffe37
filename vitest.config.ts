// Unit tests stand beside the code; end-to-end tests (e2e/) are Playwright's.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'content/**/*.test.ts', 'examples/**/*.test.ts'],
    testTimeout: 60_000,
  },
});
