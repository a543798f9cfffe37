// The worker's messages: one request, one answer, by id; both directions are discriminated unions.
import type { CheckReport, Project, RunReport, Scenario } from './api.ts';

export type LabRequest =
  | { readonly id: number; readonly kind: 'check'; readonly project: Project }
  | { readonly id: number; readonly kind: 'run'; readonly project: Project; readonly scenario: Scenario };

export type LabResponse =
  | { readonly id: number; readonly kind: 'ready' }
  | { readonly id: number; readonly kind: 'checked'; readonly report: CheckReport }
  | { readonly id: number; readonly kind: 'ran'; readonly report: RunReport }
  /** our bug: an exception inside the lab, with its stack for a report */
  | { readonly id: number; readonly kind: 'crashed'; readonly message: string };
