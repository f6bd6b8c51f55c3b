// Matrices in a row, as factors of a product, and what they make below: a matrix, or the
// reason why there is none.
import { html, svg } from "../elements.js";
import { Cells, brackets, hatching, sized, words } from "./matrix.js";

const CELL = { widest: 56, height: 30 };
const GAP = 26; // between two factors: room for brackets and the sign
const EDGE = 8;

export class Chain {
  /** @param {object} options places: factors at most; rows: of each at most; label. */
  constructor({ places, rows, label, digits = 2 }) {
    Object.assign(this, { places, rows, digits, width: 0 });
    const [hatch, defs] = hatching();
    this.factors = Array.from({ length: places }, () => new Cells({ hatch }));
    this.product = new Cells({ hatch });
    this.around = svg("g");
    this.picture = svg(
      "svg",
      { role: "img", "aria-label": label },
      defs,
      ...[...this.factors, this.product].map(({ element }) => element),
      this.around,
    );
    this.element = html("div", { class: "nn-plane nn-broad" }, this.picture);
  }

  resize(width) {
    this.width = width;
    this.tall = this.rows * CELL.height;
    this.below = 10 + this.tall + 46;
    this.height = this.below + this.tall + 32;
    sized(this);
  }

  /**
   * @param {object} p factors: {name, values} from left to right; product: numbers by
   *   rows, or null; clash: where the sizes of factor k and k + 1 differ, k, or null;
   *   name: of the product; lines: what is said where there is none.
   */
  draw({ factors, product, clash, name, lines }) {
    const columns = factors.reduce((sum, { values }) => sum + values[0].length, 0);
    const room = this.width - 2 * EDGE - GAP * (factors.length - 1);
    const width = Math.min(CELL.widest, room / Math.max(columns, 1));
    const around = [];
    let x = EDGE;
    this.factors.forEach((cells, k) => {
      const factor = factors[k];
      if (!factor) return cells.clear();
      const { values } = factor;
      const [n, d] = [values.length, values[0].length];
      const y = 10 + ((this.rows - n) * CELL.height) / 2;
      const box = { x, y, width, height: CELL.height };
      const framed = (i, j) => (k === clash && i === 0) || (k - 1 === clash && j === 0);
      const frames = clash === null ? () => false : framed;
      cells.draw(values, { ...box, digits: this.digits, framed: frames });
      around.push(brackets(box, n, d));
      const middle = x + (d * width) / 2;
      around.push(words(middle, 10 + this.tall + 20, `${factor.name} (${n}×${d})`));
      x += d * width;
      if (k < factors.length - 1) {
        const look = k === clash ? "nn-cell-clash" : "nn-text-strong";
        const sign = k === clash ? "✗" : "·";
        around.push(words(x + GAP / 2, 10 + this.tall / 2 + 5, sign, { look }));
      }
      x += GAP;
    });
    if (product) around.push(...this.result(product, name));
    else {
      this.product.clear();
      const left = { anchor: "start" };
      lines.forEach((line, at) =>
        around.push(words(EDGE, this.below + 20 + 20 * at, line, left)),
      );
    }
    this.around.replaceChildren(...around);
  }

  result(values, name) {
    const [n, d] = [values.length, values[0].length];
    const box = { x: EDGE + GAP, y: this.below, width: CELL.widest };
    box.height = CELL.height;
    this.product.draw(values, { ...box, digits: this.digits });
    const middle = box.y + (n * CELL.height) / 2 + 5;
    return [
      words(EDGE + 5, middle, "=", { look: "nn-text-strong" }),
      brackets(box, n, d),
      words(box.x + d * CELL.widest + 14, middle, `${name} (${n}×${d})`, {
        anchor: "start",
      }),
    ];
  }
}
