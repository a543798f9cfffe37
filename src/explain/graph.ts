// The verifier's walk as a graph, for a viewer: stretches of instructions, where they branch, where a path was cut short because a
// state seen before covers it, and how often a loop was gone round.
import * as r from '../bpf/verifier-records.ts';
import type { ExplainedProgram } from './program.ts';
import { visitRecords, type StateRecord } from './records.ts';
import { stateText } from './state-text.ts';

/** Why a stretch ends. */
export type StretchEnd =
  /** both ways of a branch are possible: see `next` */
  | 'branch'
  /** control went on at another place with a kept state in between */
  | 'checkpoint'
  | 'pruned'
  | 'exit'
  | 'refused';

export interface GraphNode {
  readonly id: number;
  /** slots in the order in which they were walked */
  readonly slots: readonly number[];
  /** frame of the call in which it lies */
  readonly frame: number;
  /** what was known at its beginning, as Linux writes it; '' where only changes were recorded */
  readonly state: string;
  readonly end: StretchEnd;
  /** the checkpoint that was kept at its beginning; 0: none */
  readonly checkpoint: number;
  /** pruned: the checkpoint whose state covers this one */
  readonly coveredBy: number;
  /** how often its first slot had been entered before on this path: the round of a loop, from 0 */
  readonly iteration: number;
}

export interface GraphEdge {
  readonly from: number;
  readonly to: number;
  /** of a conditional jump: is this the way of the jump? null: simply goes on */
  readonly taken: boolean | null;
}

export interface StateGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** the recording reached its bound: the graph is a beginning */
  readonly truncated: boolean;
}

type Draft = { -readonly [K in keyof GraphNode]: GraphNode[K] } & { slots: number[] };

/** Who waits at a branch: the stretch that ends there. */
interface Waiting {
  readonly node: Draft;
  readonly to: number;
  readonly from: number;
}

class GraphBuilder {
  readonly nodes: Draft[] = [];
  readonly edges: GraphEdge[] = [];
  truncated = false;
  private readonly program: ExplainedProgram;
  private readonly waiting = new Map<number, Waiting>();
  /** parent of each node, to count rounds along one path */
  private readonly parents = new Map<Draft, Draft>();
  private current: Draft | null = null;
  /** where the next stretch hangs, and by which way */
  private parent: { readonly node: Draft; readonly taken: boolean | null } | null = null;
  private pendingState = '';
  private pendingCheckpoint = 0;
  private frame = 0;

  constructor(program: ExplainedProgram) {
    this.program = program;
  }

  private iterations(slot: number): number {
    let count = 0;
    for (let node = this.parent?.node; node; node = this.parents.get(node)) if (node.slots[0] === slot) count++;
    return count;
  }

  private open(slot: number): Draft {
    const node: Draft = {
      id: this.nodes.length,
      slots: [],
      frame: this.frame,
      state: this.pendingState,
      end: 'exit',
      checkpoint: this.pendingCheckpoint,
      coveredBy: 0,
      iteration: this.iterations(slot),
    };
    this.nodes.push(node);
    if (this.parent) {
      this.edges.push({ from: this.parent.node.id, to: node.id, taken: this.parent.taken });
      this.parents.set(node, this.parent.node);
    }
    this.pendingState = '';
    this.pendingCheckpoint = 0;
    this.current = node;
    this.parent = null;
    return node;
  }

  private close(end: StretchEnd, taken: boolean | null): void {
    if (!this.current) return;
    this.current.end = end;
    this.parent = { node: this.current, taken };
    this.current = null;
  }

  state(record: StateRecord): void {
    this.frame = record.frame;
    if (record.why === r.STATE_PARENT || record.why === r.STATE_LOOP_CURRENT || record.why === r.STATE_LOOP_OLD) return;
    // What an instruction changed belongs to the stretch that it is in; only a stretch's beginning is kept.
    if (!this.current) this.pendingState = stateText(record, this.program).trim();
  }

  step(slot: number): void {
    (this.current ?? this.open(slot)).slots.push(slot);
  }

  push(number: number, from: number, to: number): void {
    if (!this.current) return;
    this.waiting.set(number, { node: this.current, to, from });
    // Linux goes on with the next instruction and lets the jump wait, or the other way round.
    this.close('branch', to === from + 1);
  }

  pop(number: number): void {
    this.current = null;
    this.pendingState = '';
    const branch = this.waiting.get(number);
    this.parent = branch ? { node: branch.node, taken: branch.to !== branch.from + 1 } : null;
  }

  checkpoint(number: number): void {
    if (this.current) this.close('checkpoint', null);
    this.pendingCheckpoint = number;
  }

  pruned(slot: number, checkpoint: number): void {
    if (this.current) this.close('checkpoint', null);
    const node = this.open(slot);
    node.slots.push(slot);
    node.end = 'pruned';
    node.coveredBy = checkpoint;
    this.current = null;
  }

  refused(): void {
    if (this.current) this.current.end = 'refused';
  }
}

/** The graph out of the records; with records of the failing path only, it is that path. */
export function stateGraph(records: Uint8Array, program: ExplainedProgram): StateGraph {
  const builder = new GraphBuilder(program);
  visitRecords(records, {
    state: (record) => builder.state(record),
    other: (record) => {
      switch (record.kind) {
        case r.RECORD_STEP:
          return builder.step(record.u32(r.STEP_RECORD.instruction));
        case r.RECORD_PUSH: {
          const B = r.BRANCH_RECORD;
          return builder.push(record.u32(B.state), record.i32(B.from), record.i32(B.to));
        }
        case r.RECORD_POP:
          return builder.pop(record.u32(r.BRANCH_RECORD.state));
        case r.RECORD_CHECKPOINT:
          return builder.checkpoint(record.u32(r.CHECKPOINT_RECORD.checkpoint));
        case r.RECORD_PRUNED:
          return builder.pruned(record.u32(r.PRUNED_RECORD.instruction), record.u32(r.PRUNED_RECORD.checkpoint));
        case r.RECORD_TRUNCATED:
          builder.truncated = true;
          return;
        case r.RECORD_END:
          if (record.i32(r.END_RECORD.result) !== 0) builder.refused();
      }
    },
  });
  return { nodes: builder.nodes, edges: builder.edges, truncated: builder.truncated };
}
