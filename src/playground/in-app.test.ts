// Which windows are an app's own, by the user agents that they send.
import { describe, expect, test } from 'vitest';
import { inAppBrowser } from './in-app.ts';

const PHONE = 'Mozilla/5.0 (Linux; Android 14; SM-A155F';
const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)';

describe('an app’s own window', () => {
  test.each([
    [
      `${PHONE} Build/UP1A; wv) ${WEBKIT} Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/472.0.0.0;]`,
      'Facebook',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/470.0]',
      'Facebook',
    ],
    [
      `${PHONE}) ${WEBKIT} Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36 Telegram-Android/10.14.5 (Samsung SM-A155F; Android 14; SDK 34)`,
      'Telegram',
    ],
    [`${PHONE}; wv) ${WEBKIT} Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36`, 'app'],
  ])('%s', (agent, app) => expect(inAppBrowser(agent)).toBe(app));
});

describe('a browser', () => {
  test.each([
    `${PHONE}) ${WEBKIT} Chrome/126.0.0.0 Mobile Safari/537.36`,
    'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  ])('%s', (agent) => expect(inAppBrowser(agent)).toBeNull());
});
