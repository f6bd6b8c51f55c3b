// Matrices as heat maps with the numbers in their cells, alone (HeatMap) and as a product
// (ProductBoard): B above C, A on its left, so that each cell stands where a row of A and
// a column of B meet.
import { dress, html, svg } from "../elements.js";
import { num } from "../text.js";

const STRONGEST = 0.5; // opacity of the largest entry: the number on it stays readable
const LETTER = 7; // pixels, generously: a digit of the cells' type
const DRAG = 6; // pixels of a pull to the side that make one step
let maps = 0;

/** "₁₂" for 11: the number of a row or column, counted from 1, as an index. */
export const subscript = (index) =>
  [...String(index + 1)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]).join("");

/** "2×3" for two rows of three numbers. */
export const shape = (M) => `${M.length}×${M[0].length}`;

/** Mᵀ. */
export const turned = (M) => M[0].map((_, j) => M.map((row) => row[j]));

/** M as one of a view's tables of numbers, rows and columns counted. */
export const countedTable = (name, M) => ({
  title: `${name}, ${shape(M)}`,
  columns: ["", ...M[0].map((_, j) => `column ${j + 1}`)],
  rows: M.map((row, i) => [i + 1, ...row]),
});

/** The cells of one matrix. Each keeps its element, so that it can be held and focused. */
export class Cells {
  /** @param handle (row, column, mark) → a Handle around the mark, or null. */
  constructor({ hatch, handle = null }) {
    Object.assign(this, { hatch, handle });
    this.element = svg("g");
    this.cells = new Map();
  }

  at(i, j) {
    const key = `${i},${j}`;
    if (!this.cells.has(key)) {
      const rect = svg("rect", { class: "nn-cell" });
      const lines = svg("rect", { fill: `url(#${this.hatch})` });
      const text = svg("text", { class: "nn-cell-number", "text-anchor": "middle" });
      const mark = svg("g", {}, rect, lines, text);
      const handle = this.handle?.(i, j, mark);
      const element = handle ? handle.element : mark;
      this.cells.set(key, { rect, lines, text, element });
    }
    return this.cells.get(key);
  }

  /**
   * @param {number[][]} values null for what is not known.
   * @param look x, y, width, height of the first cell; digits; up: by how much a number
   *   stands above the middle; framed(i, j); given(i, j) → [row, column] by which the
   *   handle knows the entry.
   */
  draw(values, look) {
    const { x, y, width, height, digits, up = 0, framed = () => false } = look;
    const known = values.flat().filter(Number.isFinite).map(Math.abs);
    const largest = Math.max(...known, 0) || 1;
    const shown = fitting(values, width, digits);
    const elements = values.flatMap((row, i) =>
      row.map((value, j) => {
        const [gi, gj] = look.given ? look.given(i, j) : [i, j];
        const { rect, lines, text, element } = this.at(gi, gj);
        const words = value === null ? "" : num(value, digits);
        const below = words.startsWith("−");
        const strength = value === null ? 0 : (STRONGEST * Math.abs(value)) / largest;
        const sign = below ? "minus" : "plus";
        const frame = framed(i, j) ? " nn-cell-framed" : "";
        const place = { x: -width / 2, y: -height / 2, width, height };
        dress(
          rect,
          {
            ...place,
            class: `nn-cell nn-cell-${sign}${frame}`,
            "fill-opacity": strength.toFixed(3),
          },
          [],
        );
        dress(lines, { ...place, visibility: below ? "inherit" : "hidden" }, []);
        text.textContent = shown === null || value === null ? "" : num(value, shown);
        text.setAttribute("y", 4.5 - up);
        const at = `translate(${x + (j + 0.5) * width} ${y + (i + 0.5) * height})`;
        element.setAttribute("transform", at);
        return { element, first: framed(i, j) };
      }),
    );
    // a frame must not be covered by the neighbour's edge
    elements.sort((one, other) => one.first - other.first);
    const order = elements.map(({ element }) => element);
    const now = [...this.element.children];
    // moving an element takes the focus from it: only where the order changed
    if (now.length !== order.length || order.some((one, k) => one !== now[k])) {
      const focused = order.find((one) => one === document.activeElement);
      this.element.replaceChildren(...order);
      focused?.focus({ preventScroll: true });
    }
  }

  clear() {
    this.element.replaceChildren();
  }
}

