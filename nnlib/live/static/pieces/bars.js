// Shares of one as bars, one below the other: what softmax gives each class.
import { dress, html, svg } from "../elements.js";

const ROW = { height: 46, bar: 18 };
const LEFT = 4;
const RIGHT = 52; // for the value behind the longest bar
const TOP = 4;
const AXIS = 36;
const TICKS = [0, 0.25, 0.5, 0.75, 1];
let patterns = 0;

export class Bars {
  /**
   * @param {object} options rows: how many bars; label: what a screen reader calls the
   *   picture; xlabel: what is measured.
   */
  constructor({ rows, label, xlabel = "probability" }) {
    Object.assign(this, { rows, xlabel, width: 0 });
    this.hatch = `nn-bars-hatch-${(patterns += 1)}`;
    this.axes = svg("g", { class: "nn-axes" });
    this.content = svg("g");
    this.picture = svg(
      "svg",
      { role: "img", "aria-label": label },
      svg("defs", {}, missing(this.hatch)),
      this.axes,
      this.content,
    );
    this.element = html("div", { class: "nn-plane" }, this.picture);
  }

  X(share) {
    return LEFT + share * (this.width - LEFT - RIGHT);
  }

  resize(width) {
    this.width = width;
    this.height = TOP + this.rows * ROW.height + AXIS;
    this.element.style.height = `${this.height}px`;
    const { height } = this;
    dress(this.picture, { viewBox: `0 0 ${width} ${height}`, height }, []);
    const bottom = TOP + this.rows * ROW.height;
    const parts = TICKS.flatMap((share) => {
      const x = this.X(share);
      const anchor = share ? "middle" : "start";
      return [
        svg("line", { x1: x, x2: x, y1: TOP, y2: bottom }),
        svg("text", { x, y: bottom + 14, "text-anchor": anchor }, String(share)),
      ];
    });
    const name = { class: "nn-axis-name", x: this.X(0.5), y: bottom + 31 };
    parts.push(svg("text", { ...name, "text-anchor": "middle" }, this.xlabel));
    this.axes.replaceChildren(...parts);
  }

  /**
   * @param {object[]} bars name; value in [0, 1] or NaN, which has no bar; text: the
   *   value in words; note: a few words on the right; before: an earlier value, or null.
   */
  draw(bars) {
    this.content.replaceChildren(...bars.flatMap((bar, k) => this.row(bar, k)));
  }

  row({ name, value, text, note = "", before = null }, k) {
    const y = TOP + k * ROW.height;
    const top = y + 20;
    const known = Number.isFinite(value);
    const end = this.X(known ? value : 0);
    const words = [
      mark(k, 10, y + 9),
      svg("text", { class: "nn-text-strong", x: 22, y: y + 13.5 }, name),
      svg(
        "text",
        { class: "nn-bars-note", x: this.X(1), y: y + 13.5, "text-anchor": "end" },
        note,
      ),
      svg("text", { class: "nn-text-strong", x: end + 6, y: top + 13.5 }, text),
    ];
    const at = { x: LEFT, y: top, height: ROW.bar };
    const bar = known
      ? svg("rect", { class: `nn-bars-${k}`, ...at, width: Math.max(end - LEFT, 1) })
      : svg("rect", { fill: `url(#${this.hatch})`, ...at, width: this.X(1) - LEFT });
    if (!Number.isFinite(before ?? NaN)) return [bar, ...words];
    const room = { y: top - 2, height: ROW.bar + 4 };
    const width = Math.max(this.X(before) - LEFT, 1);
    const outline = svg("rect", { class: "nn-bars-before", x: LEFT, width, ...room });
    return [bar, svg("g", { class: "nn-ghost" }, outline), ...words];
  }
}

/** Class k's own mark: circle, square, triangle, diamond, then a grey pentagon. */
function mark(k, x, y) {
  const corners = { 2: [3, -90], 3: [4, 0], 4: [5, -90] }[k];
  if (k === 0) return svg("circle", { class: "nn-bars-0", cx: x, cy: y, r: 5.7 });
  if (!corners)
    return svg("rect", {
      class: "nn-bars-1",
      x: x - 5,
      y: y - 5,
      width: 10,
      height: 10,
    });
  const [count, first] = corners;
  const points = Array.from({ length: count }, (_, corner) => {
    const angle = ((first + (360 * corner) / count) * Math.PI) / 180;
    return `${(x + 6.5 * Math.cos(angle)).toFixed(2)},${(y + 6.5 * Math.sin(angle)).toFixed(2)}`;
  });
  return svg("polygon", { class: `nn-bars-${k}`, points: points.join(" ") });
}

function missing(id) {
  return svg(
    "pattern",
    { id, width: 7, height: 7, patternUnits: "userSpaceOnUse" },
    svg("path", { class: "nn-guide", d: "M0 7L7 0" }),
  );
}
