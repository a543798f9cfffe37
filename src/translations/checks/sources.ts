// What a reader would want to look up must say where: companies, years, figures, and every link that leads outside.
import { check, textsOf } from './check.ts';
import { proseOfLine } from '../prose.ts';

/** Who is spoken of, and figures and years: what a reader would want to look up. Terms and code are not in prose. */
const claim =
  /\b(?:Cloudflare|Datadog|Meta|Facebook|Google|Netflix|Microsoft|Amazon|Apple|Isovalent|Cilium|Tetragon|Falco|Red Hat|Intel|Mellanox)\b|\b(?:19|20)\d\d\b|[၁၂][၉၀][၀-၉][၀-၉] ?(?:ခုနှစ်|ပြည့်နှစ်)|\d[\d.,]* ?(?:million|billion|percent|%|times)|[၀-၉]+ ?(?:သန်း|ရာခိုင်နှုန်း|ဆ ပို)/u;

/** A summary repeats what has its source above. */
const exempt = new Set(['Summary']);

export const sources = check(
  'sources',
  'a claim about a company, a year or a figure stands in a section with its <Source>, and every outside link is one',
  function* (course) {
    for (const { text } of textsOf(course)) {
      for (const section of text.sections) {
        const cited = section.uses.some((use) => use.name === 'Source');
        for (const block of section.blocks) {
          if (
            cited ||
            block.kind === 'code' ||
            block.kind === 'heading' ||
            block.inside.some((name) => exempt.has(name))
          )
            continue;
          for (const [index, line] of block.lines.entries()) {
            const found = claim.exec(proseOfLine(line));
            if (!found) continue;
            yield {
              file: text.path,
              line: block.line + index,
              message: `"${found[0]}" is a claim, and the section {#${section.id}} names no source`,
              mend: 'put <Source href="https://…" title="who says it, and where">the claim</Source> around it, or take it out',
            };
          }
        }
        for (const link of section.links) {
          if (!/^https?:/.test(link.target)) continue;
          yield {
            file: text.path,
            line: link.line,
            message: `${link.target} is linked without saying who it is`,
            mend: `write <Source href="${link.target}" title="who says it, and where">…</Source>`,
          };
        }
        for (const use of section.uses) {
          if (use.name !== 'Source') continue;
          if (
            /^https:\/\/[^\s/]+\.[a-z]+(?:[/?#]|$)/.test(use.attributes['href'] ?? '') &&
            (use.attributes['title'] ?? '').trim() !== ''
          )
            continue;
          yield {
            file: text.path,
            line: use.line,
            message: 'a <Source> needs href="https://…" and title="who says it, and where"',
            mend: 'complete it',
          };
        }
      }
    }
  },
);