/** The most decimals with which every number fits its cell, one at least, or null. */
function fitting(values, width, digits) {
  const least = Math.min(digits, 1); // 0 for 0.4 would mislead
  for (let shown = digits; shown >= least; shown--) {
    const longest = Math.max(
      ...values.flat().map((v) => (v === null ? 0 : num(v, shown).length)),
    );
    if (longest * LETTER + 4 <= width) return shown;
  }
  return null;
}

/** Hatching for what is negative: a mark beside the colour. */
export function hatching() {
  const id = `nn-cell-hatch-${(maps += 1)}`;
  const lines = svg("path", {
    class: "nn-cell-hatch",
    d: "M-2 2L2 -2M0 8L8 0M6 10L10 6",
  });
  const size = { width: 8, height: 8, patternUnits: "userSpaceOnUse" };
  return [id, svg("defs", {}, svg("pattern", { id, ...size }, lines))];
}

/** The brackets around n rows and d columns of cells. */
export function brackets({ x, y, width, height }, n, d) {
  const [top, bottom] = [y - 2, y + n * height + 2];
  const side = (at, inwards) => `M${at + inwards} ${top}H${at}V${bottom}h${inwards}`;
  const d_ = `${side(x - 3, 6)}${side(x + d * width + 3, -6)}`;
  return svg("path", { class: "nn-cell-bracket", d: d_ });
}

export const words = (x, y, text, { look = null, anchor = "middle" } = {}) =>
  svg("text", { class: look, x, y, "text-anchor": anchor }, text);

/** Labels above the columns and left of the rows of a matrix. */
function sides({ x, y, width, height }, rows, columns) {
  return [
    ...columns.map((label, j) =>
      words(x + (j + 0.5) * width, y - 7, label, { look: "nn-cell-label" }),
    ),
    ...rows.map((label, i) =>
      words(x - 9, y + (i + 0.5) * height + 4, label, {
        look: "nn-cell-label",
        anchor: "end",
      }),
    ),
  ];
}

const counted = (count) => Array.from({ length: count }, (_, k) => String(k + 1));

/** One matrix: a Jacobian, a table of confusions, the weights of a layer. */
export class HeatMap {
  /**
   * @param {object} options shape: [rows, columns] at the most; label: what a screen
   *   reader calls the picture; name: under the matrix; rows, columns: their labels, or
   *   else they are counted; digits: at the most; widest: of a cell, in pixels; sums:
   *   whether there is room for the sums of rows and columns.
   */
  constructor({
    shape,
    label,
    name = "",
    rows,
    columns,
    digits = 2,
    widest = 56,
    sums,
  }) {
    Object.assign(this, { shape, name, rows, columns, digits, widest, sums, width: 0 });
    const [id, defs] = hatching();
    this.cells = new Cells({ hatch: id });
    this.around = svg("g");
    const about = { role: "img", "aria-label": label };
    this.picture = svg("svg", about, defs, this.cells.element, this.around);
    this.element = html("div", { class: "nn-plane" }, this.picture);
  }

  resize(width) {
    this.width = width;
    this.height = 26 + this.shape[0] * 32 + 26 + (this.sums ? 18 : 0);
    sized(this);
  }

  /** @param {number[][]} values; name, rows, columns as above, and frames: [[i, j], …]. */
  draw(values, { name = this.name, rows, columns, frames = [] } = {}) {
    const [n, d] = [values.length, values[0].length];
    const left = rows ?? this.rows ?? counted(n);
    const above = columns ?? this.columns ?? counted(d);
    const margin = 16 + LETTER * Math.max(...left.map((label) => label.length));
    const right = this.sums ? 8 * LETTER : 8;
    const width = Math.min((this.width - margin - right) / d, this.widest);
    const box = { x: margin, y: 26, width, height: 32 };
    const framed = (i, j) => frames.some(([a, b]) => a === i && b === j);
    this.cells.draw(values, { ...box, digits: this.digits, framed });
    const middle = box.x + (d * width) / 2;
    const below = box.y + n * 32 + (this.sums ? 37 : 19);
    this.around.replaceChildren(
      brackets(box, n, d),
      ...sides(box, left, above),
      ...(this.sums ? totals(box, values, this.digits) : []),
      words(middle, below, `${name} (${n}×${d})`.trim()),
    );
  }
}

/** "Σ 0.12" behind every row and below every column. */
function totals({ x, y, width, height }, values, digits) {
  const sum = (list) => list.reduce((total, v) => total + v, 0);
  const text = (list) => `Σ ${num(sum(list), digits)}`;
  const look = "nn-cell-label";
  const right = x + values[0].length * width + 9;
  const below = y + values.length * height + 17;
  return [
    ...values.map((row, i) =>
      words(right, y + (i + 0.5) * height + 4, text(row), { look, anchor: "start" }),
    ),
    ...values[0].map((_, j) =>
      words(x + (j + 0.5) * width, below, text(values.map((row) => row[j])), { look }),
    ),
  ];
}

