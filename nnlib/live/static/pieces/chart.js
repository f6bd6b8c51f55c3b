// A plane for curves, each axis linear or logarithmic.
import { svg } from "../elements.js";
import { Plane } from "./plane.js";
import { powerOfTen } from "./scientific.js";

const FAR = 4000; // px: what leaves the picture stays drawable

export class Chart extends Plane {
  /** @param {object} options those of Plane, and logX, logY: whether an axis is logarithmic. */
  constructor({ logX = false, logY = false, ...options }) {
    super(options);
    this.counts = { x: this.xticks, y: this.yticks };
    this.scale(logX, logY);
  }

  /** Look at another window, each axis linear or logarithmic. */
  look({ x, y, logX = false, logY = false }) {
    const changed = logX !== this.logX || logY !== this.logY;
    this.scale(logX, logY);
    if (changed) Object.assign(this, { x: [0, 0] }); // so that window() draws anew
    this.window(x, y);
  }

  scale(logX, logY) {
    Object.assign(this, { logX, logY });
    this.xticks = logX ? 0 : this.counts.x;
    this.yticks = logY ? 0 : this.counts.y;
  }

  X(x) {
    return drawable(super.X(this.logX ? stretched(x, this.x) : x));
  }

  Y(y) {
    return drawable(super.Y(this.logY ? stretched(y, this.y) : y));
  }

  /** The picture's edges inside the axes, in pixels. */
  get edges() {
    const [left, right] = this.x.map((x) => super.X(x));
    const [bottom, top] = this.y.map((y) => super.Y(y));
    return { left, right, top, bottom };
  }

  drawAxes() {
    super.drawAxes();
    const { left, right, top, bottom } = this.edges;
    const parts = [];
    for (const [y, words] of this.logY ? logTicks(this.y) : []) {
      const at = this.Y(y);
      parts.push(svg("line", { x1: left, x2: right, y1: at, y2: at }));
      parts.push(svg("text", { x: left - 6, y: at + 4, "text-anchor": "end" }, words));
    }
    for (const [x, words] of this.logX ? logTicks(this.x) : []) {
      const at = this.X(x);
      parts.push(svg("line", { x1: at, x2: at, y1: top, y2: bottom }));
      parts.push(
        svg("text", { x: at, y: bottom + 14, "text-anchor": "middle" }, words),
      );
    }
    this.axes.prepend(...parts);
    for (const text of this.axes.querySelectorAll("text[text-anchor=middle]"))
      if (Number(text.getAttribute("x")) > right - 6) {
        text.setAttribute("x", right + 9); // or a long number leaves the picture
        text.setAttribute("text-anchor", "end");
      }
  }
}

const drawable = (px) => Math.max(-FAR, Math.min(FAR, px));

/** Where a logarithmic axis shows `v`, as a number of the linear axis beneath. */
function stretched(v, [low, high]) {
  if (!(v > 0)) return v === 0 ? -Infinity : NaN;
  return low + (Math.log(v / low) / Math.log(high / low)) * (high - low);
}

/** The powers of ten in a range with their names; 2 and 5 between them if it is short. */
export function logTicks([low, high]) {
  const from = Math.floor(Math.log10(low) + 1e-9);
  const to = Math.ceil(Math.log10(high) - 1e-9);
  const every = Math.ceil((to - from) / 7);
  const between = to - from <= 2 ? [1, 2, 5] : [1];
  const ticks = [];
  for (let power = from; power <= to; power += every)
    for (const m of between) {
      const value = Number(`${m}e${power}`);
      if (value >= low * 0.999 && value <= high * 1.001)
        ticks.push([value, tickName(m, power)]);
    }
  return ticks;
}

function tickName(m, power) {
  if (power >= -4 && power <= 4) return String(Number(`${m}e${power}`));
  return m === 1 ? powerOfTen(power) : `${m}·${powerOfTen(power)}`;
}

/**
 * A long ragged curve with as many points as can be seen: the lowest and the highest of
 * each of `bins` stretches. @param {ArrayLike<number>} values one a step, from step 1
 */
export function envelope(values, bins) {
  const points = [];
  const size = Math.max(1, Math.ceil(values.length / bins));
  for (let start = 0; start < values.length; start += size) {
    let [low, high] = [Infinity, -Infinity];
    const end = Math.min(start + size, values.length);
    for (let i = start; i < end; i++) {
      if (values[i] < low) low = values[i];
      if (values[i] > high) high = values[i];
    }
    const middle = (start + 1 + end) / 2;
    points.push([middle, low]);
    if (high > low) points.push([middle, high]);
  }
  return points;
}
