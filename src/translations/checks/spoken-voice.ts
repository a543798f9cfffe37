// The written language has its own particles. The course speaks: တယ်, ရဲ့, မှာ, ပြီး.
import { check } from './check.ts';
import { around, burmeseTexts } from './burmese.ts';

const literary: readonly [RegExp, string][] = [
  [/သည်(?=[\s။၊”)]|$)/u, 'တယ် or ပါတယ် (after a noun: က, or nothing)'],
  [/၏/u, 'ရဲ့'],
  [/၌/u, 'မှာ'],
  [/၍/u, 'ပြီး or လို့'],
  [/(?:ဖြင့်|သော|သောကြောင့်|လေသည်|ပေသည်|ကြလေ)(?=[\s။၊])/u, 'the spoken form: နဲ့, တဲ့, လို့'],
];

export const spokenVoice = check(
  'spoken-voice',
  'Burmese is the spoken language: no သည် ၏ ၌ ၍ in running text',
  function* (course) {
    for (const prose of burmeseTexts(course)) {
      for (const [pattern, spoken] of literary) {
        const found = pattern.exec(prose.text);
        if (!found) continue;
        yield {
          file: prose.file,
          line: prose.line,
          message: `"${found[0]}" is the written language: ${around(prose.text, found.index, found[0].length)}`,
          mend: `say it as one speaks: ${spoken}`,
        };
      }
    }
  },
);