export function sized({ element, picture, width, height }) {
  element.style.height = `${height}px`;
  dress(picture, { viewBox: `0 0 ${width} ${height}`, height }, []);
}

const CELL = { widest: 56, height: 36 };
const LEFT = 30; // room for the labels of A's rows
const GAP = 24; // between A and what stands above C
const LINE = 18; // of the sum below

export class ProductBoard {
  /**
   * @param {object} stage whose handles edit the entries.
   * @param {object} options a: [n, d]; b: [rows, columns] before the switch turns it;
   *   bias: whether there is one; digits: of the entries and of the product; label;
   *   edit: the names of the controls that hold A, B and bias, and of the matrices, as
   *   [control, name] pairs, or null.
   */
  constructor(stage, { a, b, bias, digits, label, edit }) {
    Object.assign(this, { a, b, bias, digits, width: 0 });
    const [hatch, defs] = hatching();
    this.hint = edit ? "Pull an entry sideways to change it; or Tab, then arrows." : "";
    const cells = (which, columns) =>
      new Cells({ hatch, handle: edit && entry(stage, edit[which], columns) });
    this.A = cells(0, a[1]);
    this.B = cells(1, b[1]);
    this.row = cells(2, b[0]);
    this.C = new Cells({ hatch });
    this.around = svg("g");
    this.ghost = svg("g", { class: "nn-ghost" });
    this.picture = svg(
      "svg",
      { role: edit ? "group" : "img", "aria-label": label },
      defs,
      ...[this.A, this.B, this.row, this.C].map(({ element }) => element),
      this.around,
    );
    this.element = html("div", { class: "nn-plane nn-board" }, this.picture);
  }

  /** How the room is divided: enough for B however it is turned. */
  resize(width) {
    this.width = width;
    const [n, d] = this.a;
    const tall = Math.max(...this.b);
    const room = (width - LEFT - GAP - 8) / (d + tall);
    const cell = { width: Math.min(room, CELL.widest), height: CELL.height };
    const bias = this.bias ? CELL.height + 10 : 0;
    this.box = {
      A: { ...cell, x: LEFT, y: 46 + tall * CELL.height + bias + 14 },
      right: LEFT + d * cell.width + GAP,
      cell,
      bias,
    };
    this.letters = Math.floor((width - 8) / LETTER);
    const letters = 12 * (d + (this.bias ? 1 : 0)) + 8;
    const lines = 2 * Math.ceil(letters / this.letters) + 2;
    this.below = this.box.A.y + n * CELL.height + 22;
    this.height = this.below + 14 + lines * LINE;
    sized(this);
  }

