// Texts of both kinds; Google's detector, which the course's own texts are checked with, judges the same ones.
import { readdirSync, readFileSync } from 'node:fs';
import myanmarTools from 'myanmar-tools';
import { describe, expect, test } from 'vitest';
import { looksZawgyi } from './zawgyi.ts';

const detector = new myanmarTools.ZawgyiDetector();

// "A packet came in", "what is this", "we thank you": as a Zawgyi keyboard writes them.
const zawgyi = ['// ေပတခုေရာက္လာတယ္', '/* ဒါဘာလဲ ျဖစ္ေန */', 'ေက်းဇူးတင္ပါတယ္', 'က်ြန္ေတာ္တို႔ ေျပာမယ္'];

describe('Zawgyi', () => {
  test.each(zawgyi)('%s', (text) => {
    expect(detector.getZawgyiProbability(text)).toBeGreaterThan(0.9);
    expect(looksZawgyi(text)).toBe(true);
  });
});

describe('Unicode', () => {
  const unicode = ['', 'int x;', '// packet တစ်ခု ရောက်လာပါတယ်', '// ဒါ ဘာလဲ၊ ကျေးဇူးတင်ပါတယ်', '// ပေးပို့ အန္တရာယ် သတ္တိ'];
  test.each(unicode)('%s', (text) => expect(looksZawgyi(text)).toBe(false));

  test('all that the course says in Burmese', () => {
    const files = readdirSync('content', { recursive: true, encoding: 'utf8' }).filter((path) =>
      /\bmy\b.*\.(mdx|json)$/.test(path),
    );
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((path) => looksZawgyi(readFileSync(`content/${path}`, 'utf8')))).toEqual([]);
  });
});
