// Work too long for one frame: a generator run in slices, its last value kept.

export const SLICE = 6; // ms for all jobs in a frame that draws
export const ALONE = 14; // ms for them in a frame that draws nothing

export class Job {
  /** `key` names the settings; `steps` yields what there is so far, returns the whole. */
  constructor(key, steps) {
    Object.assign(this, { key, steps, value: undefined, done: false });
  }

  /** Go on until this time, or to the end. At least one step is taken. */
  advance(until) {
    do {
      const { value, done } = this.steps.next();
      if (value !== undefined) this.value = value;
      this.done = Boolean(done);
    } while (!this.done && performance.now() < until);
  }
}
