// The words that a chapter may use besides Markdown. A chapter needs no import: every component here is in scope.
//
//   <Example name="xdp-drop" />
//       The example of that name (examples/NAME/example.json): its code, its broken variants as tabs, Run, Edit and
//       the result. `file="no-null-check.bpf.c"` opens with that file; `versions="drop.c null-bug.c"` offers these versions
//       only; `panels="packets maps trace"` names the parts of
//       the result that are shown (default: packets maps trace). Further panels stand beside the result as tabs:
//       problems, bytecode (C and eBPF side by side), live-maps (maps that can be changed), linux (downloads).
//
//   <Excerpt example="xdp-drop" region="count" />
//       A part of an example's main file (or of `file="…"`), with the file's own line numbers: the top-level declaration
//       of that name with the comment above it. Without `region`: the whole file. Code is never typed into prose.
//       `file="other-languages/drop.go"` and a patch (`file="0001-….patch"`) can be shown as well; `folded="yes"` folds it.
//
//   <LinuxSays example="xdp-drop" file="drop.bpf.c" />
//       What the real kernel answered (examples/NAME/linux.json) beside what the page answers, and whether they agree.
//       `log="try.log" from="BUG:" to="</IRQ>"` instead of `file`: lines of a boot's log in examples/NAME/log, with the kernel,
//       day and command of log/recorded.json.
//
//   <Diagram name="packet-path" />
//       A drawing: its shape from content/chapters/*/diagrams/NAME.json, its words from NAME.en.json and NAME.my.json
//       beside it: { "title", "description", "labels": { ID: "text, \n starts a new line" } }. `title` stands under the
//       drawing, `description` tells the whole drawing to somebody who cannot see it. See diagrams/shape.ts.
//
//   <Term id="verifier" />            the glossary's own form of the term (content/glossary), with its meaning on demand
//   <Term id="verifier">verifiers</Term>   the same, with the words that the sentence needs
//
//   <Source href="https://…" title="who says it, and where">the claim</Source>
//       A claim with its source: a link that is recognisable as one. Without children the title stands in the text.
//
//   <Aside kind="note">…</Aside>      kinds: note · linux (what the real kernel does, or how to try it there)
//                                     · differs (where the simulator differs from Linux) · caution
//
//   <Exercise title="…" example="xdp-drop" name="observe">task <Hint>…</Hint> <Hint>…</Hint></Exercise>
//       A task that the page checks. `name` is a folder in examples/EXAMPLE/exercises: exercise.json (src/lab/exercise-schema.ts), a
//       solution, and a start when the reader does not begin with the example's own program; the words of its checks stand in
//       content/exercises/LANGUAGE/EXAMPLE.json. A task that asks for no program has neither `example` nor `name`.
//
//   <ThreeWays />                     one job as patch, module and eBPF on the same packets, side by side; `fault="null"` begins with a
//                                     mistake (none null use-after-free wild-write endless-loop), `traffic="flood"` with other
//                                     traffic (mixed calm flood)
//   <PatchRoad />                     the road of a kernel patch as a timeline: content/patch-road/road.json
//
//   <Steps>1. … 2. …</Steps>          numbered steps, drawn as a path, around an ordinary numbered list
//
//   <Summary>- … - …</Summary>        what was learnt, at the end, around an ordinary list
//
// A component with text inside stands on lines of its own, with a blank line inside each tag. Headings carry the same id in every language: `## ပို့လာတဲ့ packet တစ်ခု {#one-packet}`. Level one is the chapter's
// title and is written by the page from the front matter: { title, description, question }, where `question` is what
// the chapter answers and stands below the title.
import Aside from './components/Aside.astro';
import Diagram from './components/Diagram.astro';
import Example from './components/Example.astro';
import Excerpt from './components/Excerpt.astro';
import Exercise from './components/Exercise.astro';
import Heading2 from './components/Heading2.astro';
import Heading3 from './components/Heading3.astro';
import Hint from './components/Hint.astro';
import InlineCode from './components/InlineCode.astro';
import LinuxSays from './components/LinuxSays.astro';
import PatchRoad from './components/PatchRoad.astro';
import Source from './components/Source.astro';
import Steps from './components/Steps.astro';
import Summary from './components/Summary.astro';
import Table from './components/Table.astro';
import Term from './components/Term.astro';
import ThreeWays from './components/ThreeWays.astro';

/**
 * Handed to every chapter's `<Content components={…} />`. `table` makes every Markdown table scroll on its own; headings
 * say when their section is behind its original; short `code` stays whole.
 */
export const vocabulary = {
  Aside,
  Diagram,
  Example,
  Excerpt,
  Exercise,
  Hint,
  LinuxSays,
  PatchRoad,
  Source,
  Steps,
  Summary,
  Term,
  ThreeWays,
  h2: Heading2,
  h3: Heading3,
  table: Table,
  code: InlineCode,
};
