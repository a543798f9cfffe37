// What the arguments of a helper call have told, for its later arguments and its result.
import { BpfMap } from '../maps/map';

export class CallMeta {
  id: i32 = 0;
  /** number of the map it got, plus one (as a register holds it), 0: none; and its lookup */
  map: i32 = 0;
  mapUid: u32 = 0;
  mapObject: BpfMap | null = null;
  /** the buffer argument before a size is only filled by the helper */
  raw: bool = false;
  /** the buffer is written */
  writes: bool = false;
  /** register of the argument that is given back, -1: none */
  released: i32 = -1;
  reference: u32 = 0;
  memorySize: u32 = 0;
  /** greatest size passed, for the result's range */
  mostSize: u64 = 0;
  /** -1: the key is not known */
  constantKey: i64 = -1;
  subprogram: i32 = -1;
  /** register of the dynptr that is given back, -1: none */
  releasedDynptr: i32 = -1;

  reset(id: i32): void {
    this.id = id;
    this.map = 0;
    this.mapUid = 0;
    this.mapObject = null;
    this.raw = false;
    this.writes = false;
    this.released = -1;
    this.reference = 0;
    this.memorySize = 0;
    this.mostSize = 0;
    this.constantKey = -1;
    this.subprogram = -1;
    this.releasedDynptr = -1;
  }
}
export const call: CallMeta = new CallMeta();
