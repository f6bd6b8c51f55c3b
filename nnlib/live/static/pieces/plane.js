// A plane: axes in data units, a coloured field below, marks above.
import { dress, svg, html } from "../elements.js";
import { num } from "../text.js";

const MARGIN = { left: 46, right: 10, top: 10, bottom: 36 };
const CELL = 2; // CSS pixels a side: finer costs four times as much and cannot be seen
let planes = 0;

/** Marks of the classes: circle, square, triangle, diamond, as matplotlib's "os^D". */
const SHAPES = [
  (x, y) => `M${x - 4} ${y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z`,
  (x, y) => `M${x - 3.6} ${y - 3.6}h7.2v7.2h-7.2Z`,
  (x, y) => `M${x} ${y - 4.6}l4.4 8h-8.8Z`,
  (x, y) => `M${x} ${y - 4.8}l4.8 4.8l-4.8 4.8l-4.8 -4.8Z`,
];

const cross = (x, y) => `M${x - 9} ${y - 9}l18 18m0 -18l-18 18`;

export class Plane {
  /**
   * @param {object} options x, y: [low, high]; xlabel, ylabel; label: what a screen
   *   reader calls it; ratio: height / width (stackedRatio where the planes stand
   *   one above the other, so that a phone holds plane and sliders); xticks, yticks:
   *   about how many numbers on each axis, 0 for none; cells: how many cells the field
   *   has each way, by default one for every two pixels.
   */
  constructor({
    x,
    y,
    xlabel = "",
    ylabel = "",
    label,
    ratio = 0.9,
    stackedRatio = ratio,
    xticks = 5,
    yticks = 5,
    cells = null,
  }) {
    Object.assign(this, {
      x,
      y,
      xlabel,
      ylabel,
      ratio,
      stackedRatio,
      xticks,
      yticks,
      cells,
      width: 0,
      height: 0,
    });
    const clip = `nn-clip-${(planes += 1)}`;
    this.canvas = html("canvas", { class: "nn-field", "aria-hidden": "true" });
    this.axes = svg("g", { class: "nn-axes" });
    this.content = svg("g", { "clip-path": `url(#${clip})` });
    this.above = svg("g");
    this.frame = svg("rect", { class: "nn-frame" });
    this.clip = svg("rect");
    this.picture = svg(
      "svg",
      { role: "img", "aria-label": label },
      svg("defs", {}, svg("clipPath", { id: clip }, this.clip)),
      this.axes,
      this.content,
      this.frame,
      this.above,
    );
    this.element = html("div", { class: "nn-plane" }, this.canvas, this.picture);
  }

  X(x) {
    return MARGIN.left + ((x - this.x[0]) / (this.x[1] - this.x[0])) * this.inner.width;
  }

  Y(y) {
    return MARGIN.top + ((this.y[1] - y) / (this.y[1] - this.y[0])) * this.inner.height;
  }

  /** The point of the plane, in data units, under a pointer. */
  under({ clientX, clientY }) {
    const box = this.picture.getBoundingClientRect();
    const across = (clientX - box.x - MARGIN.left) / this.inner.width;
    const up = 1 - (clientY - box.y - MARGIN.top) / this.inner.height;
    return [
      this.x[0] + across * (this.x[1] - this.x[0]),
      this.y[0] + up * (this.y[1] - this.y[0]),
    ];
  }

  /** Fit the plane into `width` CSS pixels; the text keeps its size. */
  resize(width, stacked) {
    this.width = width;
    this.height = Math.round(width * (stacked ? this.stackedRatio : this.ratio));
    this.inner = {
      width: width - MARGIN.left - MARGIN.right,
      height: this.height - MARGIN.top - MARGIN.bottom,
    };
    const box = { x: MARGIN.left, y: MARGIN.top, ...this.inner };
    for (const rect of [this.clip, this.frame]) dress(rect, box, []);
    this.element.style.height = `${this.height}px`;
    dress(
      this.picture,
      { viewBox: `0 0 ${width} ${this.height}`, height: this.height },
      [],
    );
    this.canvas.width = this.cells ?? Math.ceil(box.width / CELL);
    this.canvas.height = this.cells ?? Math.ceil(box.height / CELL);
    this.canvas.style.cssText = `left:${box.x}px;top:${box.y}px;width:${box.width}px;height:${box.height}px`;
    this.drawAxes();
  }