  /**
   * @param {object} p A, B, C: numbers by rows, C with null where not computed, or null
   *   where there is no product; bias: or null; names: of A, B, C, bias; turned: whether B
   *   was transposed; at: [i, j], the cell at hand, or null; formula, and lines: what is
   *   said below, the sum or the refusal; before: an earlier {C, at}, or null.
   */
  draw({ A, B, C, bias, names, turned, at, formula, lines, before }) {
    const { box } = this;
    const [n, d] = [A.length, A[0].length];
    const [inner, k] = [B.length, B[0].length];
    const [i, j] = at ?? (C ? [null, null] : [0, 0]);
    const top = box.A.y - 14 - (C ? box.bias : 0) - inner * CELL.height;
    const boxB = { ...box.cell, x: box.right, y: top };
    const boxC = { ...box.cell, x: box.right, y: box.A.y };
    const [own, product] = this.digits;
    const edge = (cell) => ({ ...cell, digits: own });
    this.A.draw(A, { ...edge(box.A), framed: (r) => r === i });
    this.B.draw(B, {
      ...edge(boxB),
      framed: (_, c) => c === j,
      given: (r, c) => (turned ? [c, r] : [r, c]),
    });
    const around = [
      ...sides(box.A, counted(n), []),
      ...sides(boxB, [], counted(k)),
      brackets(box.A, n, d),
      brackets(boxB, inner, k),
      words(box.A.x + (d * box.cell.width) / 2, this.below, `${names[0]} (${n}×${d})`),
      words(boxB.x + (k * box.cell.width) / 2, top - 24, `${names[1]} (${inner}×${k})`),
      words(4, 16, formula, { look: "nn-text-strong", anchor: "start" }),
      words(4, 35, `${n}×${d} · ${inner}×${k}`, { anchor: "start" }),
      words(4, 53, C ? `→ ${n}×${k}` : `${d} ≠ ${inner}`, {
        look: C ? null : "nn-cell-clash",
        anchor: "start",
      }),
    ];
    if (bias && C) {
      const boxb = { ...box.cell, x: box.right, y: box.A.y - 14 - CELL.height };
      this.row.draw([bias], { ...edge(boxb), framed: (_, c) => c === j });
      around.push(brackets(boxb, 1, k));
      around.push(words(boxb.x - 9, boxb.y + 22, `+ ${names[3]}`, { anchor: "end" }));
    } else this.row.clear();
    const middle = boxC.x + (k * box.cell.width) / 2;
    if (C) {
      this.C.draw(C, {
        ...boxC,
        digits: product,
        up: 6,
        framed: (r, c) => r === i && c === j,
      });
      around.push(brackets(boxC, n, k));
      around.push(words(middle, this.below, `${names[2]} (${n}×${k})`));
    } else {
      this.C.clear();
      around.push(...crossed(boxC, n, k));
      around.push(words(middle, this.below, `no ${names[2]}`));
    }
    lines
      .flatMap((line) => wrapped(line, this.letters))
      .forEach((line, at) => {
        const y = this.below + 6 + (at + 1) * LINE;
        around.push(words(4, y, line, { anchor: "start" }));
      });
    const foot = { look: "nn-cell-label", anchor: "start" };
    around.push(words(4, this.height - 6, this.hint, foot));
    this.ghost.replaceChildren(
      ...(before ? earlier(before, { C, at }, boxC, product) : []),
    );
    if (this.ghost.childElementCount) around.push(this.ghost);
    this.around.replaceChildren(...around);
    this.reach(i ?? 0, j ?? 0);
  }

  /** Only the entries of the sum at hand are stops of the Tab key. */
  reach(i, j) {
    const stops = (element) => element.querySelector(".nn-cell-framed") !== null;
    const first = (cells) => [...cells.element.children];
    for (const cells of [this.A, this.B, this.row]) {
      const elements = first(cells);
      const framed = elements.filter(stops);
      const wanted = framed.length ? framed : elements.slice(0, 1);
      for (const element of elements) {
        if (element.hasAttribute("tabindex"))
          element.setAttribute("tabindex", wanted.includes(element) ? 0 : -1);
      }
    }
  }
}

/** What makes a cell's mark a Handle of entry (i, j) of a control with so many columns. */
function entry(stage, [control, name], columns) {
  const { step } = stage.controls.find((c) => c.name === control);
  return (i, j, mark) => {
    const index = i * columns + j;
    let from = null;
    const handle = stage.handle({
      label: `${name}, row ${i + 1}, column ${j + 1}`,
      across: [control, index],
      at: ({ clientX }) => [from.value + Math.round((clientX - from.x) / DRAG) * step],
      mark,
    });
    handle.element.addEventListener("pointerdown", ({ clientX }) => {
      from = { x: clientX, value: stage.state()[control][index] };
    });
    return handle;
  };
}

/** The place of a product that does not exist. */
function crossed({ x, y, width, height }, n, k) {
  const [w, h] = [k * width, n * height];
  return [
    svg("rect", { class: "nn-guide", x, y, width: w, height: h }),
    svg("path", { class: "nn-guide", d: `M${x} ${y}l${w} ${h}m0 ${-h}l${-w} ${h}` }),
  ];
}

/** Of an earlier product: where it stood, and, small, the numbers that differ now. */
function earlier(before, { C, at }, { x, y, width, height }, digits) {
  const parts = [];
  if (before.at && String(before.at) !== String(at)) {
    const [i, j] = before.at;
    const place = { x: x + j * width + 3, y: y + i * height + 3 };
    const look = { class: "nn-guide", width: width - 6, height: height - 6 };
    parts.push(svg("rect", { ...place, ...look }));
  }
  before.C?.forEach((row, i) =>
    row.forEach((value, j) => {
      const now = C?.[i]?.[j] ?? null;
      if (value === null || now === null) return;
      const [was, is] = [value, now].map((v) => num(v, digits));
      const [cx, cy] = [x + (j + 0.5) * width, y + (i + 1) * height - 5];
      if (was !== is) parts.push(words(cx, cy, was, { look: "nn-cell-before" }));
    }),
  );
  return parts;
}

/** A line of text in pieces of at most so many letters, parted where it has a blank. */
function wrapped(text, letters) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
    if (longer.length <= letters) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
