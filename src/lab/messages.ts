// The worker's messages: one request, one answer, by id; both directions are discriminated unions.
import type { LanguageAnswers, LanguageQuery } from '../compiler/service/index.ts';
import type { PathReport } from './path-report.ts';
import type {
  BytecodeReport,
  CheckReport,
  LiveReport,
  MapEdit,
  PacketSpec,
  Project,
  ReplayProgress,
  ReplayReport,
  RunReport,
  Scenario,
  VerifyProgress,
} from './api.ts';

import type { ExerciseReport } from './exercise.ts';
import type { ExerciseDescription } from './exercise-schema.ts';

import type { ThreeWaysOrder, ThreeWaysProgress, ThreeWaysReport, WayOrder, WayReport } from './way-report.ts';

export type { LanguageAnswers, LanguageQuery };

/** A whole network for a program: the example's own, or null for one machine on one cable. */
export interface PathScenario {
  readonly network: unknown;
  readonly seed?: number;
  /** sent instead of the network's own traffic */
  readonly packets?: readonly PacketSpec[];
}

export type LabRequest =
  | { readonly id: number; readonly kind: 'check'; readonly project: Project }
  | { readonly id: number; readonly kind: 'run'; readonly project: Project; readonly scenario: Scenario }
  | { readonly id: number; readonly kind: 'bytecode'; readonly project: Project }
  | {
      readonly id: number;
      readonly kind: 'exercise';
      readonly exercise: ExerciseDescription;
      readonly source: string;
    }
  | { readonly id: number; readonly kind: 'path'; readonly project: Project; readonly scenario: PathScenario }
  | {
      readonly id: number;
      readonly kind: 'replay';
      readonly project: Project;
      readonly capture: Uint8Array;
      readonly program?: string;
    }
  /** a patch or a module upon a few packets */
  | { readonly id: number; readonly kind: 'way'; readonly order: WayOrder }
  | { readonly id: number; readonly kind: 'three-ways'; readonly order: ThreeWaysOrder }
  /** ends the replay, or the comparison, `target` after the slice that it is in */
  | { readonly id: number; readonly kind: 'cancel'; readonly target: number }
  | { readonly id: number; readonly kind: 'edit-map'; readonly edit: MapEdit }
  | { readonly id: number; readonly kind: 'send'; readonly scenario: Scenario }
  | { readonly id: number; readonly kind: 'language'; readonly project: Project; readonly query: LanguageQuery };

export type LabResponse =
  | { readonly id: number; readonly kind: 'ready' }
  | { readonly id: number; readonly kind: 'checked'; readonly report: CheckReport }
  | { readonly id: number; readonly kind: 'ran'; readonly report: RunReport }
  | { readonly id: number; readonly kind: 'listed'; readonly report: BytecodeReport | null }
  | { readonly id: number; readonly kind: 'traced'; readonly report: PathReport }
  | { readonly id: number; readonly kind: 'exercised'; readonly report: ExerciseReport }
  | { readonly id: number; readonly kind: 'went'; readonly report: WayReport }
  | { readonly id: number; readonly kind: 'compared'; readonly report: ThreeWaysReport }
  /** a replay, a comparison, or a long verification goes on */
  | {
      readonly id: number;
      readonly kind: 'progress';
      readonly progress: ReplayProgress | ThreeWaysProgress | VerifyProgress;
    }
  | { readonly id: number; readonly kind: 'replayed'; readonly report: ReplayReport }
  /** null: nothing is loaded */
  | { readonly id: number; readonly kind: 'live'; readonly report: LiveReport | null }
  | { readonly id: number; readonly kind: 'answered'; readonly report: LanguageAnswers[keyof LanguageAnswers] }
  /** our bug: an exception inside the lab, with its stack for a report */
  | { readonly id: number; readonly kind: 'crashed'; readonly message: string };
