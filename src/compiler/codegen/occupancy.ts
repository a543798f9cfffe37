// Which intervals stand where? The code is cut into stretches, and each stretch knows the intervals that touch it, so
// that a question about a short interval looks at its neighbours only, however long the function is.
import { intersects, type Ranges } from './live-ranges.ts';

/** Positions per stretch, as a power of two: 32 instructions. */
const STRETCH = 7;

export interface Ranged {
  ranges: Ranges;
}

export class Occupancy<T extends Ranged> {
  private readonly stretches = new Map<number, T[]>();

  private forEachStretch(ranges: Ranges, visit: (stretch: number) => boolean): void {
    let last = -1;
    for (let i = 0; i < ranges.length; i += 2) {
      const to = (ranges[i + 1]! - 1) >> STRETCH;
      for (let s = Math.max(last + 1, ranges[i]! >> STRETCH); s <= to; s++) if (!visit(s)) return;
      last = Math.max(last, to);
    }
  }

  add(item: T): void {
    this.forEachStretch(item.ranges, (s) => {
      const there = this.stretches.get(s);
      if (there) there.push(item);
      else this.stretches.set(s, [item]);
      return true;
    });
  }

  remove(item: T): void {
    this.forEachStretch(item.ranges, (s) => {
      const there = this.stretches.get(s)!;
      const i = there.indexOf(item);
      there[i] = there[there.length - 1]!;
      there.pop();
      return true;
    });
  }

  /** Visits once each item that is alive together with the given ranges, until a visit returns false. */
  forEachOverlap(ranges: Ranges, visit: (item: T) => boolean): void {
    if (this.stretches.size === 0) return;
    const seen = new Set<T>();
    this.forEachStretch(ranges, (s) => {
      for (const item of this.stretches.get(s) ?? []) {
        if (seen.has(item)) continue;
        seen.add(item);
        if (intersects(item.ranges, ranges) && !visit(item)) return false;
      }
      return true;
    });
  }
}
