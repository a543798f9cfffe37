// One lab for everything on a page: examples, exercises and comparisons share its worker.
import { createLab, type Lab } from '../lab/client.ts';

let lab: Lab | null = null;

export const sharedLab = (): Lab => (lab ??= createLab());
