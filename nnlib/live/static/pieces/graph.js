// A computation graph: boxes in ranks from the top down, so that a phone has room for
// it, and an arrow from each argument to what it makes.
import { dress, html, svg } from "../elements.js";

const BOX = { width: 96, height: 58 };
const STEP = BOX.height + 34; // from rank to rank
let made = 0;

export class Graph {
  /** @param {object} options graph: {inputs, steps}; label: for a screen reader. */
  constructor({ graph, label }) {
    Object.assign(this, { graph, width: 0, ranks: ranksOf(graph) });
    this.head = `nn-head-${(made += 1)}`;
    this.arrows = svg("g");
    this.boxes = svg("g");
    this.ghosts = svg("g", { class: "nn-ghost" });
    const tip = svg("path", { d: "M0 0L9 4.5L0 9Z", class: "nn-graph-tip" });
    const marker = svg(
      "marker",
      {
        id: this.head,
        viewBox: "0 0 9 9",
        refX: 8,
        refY: 4.5,
        markerWidth: 8,
        markerHeight: 8,
        orient: "auto-start-reverse",
      },
      tip,
    );
    this.picture = svg(
      "svg",
      { role: "img", "aria-label": label },
      svg("defs", {}, marker),
      this.arrows,
      this.boxes,
      this.ghosts,
    );
    this.element = html("div", { class: "nn-plane" }, this.picture);
  }

  resize(width) {
    this.width = width;
    const ranks = rows(this.ranks, this.graph.inputs);
    const across = width / Math.max(...ranks.map((row) => row.length));
    this.room = Math.min(BOX.width, across - 10);
    this.height = ranks.length * STEP + 8;
    this.element.style.height = `${this.height}px`;
    dress(
      this.picture,
      { viewBox: `0 0 ${width} ${this.height}`, height: this.height },
      [],
    );
    this.at = {};
    ranks.forEach((row, rank) =>
      row.forEach((name, k) => {
        const inRow = k - (row.length - 1) / 2;
        this.at[name] = [width / 2 + inRow * across, (rank + 0.5) * STEP];
      }),
    );
  }

  /**
   * @param {object} boxes name → {lines: [symbol, value, gradient], active}
   * @param {object[]} arrows {from, to, words, look}: look is "", "now" or "back"
   * @param {object} before name → what a box said earlier
   */
  draw(boxes, arrows, before = {}) {
    this.arrows.replaceChildren(...arrows.flatMap((arrow) => this.arrow(arrow)));
    this.boxes.replaceChildren(
      ...Object.entries(boxes).map(([name, box]) => this.box(name, box)),
    );
    this.ghosts.replaceChildren(
      ...Object.entries(before).map(([name, words]) => {
        const [x, y] = this.at[name];
        return svg(
          "text",
          {
            x,
            y: y + BOX.height / 2 + 13,
            "text-anchor": "middle",
            class: "nn-text-muted",
          },
          words,
        );
      }),
    );
  }

  box(name, { lines, active }) {
    const [x, y] = this.at[name];
    const look = active ? "nn-graph-box nn-graph-active" : "nn-graph-box";
    const rect = svg("rect", {
      class: look,
      x: x - this.room / 2,
      y: y - BOX.height / 2,
      width: this.room,
      height: BOX.height,
      rx: 8,
    });
    const texts = lines.map((words, i) =>
      svg(
        "text",
        {
          x,
          y: y - 12 + 17 * i,
          "text-anchor": "middle",
          class: ["nn-text", "nn-text-strong", "nn-graph-grad"][i],
        },
        words,
      ),
    );
    return svg("g", {}, rect, ...texts);
  }

  arrow({ from, to, words, look, twin }) {
    const [[x0, y0], [x1, y1]] = [this.at[from], this.at[to]];
    const bend = twin * 22; // two arrows between the same boxes part in the middle
    const a = [x0 + bend, y0 + BOX.height / 2];
    const b = [x1 + bend, y1 - BOX.height / 2];
    const end = `url(#${this.head})`;
    const line = svg("path", {
      class: `nn-graph-arrow ${look && `nn-graph-${look}`}`,
      d: `M${a}L${b}`,
      "marker-end": look === "back" ? null : end,
      "marker-start": look === "back" ? end : null,
    });
    if (!words) return [line];
    const middle = { x: (a[0] + b[0]) / 2 + 6, y: (a[1] + b[1]) / 2 + 4 };
    return [line, svg("text", { ...middle, class: "nn-graph-grad" }, words)];
  }
}

/** Each node's rank: one behind its latest argument; an input just before its first use. */
export function ranksOf({ inputs, steps }) {
  const rank = Object.fromEntries(inputs.map((name) => [name, 0]));
  for (const { name, args } of steps)
    rank[name] = 1 + Math.max(...args.map((arg) => rank[arg]));
  for (const name of inputs) {
    const user = steps.find(({ args }) => args.includes(name));
    rank[name] = user ? rank[user.name] - 1 : 0;
  }
  return rank;
}

/** The nodes of each rank: what was computed first, then the inputs. */
function rows(ranks, inputs) {
  const all = [];
  for (const [name, rank] of Object.entries(ranks)) (all[rank] ??= []).push(name);
  const late = (name) => Number(inputs.includes(name));
  return all.map((row) => row.sort((a, b) => late(a) - late(b)));
}
