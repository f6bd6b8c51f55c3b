// A list of formulas, each below a few words that say what it is, its shape at the right.
import { html, svg } from "../elements.js";
import { sized, words } from "./matrix.js";

const ROW = 42;
const EDGE = 4;

export class Formulas {
  /** @param {object} options rows: how many; label: what a screen reader calls it. */
  constructor({ rows, label }) {
    Object.assign(this, { rows, width: 0 });
    this.content = svg("g");
    this.picture = svg("svg", { role: "img", "aria-label": label }, this.content);
    this.element = html("div", { class: "nn-plane" }, this.picture);
  }

  resize(width) {
    this.width = width;
    this.height = this.rows * ROW + 8;
    sized(this);
  }

  /** @param {object[]} list what, formula, shape; mark: a few words at the right. */
  draw(list) {
    const right = { anchor: "end" };
    const rows = list.flatMap(({ what, formula, shape, mark }, k) => {
      const y = k * ROW + 14;
      const end = this.width - EDGE;
      const line = { x1: EDGE, x2: end, y1: y + 27, y2: y + 27 };
      return [
        words(EDGE, y, what, { look: "nn-cell-label", anchor: "start" }),
        words(end, y, mark, { look: "nn-cell-label", ...right }),
        words(EDGE, y + 18, formula, { look: "nn-text-strong", anchor: "start" }),
        words(end, y + 18, shape, right),
        svg("line", { class: "nn-cell", ...line }),
      ];
    });
    this.content.replaceChildren(...rows);
  }
}
