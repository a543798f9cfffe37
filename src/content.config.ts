// What a chapter is: one folder in content/chapters with chapter.json (facts for all languages) and one text a language.
// The folder's number gives the order, the rest of its name the address: 01-what-is-ebpf → /my/what-is-ebpf/.
import { defineCollection } from 'astro:content';
import { glob } from 'astro/loaders';
import { z } from 'astro/zod';

/** `01-what-is-ebpf/my.mdx` → `01-what-is-ebpf/my` */
const chapterTexts = defineCollection({
  loader: glob({
    base: './content/chapters',
    pattern: '*/*.mdx',
    generateId: ({ entry }) => entry.replace(/\.mdx$/, ''),
  }),
  schema: z.looseObject({
    title: z.string('say in "title:" what the chapter is called').min(1),
    description: z.string('say in "description:" in one or two sentences what the reader finds here').min(1).max(300),
    question: z.string('say in "question:" which question the chapter answers').min(1),
  }),
});

const chapters = defineCollection({
  loader: glob({
    base: './content/chapters',
    pattern: '*/chapter.json',
    generateId: ({ entry }) => entry.replace(/\/chapter\.json$/, ''),
  }),
  schema: z.looseObject({
    /** which part of the course it belongs to, from 1; parts are named in content/ui */
    part: z.number('say in "part" to which part of the course it belongs, as a number: 1').int().positive(),
    /** addresses of chapters that a reader should know first */
    needs: z.array(z.string()).default([]),
  }),
});

export const collections = { chapterTexts, chapters };
