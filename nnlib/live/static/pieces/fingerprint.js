// What a gradient check leaves of a way back: layer by layer a mark for every slope of W
// and of b, and by how much it is off where it is wrong.
import { dress, html, svg } from "../elements.js";
import { num } from "../text.js";

const SIDE = 3; // rows and columns of each W
const CELL = { widest: 64, height: 29 };
const LEFT = 6;
const GAP = 16; // between W and b
const HEAD = 24; // above a layer: its letters
const TITLE = 22;
const FOOT = 46;
const INDEX = "₁₂₃";
let boards = 0;

export class Fingerprint {
  /** @param {string} label what a screen reader calls it. */
  constructor(label) {
    this.width = 0;
    this.hatch = `nn-print-hatch-${(boards += 1)}`;
    const lines = svg("path", {
      class: "nn-cell-hatch",
      d: "M-2 2L2 -2M0 8L8 0M6 10L10 6",
    });
    const size = { width: 8, height: 8, patternUnits: "userSpaceOnUse" };
    const pattern = svg("pattern", { id: this.hatch, ...size }, lines);
    this.content = svg("g");
    this.picture = svg(
      "svg",
      { role: "img", "aria-label": label },
      svg("defs", {}, pattern),
      this.content,
    );
    this.element = html("div", { class: "nn-plane" }, this.picture);
  }

  resize(width) {
    this.width = width;
    this.cell = Math.min(CELL.widest, (width - 2 * LEFT - GAP) / (SIDE + 1));
    this.height = TITLE + SIDE * (HEAD + SIDE * CELL.height + 6) + FOOT;
    this.element.style.height = `${this.height}px`;
    const { height } = this;
    dress(this.picture, { viewBox: `0 0 ${width} ${height}`, height }, []);
  }

  /**
   * @param {object} p ratios: for each slope, W₁, b₁, W₂, … row by row, by how much it is
   *   off, or null where it is right; title; lines: two lines of text below.
   */
  draw({ title, ratios, lines }) {
    const each = SIDE * SIDE + SIDE;
    const layers = Array.from({ length: SIDE }, (_, k) =>
      this.layer(ratios.slice(k * each, (k + 1) * each), k),
    );
    const words = lines.map((line, k) =>
      svg(
        "text",
        {
          class: k ? "nn-text-strong" : null,
          x: LEFT,
          y: this.height - FOOT + 18 + 19 * k,
        },
        line,
      ),
    );
    const above = svg("text", { x: LEFT, y: 15 }, title);
    this.content.replaceChildren(above, ...layers.flat(), ...words);
  }

  layer(ratios, k) {
    const top = TITLE + k * (HEAD + SIDE * CELL.height + 6) + HEAD;
    const bias = LEFT + SIDE * this.cell + GAP;
    const name = (letter, x) =>
      svg("text", { x, y: top - 7, "text-anchor": "middle" }, letter + INDEX[k]);
    const marks = ratios.map((ratio, at) => {
      const inW = at < SIDE * SIDE;
      const row = inW ? Math.floor(at / SIDE) : at - SIDE * SIDE;
      const x = inW ? LEFT + (at % SIDE) * this.cell : bias;
      return this.mark(ratio, x, top + row * CELL.height);
    });
    return [
      name("W", LEFT + (SIDE * this.cell) / 2),
      name("b", bias + this.cell / 2),
      ...marks,
    ];
  }

  mark(ratio, x, y) {
    const place = { x, y, width: this.cell, height: CELL.height };
    const right = ratio === null;
    const sign = right ? "" : ` nn-cell-${ratio < 0 ? "minus" : "plus"}`;
    const parts = [
      svg("rect", {
        class: `nn-cell${sign}`,
        ...place,
        "fill-opacity": right ? 0 : 0.3,
      }),
    ];
    if (!right && ratio < 0)
      parts.push(svg("rect", { fill: `url(#${this.hatch})`, ...place }));
    const at = { x: x + this.cell / 2, y: y + 19, "text-anchor": "middle" };
    const look = right ? "nn-print-right" : "nn-cell-number";
    parts.push(svg("text", { class: look, ...at }, right ? "✓" : num(ratio, 2)));
    return svg("g", {}, ...parts);
  }
}
