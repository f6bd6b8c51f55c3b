// A ledger: names on the left, their numbers on the right, how they came about below.
import { dress, html, svg } from "../elements.js";

const EDGE = 6;
const TOP = 22; // the heads of the columns stand above
const LINE = 25;
const BELOW = 17; // more, where a second line says how the number comes about
const COLUMN = 100; // px from one number's end to the next one's

export class Ledger {
  /**
   * @param {object} options rows: the most rows there can be; below: whether each has a
   *   second line; label: what a screen reader calls it.
   */
  constructor({ rows, below = false, label }) {
    this.each = LINE + (below ? BELOW : 0);
    this.height = TOP + rows * this.each + EDGE;
    this.width = 0;
    this.picture = svg("svg", { role: "img", "aria-label": label });
    this.element = html("div", { class: "nn-plane" }, this.picture);
  }

  resize(width) {
    this.width = width;
    const { height } = this;
    this.element.style.height = `${height}px`;
    dress(this.picture, { viewBox: `0 0 ${width} ${height}`, height }, []);
  }

  /**
   * @param {string[]} heads over the names, then over each column of numbers.
   * @param {object[]} rows name; values: texts, one a column; below: a second line.
   */
  draw(heads, rows) {
    const [title, ...columns] = heads;
    const head = [
      svg("text", { class: "nn-text-strong", x: EDGE, y: 15 }, title),
      ...this.numbers(columns, 15, "nn-text-muted"),
    ];
    const lines = rows.flatMap((row, k) => this.row(row, TOP + k * this.each));
    this.picture.replaceChildren(...head, ...lines);
  }

  row({ name, values, below }, top) {
    const y = top + 17;
    return [
      svg("line", {
        class: "nn-ledger-rule",
        x1: EDGE,
        x2: this.width - EDGE,
        y1: top,
        y2: top,
      }),
      svg("text", { x: EDGE, y }, name),
      ...this.numbers(values, y, "nn-text-strong"),
      ...(below
        ? [svg("text", { class: "nn-text-muted", x: EDGE + 12, y: y + BELOW }, below)]
        : []),
    ];
  }

  numbers(texts, y, look) {
    return texts.map((words, k) => {
      const x = this.width - EDGE - (texts.length - 1 - k) * COLUMN;
      return svg("text", { class: look, x, y, "text-anchor": "end" }, words);
    });
  }
}
