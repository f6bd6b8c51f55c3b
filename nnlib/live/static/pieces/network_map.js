// A small network as a map: what each unit answers over the plane of inputs, and the
// weights between them by width, sign and dash. A click on a weight tells which it is.
import { dress, html, svg } from "../elements.js";
import { tint } from "./plane.js";

const UNIT = 30; // CSS pixels a side
const GAP = 8;
const TOP = 22; // for the words above the layers

export class NetworkMap {
  given = false;

  /** onPick(index): the place of a clicked weight among all parameters. */
  constructor({ label, onPick }) {
    Object.assign(this, { onPick, width: 0, key: "", units: [] });
    this.edges = svg("g");
    this.words = svg("g");
    this.picture = svg(
      "svg",
      { role: "img", "aria-label": label },
      this.edges,
      this.words,
    );
    this.thumbs = html("div", { "aria-hidden": "true" });
    this.element = html(
      "div",
      { class: "nn-plane nn-broad nn-map" },
      this.picture,
      this.thumbs,
    );
  }

  resize(width) {
    this.width = width;
    this.key = "";
  }

  /** Lay out the units of `sizes` anew where they have changed. */
  layout(sizes, detail) {
    const key = `${sizes},${this.width}`;
    if (key === this.key) return;
    this.key = key;
    const tallest = Math.max(...sizes);
    this.height = TOP + tallest * (UNIT + GAP) + 24;
    this.element.style.height = `${this.height}px`;
    dress(
      this.picture,
      { viewBox: `0 0 ${this.width} ${this.height}`, height: this.height },
      [],
    );
    const step = sizes.length > 1 ? (this.width - UNIT - 8) / (sizes.length - 1) : 0;
    this.centres = sizes.map((units, k) =>
      Array.from({ length: units }, (_, i) => [
        4 + UNIT / 2 + k * step,
        TOP + (tallest * (UNIT + GAP)) / 2 + (i - (units - 1) / 2) * (UNIT + GAP),
      ]),
    );
    this.units = this.centres.map((layer) =>
      layer.map(([x, y]) => {
        const canvas = html("canvas", { width: detail, height: detail });
        const [left, top] = [x - UNIT / 2, y - UNIT / 2];
        canvas.style.cssText = `left:${left}px;top:${top}px;width:${UNIT}px;height:${UNIT}px`;
        return canvas;
      }),
    );
    this.thumbs.replaceChildren(...this.units.flat());
    this.drawEdges(sizes);
  }

  /** A line for each weight, W[j, i] from unit i to unit j; and a wide one to click on. */
  drawEdges(sizes) {
    this.lines = [];
    this.titles = [];
    const parts = [];
    let offset = 0;
    for (let k = 1; k < sizes.length; k++) {
      for (let j = 0; j < sizes[k]; j++) {
        for (let i = 0; i < sizes[k - 1]; i++) {
          const [[x1, y1], [x2, y2]] = [this.centres[k - 1][i], this.centres[k][j]];
          const [from, to] = [x1 + UNIT / 2, x2 - UNIT / 2];
          const half = (from + to) / 2;
          const d = `M${from} ${y1}C${half} ${y1} ${half} ${y2} ${to} ${y2}`;
          const index = offset + j * sizes[k - 1] + i;
          const line = svg("path", { d });
          const title = svg("title");
          const room = svg("path", { d, class: "nn-edge-room" }, title);
          room.addEventListener("click", () => this.onPick(index));
          this.lines.push(line);
          this.titles.push(title);
          parts.push(line, room);
        }
      }
      offset += sizes[k] * (sizes[k - 1] + 1);
    }
    this.edges.replaceChildren(...parts);
  }

  /** Draw weights (a list of W and b in turn), each layer's words, the picked weight. */
  weights(params, words, picked) {
    let edge = 0;
    let offset = 0;
    for (let k = 0; k < params.length; k += 2) {
      const W = params[k];
      for (let i = 0; i < W.length; i++, edge++) {
        const width = Math.min(0.4 + 2.2 * Math.abs(W[i]), 8).toFixed(2);
        const sign = W[i] < 0 ? "minus" : "plus";
        const is = offset + i === picked ? " nn-edge-picked" : "";
        this.lines[edge].setAttribute("class", `nn-edge nn-edge-${sign}${is}`);
        this.lines[edge].setAttribute("stroke-width", width);
        this.titles[edge].textContent = W[i].toFixed(3);
      }
      offset += W.length + params[k + 1].length;
    }
    this.words.replaceChildren(
      ...words.flatMap(([above, below], k) => {
        const x = this.centres[k][0][0];
        const last = k === words.length - 1;
        const anchor = k === 0 ? "start" : last ? "end" : "middle";
        const shift = k === 0 ? -UNIT / 2 : last ? UNIT / 2 : 0;
        const at = { x: x + shift, "text-anchor": anchor };
        return [
          svg("text", { ...at, y: 13 }, above),
          svg("text", { ...at, y: this.height - 8, class: "nn-text-muted" }, below),
        ];
      }),
    );
  }

  /** Tint unit i of layer k by paint(pixel) → [r, g, b]. */
  unit(k, i, paint) {
    tint(this.units[k][i], paint);
  }
}
