// End-to-end tests: a reader's journeys in a real browser, on a desktop and on a small phone, over the built site.
import { defineConfig } from 'playwright/test';
import { findChromium } from './src/build/chromium.ts';

const port = Number(process.env['E2E_PORT'] ?? 4399);
const executablePath = findChromium() ?? undefined;

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results/e2e',
  fullyParallel: true,
  workers: 2,
  // Two browsers on two cores: a step that ran out of time is tried once more, and listed as flaky.
  retries: 1,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  reporter: process.env['PLAYWRIGHT_JSON_OUTPUT_NAME'] ? [['list'], ['json']] : [['list']],
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    browserName: 'chromium',
    // What a visit loads is measured without the worker's help; e2e/offline.spec.ts has tests of its own for it.
    serviceWorkers: 'block',
    launchOptions: {
      executablePath,
      // Nothing but the site is ever asked for anything; root has no sandbox to offer.
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  // What only one of the two has (a Tab key, a touch screen), or what is the same on both, says so by its tag.
  projects: [
    { name: 'desktop', grepInvert: /@phone/, use: { viewport: { width: 1440, height: 900 } } },
    {
      name: 'phone',
      grepInvert: /@desktop/,
      use: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
    },
  ],
  webServer: {
    command: `npx node e2e/serve.ts ${port}`,
    url: `http://127.0.0.1:${port}/en/`,
    reuseExistingServer: false,
    timeout: 60_000,
  },
});
