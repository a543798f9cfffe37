// The words that a chapter may use besides Markdown, as far as a text can be wrong about them. What each shows is said in
// src/site/mdx.ts, and a test there holds the two together.

export interface Word {
  /** attributes that it cannot do without */
  readonly needs: readonly string[];
  /** does text stand inside it, so that it is closed by `</Word>`? `either`: both ways are right */
  readonly text: boolean | 'either';
  /** the values that an attribute may have, where they are few */
  readonly values?: Readonly<Record<string, readonly string[]>>;
  /** as a writer would type it */
  readonly example: string;
}

export const vocabulary: Readonly<Record<string, Word>> = {
  Aside: {
    needs: [],
    text: true,
    values: { kind: ['note', 'linux', 'differs', 'caution'] },
    example: '<Aside kind="note"> … </Aside>',
  },
  Diagram: { needs: ['name'], text: false, example: '<Diagram name="packet-path" />' },
  Example: { needs: ['name'], text: false, example: '<Example name="xdp-drop" />' },
  Excerpt: { needs: ['example'], text: false, example: '<Excerpt example="xdp-drop" region="count" />' },
  Exercise: {
    needs: ['title'],
    text: true,
    example: '<Exercise title="…" example="xdp-drop" name="observe"> … </Exercise>',
  },
  Hint: { needs: [], text: true, example: '<Hint> … </Hint>' },
  LinuxSays: { needs: ['example'], text: false, example: '<LinuxSays example="xdp-drop" file="drop.bpf.c" />' },
  PatchRoad: { needs: [], text: false, example: '<PatchRoad />' },
  Source: {
    needs: ['href', 'title'],
    text: 'either',
    example: '<Source href="https://…" title="who says it, and where">the claim</Source>',
  },
  Steps: { needs: [], text: true, example: '<Steps> 1. … </Steps>' },
  Summary: { needs: [], text: true, example: '<Summary> - … </Summary>' },
  ThreeWays: {
    needs: [],
    text: false,
    values: {
      fault: ['none', 'null', 'use-after-free', 'wild-write', 'endless-loop'],
      traffic: ['mixed', 'calm', 'flood'],
    },
    example: '<ThreeWays fault="null" />',
  },
  Term: { needs: ['id'], text: 'either', example: '<Term id="verifier" />' },
};
