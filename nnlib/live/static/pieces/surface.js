// A landscape over two weights: contour lines with their heights, ways down in it.
import { svg } from "../elements.js";
import { isoline } from "./contour.js";
import { Room } from "./labels.js";
import { Plane } from "./plane.js";

const NODES = 81; // of the grid that heights are computed on, a side

/** Looks of paths that must be told apart without colour: dash and mark differ too. */
const MARKS = [
  () => svg("circle", { r: 5.5 }),
  () => svg("rect", { x: -5, y: -5, width: 10, height: 10 }),
  () => svg("path", { d: "M0 -7L6.5 5H-6.5Z" }),
  () => svg("path", { d: "M0 -7L7 0L0 7L-7 0Z" }),
  () => svg("path", { d: "M0 7L6.5 -5H-6.5Z" }),
  () => svg("path", { d: "M-2 -6h4v4h4v4h-4v4h-4v-4h-4v-4h4Z" }),
];

export class Landscape extends Plane {
  constructor(options) {
    super(options);
    this.picture.setAttribute("role", "group"); // marks in it can be moved
  }

  get edges() {
    const [left, right] = this.x.map((x) => this.X(x));
    const [bottom, top] = this.y.map((y) => this.Y(y));
    return { left, right, top, bottom };
  }

  /**
   * Show the heights f(x, y), under a `key` that names them: a darker tint for each of
   * `levels` passed. @returns {{lines, names, room}} for draw(); room: where names stand.
   */
  relief(key, f, levels, colours) {
    const all = `${key} ${this.width} ${this.height} ${colours}`;
    if (all !== this.relieved) {
      this.relieved = all;
      const values = this.heights(f);
      this.tint(values, levels, colours);
      this.room = new Room(this.edges);
      const drawn = levels.map((level) => this.contour(values, level));
      this.lines = drawn.map(({ path }) => path);
      this.names = drawn.map(({ name }) => name).filter(Boolean);
    }
    const room = new Room(this.edges);
    room.taken = [...this.room.taken];
    return { lines: this.lines, names: this.names, room };
  }

  heights(f) {
    const values = new Float64Array(NODES * NODES);
    for (let row = 0; row < NODES; row++)
      for (let column = 0; column < NODES; column++)
        values[row * NODES + column] = f(...this.node(column, row));
    return values;
  }

  /** Column and row of the grid, whole or not, as a point of the plane. */
  node(column, row) {
    const part = (range, k) => range[0] + ((range[1] - range[0]) * k) / (NODES - 1);
    return [part(this.x, column), part(this.y, row)];
  }

  tint(values, levels, colours) {
    const { x, y } = this;
    const height = (at, up) => {
      const column = ((at - x[0]) / (x[1] - x[0])) * (NODES - 1);
      const row = ((up - y[0]) / (y[1] - y[0])) * (NODES - 1);
      const [c, r] = [
        Math.min(Math.floor(column), NODES - 2),
        Math.min(Math.floor(row), NODES - 2),
      ];
      const [u, v] = [column - c, row - r];
      const k = r * NODES + c;
      const below = values[k] * (1 - u) + values[k + 1] * u;
      const above = values[k + NODES] * (1 - u) + values[k + NODES + 1] * u;
      return below * (1 - v) + above * v;
    };
    this.field((at, up) => {
      const h = height(at, up);
      return levels.filter((level) => h >= level).length / levels.length;
    }, colours);
  }

  /** The contour line at `level`, and its height written on it where there is room. */
  contour(values, level) {
    let d = "";
    const spots = [];
    for (const ends of isoline(values, NODES, level)) {
      const [from, to] = ends.map(([column, row]) => {
        const [x, y] = this.node(column, row);
        return [this.X(x), this.Y(y)];
      });
      d += `M${from.map(short)}L${to.map(short)}`;
      spots.push([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2 + 4, "middle"]);
    }
    const column = this.edges.left + 0.7 * this.inner.width;
    spots.sort((one, other) => Math.abs(one[0] - column) - Math.abs(other[0] - column));
    const words = String(level).replace("-", "−");
    return {
      path: svg("path", { class: "nn-contour", d }),
      name: this.room.place(words, spots, "nn-height"),
    };
  }

  /** A way through `points`, the last one marked; `kind` is its look, one of six. */
  way(points, kind) {
    const look = `nn-way nn-way${kind % MARKS.length}`;
    const inside = points.map(([x, y]) => [clamp(x, this.x), clamp(y, this.y)]);
    const [x, y] = inside.at(-1);
    const mark = svg(
      "g",
      { class: look, transform: `translate(${this.X(x)} ${this.Y(y)})` },
      MARKS[kind % MARKS.length](),
    );
    return { inside, path: this.curve(inside, look), mark, at: [this.X(x), this.Y(y)] };
  }
}

const short = (px) => px.toFixed(1);

/** `x`, or, where it lies far outside, a place just as surely out of sight. */
function clamp(x, [low, high]) {
  const far = 3 * (high - low);
  return Math.max(low - far, Math.min(high + far, x));
}
