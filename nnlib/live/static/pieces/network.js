// A small network, number by number: units as circles, weights as lines with handles.
import { dress, html, svg } from "../elements.js";
import { num } from "../text.js";

const MARGIN = 34; // from the sides to the middle of the outer units
const ALONG = 0.37; // where on its line a weight is written: clear of the crossings,
const ALONE = 0.52; // which lines to a single unit do not have
const MOST = 24; // weights that are written out: more would stand in each other's way

export class NetworkDiagram {
  /** @param {object} options sizes: units by layer, input first; label; weights: handles */
  constructor({ sizes, label, handles }) {
    Object.assign(this, { sizes, handles, width: 0 });
    this.lines = svg("g");
    this.marks = svg("g");
    this.units = svg("g");
    this.ghosts = svg("g", { class: "nn-ghost" });
    this.picture = svg(
      "svg",
      { role: "group", "aria-label": label },
      this.lines,
      this.units,
      this.ghosts,
      this.marks,
    );
    this.marks.append(...handles.map(({ element }) => element));
    this.element = html("div", { class: "nn-plane nn-broad" }, this.picture);
  }

  resize(width) {
    this.width = width;
    const tall = Math.max(...this.sizes);
    this.radius = Math.min(25, width / (4 * this.sizes.length));
    const step = 2 * this.radius + 96;
    this.height = tall * step + 8;
    this.element.style.height = `${this.height}px`;
    const box = { viewBox: `0 0 ${width} ${this.height}`, height: this.height };
    dress(this.picture, box, []);
    const across = (width - 2 * MARGIN) / (this.sizes.length - 1);
    this.at = this.sizes.map((units, k) =>
      Array.from({ length: units }, (_, i) => [
        MARGIN + k * across,
        this.height / 2 - 8 + (i - (units - 1) / 2) * step,
      ]),
    );
  }

  /**
   * @param {object[]} weights {layer, from, to, value, gradient}: gradient null if not yet;
   *   a bias has from null. In the order of the handles.
   * @param {object[][]} units by layer {value, delta, active}: null if not yet
   * @param {{weights, units}} before numbers of an earlier setting, or null
   */
  draw(weights, units, before = null) {
    const lines = [];
    this.ghosts.replaceChildren();
    weights.forEach(({ layer, from, to, value, gradient }, index) => {
      const [x1, y1] = this.at[layer + 1][to];
      const mark = this.handles[index];
      const words = [num(value, 2), gradient === null ? "" : `∂ ${num(gradient, 3)}`];
      if (from === null) {
        mark.place(x1, y1 + this.radius + (gradient === null ? 13 : 19));
        words[0] = `b ${words[0]}`;
      } else {
        const [x0, y0] = this.at[layer][from];
        const look = `nn-edge nn-edge-${value < 0 ? "minus" : "plus"}`;
        const width = Math.min(0.5 + 2.4 * Math.abs(value), 8);
        lines.push(
          svg("line", {
            class: look,
            x1: x0,
            y1: y0,
            x2: x1,
            y2: y1,
            "stroke-width": width,
          }),
        );
        const along = this.sizes[layer + 1] === 1 ? ALONE : ALONG;
        mark.place(x0 + along * (x1 - x0), y0 + along * (y1 - y0));
        const was = before?.weights[index] ?? value;
        if (was !== value) {
          const at = { x: x0 + along * (x1 - x0), y: y0 + along * (y1 - y0) - 22 };
          const words = `was ${num(was, 2)}`;
          this.ghosts.append(
            svg(
              "text",
              { ...at, "text-anchor": "middle", class: "nn-text-muted" },
              words,
            ),
          );
        }
      }
      const quiet = weights.length > MOST;
      mark.mark.replaceChildren(...(quiet ? [] : label(words)));
    });
    for (const [k, layer] of (before?.units ?? []).entries())
      for (const [i, was] of layer.entries()) {
        const { value } = units[k][i];
        if (value === null || num(was, 3) === num(value, 3)) continue;
        const [x, y] = this.at[k][i];
        const at = { x, y: y - this.radius - 19, "text-anchor": "middle" };
        this.ghosts.append(
          svg("text", { ...at, class: "nn-text-muted" }, `was ${num(was, 3)}`),
        );
      }
    this.lines.replaceChildren(...lines);
    this.units.replaceChildren(
      ...units.flatMap((layer, k) =>
        layer.map((unit, i) => this.unit(this.at[k][i], unit)),
      ),
    );
  }

  unit([cx, cy], { value, delta, active }) {
    const look = active ? "nn-graph-box nn-graph-active" : "nn-graph-box";
    const parts = [svg("circle", { class: look, cx, cy, r: this.radius })];
    const at = { x: cx, "text-anchor": "middle" };
    if (value !== null)
      parts.push(
        svg("text", { ...at, y: cy + 4, class: "nn-text-strong" }, num(value, 3)),
      );
    if (delta !== null)
      parts.push(
        svg(
          "text",
          { ...at, y: cy - this.radius - 5, class: "nn-graph-grad" },
          `δ ${num(delta, 3)}`,
        ),
      );
    return svg("g", {}, ...parts);
  }
}

function label(words) {
  const [first, second] = words;
  const size = 7 * Math.max(first.length, second ? second.length * 0.95 : 0) + 8;
  const high = second ? 32 : 18;
  const box = svg("rect", {
    class: "nn-weight",
    x: -size / 2,
    y: -high / 2,
    width: size,
    height: high,
    rx: 4,
  });
  const line = (text, y, look) =>
    svg("text", { x: 0, y, "text-anchor": "middle", class: look }, text);
  return second
    ? [box, line(first, -3, "nn-text"), line(second, 12, "nn-graph-grad")]
    : [box, line(first, 4, "nn-text")];
}