  /** Look at another window of the data. */
  window(x, y) {
    if (`${x},${y}` === `${this.x},${this.y}`) return;
    Object.assign(this, { x, y });
    this.drawAxes();
  }

  drawAxes() {
    const bottom = MARGIN.top + this.inner.height;
    const parts = [];
    for (const x of niceTicks(this.x, this.xticks)) {
      parts.push(
        svg("line", { x1: this.X(x), x2: this.X(x), y1: MARGIN.top, y2: bottom }),
      );
      parts.push(
        svg(
          "text",
          { x: this.X(x), y: bottom + 14, "text-anchor": "middle" },
          tickText(x),
        ),
      );
    }
    for (const y of niceTicks(this.y, this.yticks)) {
      parts.push(
        svg("line", {
          x1: MARGIN.left,
          x2: MARGIN.left + this.inner.width,
          y1: this.Y(y),
          y2: this.Y(y),
        }),
      );
      parts.push(
        svg(
          "text",
          { x: MARGIN.left - 6, y: this.Y(y) + 4, "text-anchor": "end" },
          tickText(y),
        ),
      );
    }
    const middle = MARGIN.left + this.inner.width / 2;
    parts.push(
      svg(
        "text",
        { class: "nn-axis-name", x: middle, y: bottom + 31, "text-anchor": "middle" },
        this.xlabel,
      ),
    );
    const at = {
      x: 11,
      y: MARGIN.top + this.inner.height / 2,
      "text-anchor": "middle",
    };
    parts.push(
      svg(
        "text",
        { class: "nn-axis-name", ...at, transform: `rotate(-90 ${at.x} ${at.y})` },
        this.ylabel,
      ),
    );
    this.axes.replaceChildren(...parts);
  }

