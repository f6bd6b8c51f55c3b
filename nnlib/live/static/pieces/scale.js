// Matrices as rectangles of their sizes, and counts as bars on a logarithmic axis.
import { html, svg } from "../elements.js";
import { sized, words } from "./matrix.js";
import { powerOfTen } from "./sizes.js";

const EDGE = 6;
const LEAST = 20; // of a rectangle's place: its name stands below it
const GAP = 4;
const WIDE = 40; // a place that has room for the size as well
const TALLEST = 120;

/** The factors of a product, each a rectangle as high and as wide as it has numbers. */
export class ToScale {
  /** @param {object} options label: what a screen reader calls the picture. */
  constructor({ label }) {
    this.width = 0;
    this.content = svg("g");
    this.picture = svg("svg", { role: "img", "aria-label": label }, this.content);
    this.element = html("div", { class: "nn-plane" }, this.picture);
  }

  resize(width) {
    this.width = width;
    this.height = 26 + TALLEST + 46;
    sized(this);
  }

  /**
   * @param {object[]} factors name, rows, columns, diagonal: whether that is all it has
   * @param {string[]} ends what is said above the left end, and above the right end
   */
  draw(factors, [left, right]) {
    const total = factors.reduce((sum, { columns }) => sum + columns, 0);
    const most = Math.max(...factors.map(({ rows }) => rows));
    const room = this.width - 2 * EDGE - factors.length * (LEAST + GAP);
    const unit = Math.min(room / total, TALLEST / most, 12);
    const parts = [];
    let x = EDGE;
    for (const { name, rows, columns, diagonal } of factors) {
      const size = [columns, rows].map((n) => Math.max(n * unit, 2));
      const [width, height] = size;
      const place = Math.max(width, LEAST);
      const corner = [x + (place - width) / 2, 26 + (TALLEST - height) / 2];
      parts.push(rectangle(corner, size, diagonal));
      const middle = x + place / 2;
      parts.push(words(middle, 26 + TALLEST + 18, name));
      const shape = `${rows}×${columns}`;
      const small = { look: "nn-cell-label" };
      if (place >= WIDE) parts.push(words(middle, 26 + TALLEST + 34, shape, small));
      x += place + GAP;
    }
    parts.push(words(EDGE, 15, left, { anchor: "start" }));
    parts.push(words(this.width - EDGE, 15, right, { anchor: "end" }));
    this.content.replaceChildren(...parts);
  }
}

function rectangle([x, y], [width, height], diagonal) {
  const look = diagonal ? "nn-scale-empty" : "nn-scale-full";
  const parts = [svg("rect", { class: look, x, y, width, height })];
  if (diagonal)
    parts.push(
      svg("path", { class: "nn-scale-line", d: `M${x} ${y}l${width} ${height}` }),
    );
  return svg("g", {}, ...parts);
}

const ROW = 46;
const TOP = 4;
const AXIS = 36;

/** Counts from 1 to 10^powers as bars, a power of ten as wide as any other. */
export class LogBars {
  /** @param {object} options rows: how many bars; powers; label; xlabel. */
  constructor({ rows, powers, label, xlabel }) {
    Object.assign(this, { rows, powers, xlabel, width: 0 });
    this.axes = svg("g", { class: "nn-axes" });
    this.content = svg("g");
    const about = { role: "img", "aria-label": label };
    this.picture = svg("svg", about, this.axes, this.content);
    this.element = html("div", { class: "nn-plane" }, this.picture);
  }

  X(count) {
    return 4 + (Math.log10(count) / this.powers) * (this.width - 20);
  }

  resize(width) {
    this.width = width;
    const bottom = TOP + this.rows * ROW;
    this.height = bottom + AXIS;
    sized(this);
    const parts = [];
    for (let power = 0; power <= this.powers; power++) {
      const x = this.X(10 ** power);
      const anchor = power ? "middle" : "start";
      const text = power < 4 ? String(10 ** power) : powerOfTen(power);
      parts.push(svg("line", { x1: x, x2: x, y1: TOP, y2: bottom }));
      parts.push(words(x, bottom + 14, text, { anchor }));
    }
    const middle = this.X(10 ** (this.powers / 2));
    parts.push(words(middle, bottom + 31, this.xlabel, { look: "nn-axis-name" }));
    this.axes.replaceChildren(...parts);
  }

  /** @param {object[]} bars name; count; text; first: whether it is the one to see; before. */
  draw(bars) {
    this.content.replaceChildren(...bars.flatMap((bar, k) => this.row(bar, k)));
  }

  row({ name, count, text, first, before = null }, k) {
    const y = TOP + k * ROW;
    const length = (n) => Math.max(this.X(n) - 4, 1);
    const look = first ? "nn-bar-sum" : "nn-bars-4";
    const at = { x: 4, y: y + 20, height: 18 };
    const parts = [svg("rect", { class: look, ...at, width: length(count) })];
    if (before !== null) {
      const outline = { x: 4, y: y + 18, height: 22, width: length(before) };
      const trace = svg("rect", { class: "nn-bars-before", ...outline });
      parts.push(svg("g", { class: "nn-ghost" }, trace));
    }
    const strong = { look: "nn-text-strong" };
    parts.push(words(4, y + 14, name, { ...strong, anchor: "start" }));
    parts.push(words(this.width - 16, y + 14, text, { ...strong, anchor: "end" }));
    return parts;
  }
}
