// Work too long for one frame: a generator run in slices, its last value kept.

export const SLICE = 10; // ms of a frame: the rest is for drawing

export class Job {
  /** `key` names the settings; `steps` yields what there is so far, returns the whole. */
  constructor(key, steps) {
    Object.assign(this, { key, steps, value: undefined, done: false });
    this.advance();
  }

  /** Go on for one slice, or to the end. At least one step is taken. */
  advance() {
    const until = performance.now() + SLICE;
    while (!this.done) {
      const { value, done } = this.steps.next();
      if (value !== undefined) this.value = value;
      this.done = Boolean(done);
      if (performance.now() >= until) break;
    }
  }
}