  /** The centres of the field's cells, row by row from the top: (rows · columns, 2). */
  centres() {
    const { width, height } = this.canvas;
    const dx = (this.x[1] - this.x[0]) / width;
    const dy = (this.y[1] - this.y[0]) / height;
    const points = new Float64Array(2 * width * height);
    for (let row = 0, at = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        points[at++] = this.x[0] + (column + 0.5) * dx;
        points[at++] = this.y[1] - (row + 0.5) * dy;
      }
    }
    return points;
  }

  /** Colour the plane, cell by cell in the order of centres(), by paint(i) → [r, g, b]. */
  cellwise(paint) {
    tint(this.canvas, paint);
  }

  /** Colour the plane, cell by cell, by value(x, y) ∈ [0, 1], from class 0's tint to class 1's. */
  field(value, colours) {
    const { width, height } = this.canvas;
    const context = this.canvas.getContext("2d");
    const image = context.createImageData(width, height);
    const [from, to] = colours;
    const dx = (this.x[1] - this.x[0]) / width;
    const dy = (this.y[1] - this.y[0]) / height;
    for (let row = 0, at = 0; row < height; row++) {
      const y = this.y[1] - (row + 0.5) * dy;
      for (let column = 0; column < width; column++, at += 4) {
        const p = value(this.x[0] + (column + 0.5) * dx, y);
        for (let c = 0; c < 3; c++)
          image.data[at + c] = from[c] + (to[c] - from[c]) * p;
        image.data[at + 3] = 255;
      }
    }
    context.putImageData(image, 0, 0);
  }

  /** Replace what lies inside the axes (clipped) and what may stick out of them. */
  draw(inside, above = []) {
    this.content.replaceChildren(...inside);
    this.above.replaceChildren(...above);
  }

  segment([x1, y1], [x2, y2], look) {
    return svg("line", {
      class: look,
      x1: this.X(x1),
      y1: this.Y(y1),
      x2: this.X(x2),
      y2: this.Y(y2),
    });
  }

  /** A curve through points [x, y]; gaps where a value is not finite. */
  curve(points, look) {
    let d = "";
    let pen = "M";
    for (const [x, y] of points) {
      if (Number.isFinite(y))
        d += `${pen}${this.X(x).toFixed(2)} ${this.Y(y).toFixed(2)}`;
      pen = Number.isFinite(y) ? "L" : "M";
    }
    return svg("path", { class: look, d });
  }

  dot([x, y], look, radius = 5) {
    return svg("circle", { class: look, cx: this.X(x), cy: this.Y(y), r: radius });
  }

  text([x, y], words, { look = "nn-text", anchor = "start", dx = 0, dy = 0 } = {}) {
    return svg(
      "text",
      { class: look, x: this.X(x) + dx, y: this.Y(y) + dy, "text-anchor": anchor },
      words,
    );
  }

  arrow(from, to, look) {
    const [x1, y1, x2, y2] = [
      this.X(from[0]),
      this.Y(from[1]),
      this.X(to[0]),
      this.Y(to[1]),
    ];
    const length = Math.hypot(x2 - x1, y2 - y1);
    if (length < 4) return svg("g");
    const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
    const [bx, by] = [x2 - 10 * ux, y2 - 10 * uy];
    const head = `M${x2} ${y2}L${bx - 5 * uy} ${by + 5 * ux}L${bx + 5 * uy} ${by - 5 * ux}Z`;
    return svg(
      "g",
      { class: look },
      svg("line", { x1, y1, x2: bx, y2: by }),
      svg("path", { d: head }),
    );
  }

  /** One example: its class by shape and colour, a cross beside it when answered wrongly. */
  example([x, y], target, { wrong = false, ring = false } = {}) {
    const [cx, cy] = [this.X(x), this.Y(y)];
    const mark =
      target === 1
        ? svg("rect", { x: cx - 5, y: cy - 5, width: 10, height: 10 })
        : svg("circle", { cx, cy, r: 5.7 });
    const group = svg("g", { class: `nn-class${target}` }, mark);
    if (wrong) group.append(svg("path", { class: "nn-wrong", d: cross(cx, cy) }));
    if (ring) group.append(svg("circle", { class: "nn-ring", cx, cy, r: 12 }));
    return group;
  }

  /**
   * Many examples, {at, target, wrong, held}, drawn smaller: all of one look are one
   * path, for a hundred elements would take longer than all the arithmetic.
   */
  crowd(examples) {
    const looks = new Map();
    const add = (look, d) => looks.set(look, (looks.get(look) ?? "") + d);
    for (const { at, target, held } of examples) {
      const look = `nn-class${target}${held ? " nn-held" : ""}`;
      add(look, SHAPES[target](this.X(at[0]), this.Y(at[1])));
    }
    const wrong = examples.filter((one) => one.wrong);
    return [
      ...[...looks].map(([look, d]) => svg("g", { class: look }, svg("path", { d }))),
      svg("path", {
        class: "nn-wrong",
        d: wrong.map(({ at }) => cross(this.X(at[0]), this.Y(at[1]))).join(""),
      }),
    ];
  }

  /** The trace of an earlier setting: see Stage.compare. */
  ghost(parts) {
    return svg("g", { class: "nn-ghost" }, ...parts);
  }

  /** The line w·x + b = 0 and, from its middle, the arrow w: [] where w = 0. */
  boundary([w1, w2], b, { look = "nn-line", arrow = true } = {}) {
    const square = w1 * w1 + w2 * w2;
    if (square === 0) return [];
    const centre = [(this.x[0] + this.x[1]) / 2, (this.y[0] + this.y[1]) / 2];
    const off = (w1 * centre[0] + w2 * centre[1] + b) / square;
    const foot = [centre[0] - off * w1, centre[1] - off * w2];
    const far =
      (2 * (this.x[1] - this.x[0] + this.y[1] - this.y[0])) / Math.sqrt(square);
    const line = this.segment(
      [foot[0] - far * w2, foot[1] + far * w1],
      [foot[0] + far * w2, foot[1] - far * w1],
      look,
    );
    if (!arrow) return [line];
    const reach = (0.22 * (this.x[1] - this.x[0])) / Math.sqrt(square);
    return [
      line,
      this.arrow(foot, [foot[0] + reach * w1, foot[1] + reach * w2], "nn-arrow"),
    ];
  }
}

function niceTicks([low, high], about) {
  if (about === 0) return [];
  const rough = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((m) => m * power >= rough * 0.999) * power;
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++)
    ticks.push(k * step);
  return ticks;
}

const tickText = (x) => num(x, 4).replace(/\.?0+$/, "");

/** Colour a canvas pixel by pixel, row by row, by paint(i) → [r, g, b]. */
export function tint(canvas, paint) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  const { data } = image;
  for (let i = 0, at = 0; at < data.length; i++, at += 4) {
    const colour = paint(i);
    data[at] = colour[0];
    data[at + 1] = colour[1];
    data[at + 2] = colour[2];
    data[at + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}
