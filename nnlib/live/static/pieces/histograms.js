// Histograms one below the other on one axis, so that layers can be compared.
import { dress, html, svg } from "../elements.js";

const LEFT = 34; // names of the rows
const COLUMN = { first: 72, next: 44 }; // words on the right
const TOP = 22;
const AXIS = 38;

export class Histogram {
  /**
   * @param {object} options label: what a screen reader calls the picture; height of all
   *   rows together, in pixels; rowname: what the rows are; columns: the headings of the
   *   words on the right of each row, at most two.
   */
  constructor({ label, height = 330, rowname = "", columns = [] }) {
    Object.assign(this, { rows: height, rowname, columns, width: 0 });
    this.axes = svg("g", { class: "nn-axes" });
    this.content = svg("g");
    this.ghost = svg("g", { class: "nn-ghost" });
    this.above = svg("g");
    const about = { role: "img", "aria-label": label };
    const layers = [this.axes, this.content, this.ghost, this.above];
    this.picture = svg("svg", about, ...layers);
    this.element = html("div", { class: "nn-plane" }, this.picture);
  }

  resize(width) {
    this.width = width;
    this.height = TOP + this.rows + AXIS;
    this.ends = [width - 4 - COLUMN.next * (this.columns.length - 1), width - 4];
    this.right = this.ends[0] - (this.columns.length ? COLUMN.first : 0);
    const { height } = this;
    this.element.style.height = `${height}px`;
    dress(this.picture, { viewBox: `0 0 ${width} ${height}`, height }, []);
  }

  /** The edge before bin k of so many. */
  edge(k, bins) {
    return LEFT + ((this.right - LEFT) * k) / bins;
  }

  /**
   * @param {object[]} rows name; counts, a number a bin; words for the columns; before:
   *   earlier counts, or null. Each row is as high as its own largest count.
   * @param {object} axis low, high; ticks: [[x, text], …]; name.
   */
  draw(rows, { low, high, ticks, name }) {
    const each = this.rows / rows.length;
    const bottom = TOP + this.rows;
    const place = (x) => LEFT + ((this.right - LEFT) * (x - low)) / (high - low);
    const axes = ticks.flatMap(([x, text]) => [
      svg("line", { x1: place(x), x2: place(x), y1: TOP, y2: bottom }),
      words(place(x), bottom + 14, text, "middle"),
    ]);
    axes.push(
      words((LEFT + this.right) / 2, bottom + 31, name, "middle", "nn-axis-name"),
    );
    axes.push(words(4, TOP - 8, this.rowname, "start"));
    this.columns.forEach((heading, k) =>
      axes.push(words(this.ends[k], TOP - 8, heading, "end")),
    );
    this.axes.replaceChildren(...axes);
    const foot = (k) => TOP + (k + 1) * each;
    const high_ = 0.84 * each;
    this.content.replaceChildren(
      ...rows.flatMap(({ counts }, k) => [
        svg("path", { class: "nn-histogram", d: this.outline(counts, foot(k), high_) }),
        svg("line", { class: "nn-histogram-foot", ...this.level(foot(k)) }),
      ]),
    );
    this.ghost.replaceChildren(
      ...rows.flatMap(({ before }, k) =>
        before
          ? [
              svg("path", {
                class: "nn-guide",
                d: this.outline(before, foot(k), high_),
              }),
            ]
          : [],
      ),
    );
    this.above.replaceChildren(
      ...rows.flatMap(({ name: row, words: beside }, k) => {
        const y = foot(k) - each / 2 + 5;
        return [
          words(LEFT - 10, y, row, "end"),
          ...beside.map((text, at) => words(this.ends[at], y, text, "end")),
        ];
      }),
    );
  }

  level(y) {
    return { x1: LEFT, x2: this.right, y1: y, y2: y };
  }

  /** The stairs over the bins, standing on y = foot. */
  outline(counts, foot, height) {
    const largest = Math.max(...counts) || 1;
    let d = `M${LEFT} ${foot}`;
    counts.forEach((count, k) => {
      const y = (foot - (height * count) / largest).toFixed(2);
      d += `V${y}H${this.edge(k + 1, counts.length).toFixed(2)}`;
    });
    return `${d}V${foot}Z`;
  }
}

const words = (x, y, text, anchor, look = null) =>
  svg("text", { class: look, x, y, "text-anchor": anchor }, text);
