// Colours can be read: at least 4.5:1 against the code's ground, in light and dark.
import { describe, expect, test } from 'vitest';
import { classOfColour, codeColours, codeRoles } from './code-themes.ts';

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((it) => (it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast as WCAG 2 defines it, 1 to 21. */
function contrast(one: string, two: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(two)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

describe.each(['light', 'dark'] as const)('%s', (kind) => {
  const { background, text, lineNumber } = codeColours[kind];
  test.each([['text', text], ['line numbers', lineNumber], ...codeRoles.map((role) => [role.name, role[kind]])])(
    '%s',
    (_, colour) => expect(contrast(colour ?? '', background)).toBeGreaterThanOrEqual(4.5),
  );
});

test('every role has a colour of its own, by which its class is found', () => {
  expect(new Set(codeRoles.map((role) => role.light)).size).toBe(codeRoles.length);
  for (const role of codeRoles) expect(classOfColour(role.light.toUpperCase())).toBe(`t-${role.name}`);
  expect(classOfColour('#123456')).toBeNull();
});
