// A product of two matrices, cell by cell: row times column, the sum spelt out.
import { ProductBoard, subscript } from "../pieces/matrix.js";
import { mount } from "../stage.js";
import { num } from "../text.js";

export default mount((stage) => {
  const { A, B, bias, names, digits, editable } = stage.config;
  const edit = editable
    ? [
        ["left", names[0]],
        ["right", names[1]],
        ["bias", names[3]],
      ]
    : null;
  const board = stage.add(
    new ProductBoard(stage, {
      a: A.shape,
      b: B.shape,
      bias: bias !== null,
      digits,
      label: `${names[0]} times ${names[1]}`,
      edit,
    }),
  );
  stage.compare();
  if (stage.controls.some(({ name }) => name === "step"))
    stage.player("step", () => size(matrices(stage.state()).C));

  /** The numbers of a state, by rows: B as the switch turns it; C is null if refused. */
  function matrices(state) {
    const own = editable ? state : { left: A.entries, right: B.entries, bias };
    const given = byRows(own.right, B.shape[1]);
    const both = { A: byRows(own.left, A.shape[1]), B: turn(given, state.transpose) };
    const add = bias === null ? null : own.bias;
    const k = both.B[0].length;
    const fits = both.A[0].length === both.B.length && (add ?? both.B[0]).length === k;
    return { ...both, bias: fits ? add : null, C: fits ? product(both, add) : null };
  }

  return (state, ghost) => {
    const now = matrices(state);
    const called = [...names];
    if (state.transpose) called[1] = `${names[1]}ᵀ`;
    const sum = formula(called, bias !== null);
    const { C } = now;
    const at = C && state.step ? cellAt(state.step, C) : null;
    const shapes = `${called[0]} is ${shape(now.A)}, ${called[1]} is ${shape(now.B)}`;
    let caption;
    let lines;
    if (!C) {
      const reason = refusal(now, state.transpose);
      lines = [
        `A row of ${called[0]} has ${now.A[0].length} numbers, a column of ${called[1]} has ${now.B.length}:`,
        `${reason}.`,
      ];
      caption = `${shapes}: ${reason}.`;
    } else if (!at) {
      const so = `so ${sum} is ${shape(C)}; no cell is computed yet`;
      lines = [
        `Each cell of ${called[2]} is a row of ${called[0]} times a column of ${called[1]}.`,
      ];
      caption = `${shapes}, ${so}.`;
    } else {
      const [i, j] = at;
      const [symbols, figures] = spelt(now, called, at);
      const result = num(C[i][j], 2);
      const cell = entry(called[2], i, j);
      lines = [`${cell} = ${symbols}`, `= ${figures}`, `= ${result}`];
      const where = `cell ${Math.min(state.step, size(C))} of ${size(C)}`;
      caption = `${shapes}, so ${sum} is ${shape(C)}; ${where}: ${cell} = ${symbols} = ${figures} = ${result}.`;
    }
    const before = ghost && { C: matrices(ghost).C };
    if (before?.C) {
      before.at = ghost.step ? cellAt(ghost.step, before.C) : null;
      before.C = known(before.C, ghost.step);
    }
    board.draw({
      ...now,
      C: C && known(C, state.step),
      names: called,
      turned: state.transpose,
      at,
      formula: sum,
      lines,
      before,
    });
    return { caption, numbers: () => tables(now, called, state.step) };
  };

  function refusal({ A: a, B: b }, turned) {
    const [d, inner] = [a[0].length, b.length];
    if (d === inner)
      return `the bias has ${bias.length} numbers, the product's rows differ`;
    const reason = `inner sizes ${d} and ${inner} differ`;
    if (b[0].length !== d)
      return `${reason}, and transposing ${names[1]} does not help`;
    return `${reason}: ${turned ? "do not transpose" : "transpose"} ${names[1]}`;
  }

  /** The sum of a cell in symbols and in numbers. */
  function spelt({ A: a, B: b, bias: add }, called, [i, j]) {
    const symbols = a[i].map(
      (_, m) => `${entry(called[0], i, m)} ${entry(called[1], m, j)}`,
    );
    const figures = a[i].map((x, m) => `${factor(x)}·${factor(b[m][j])}`);
    if (add) {
      symbols.push(`${called[3]}${subscript(j)}`);
      figures.push(factor(add[j]));
    }
    return [symbols.join(" + "), figures.join(" + ")];
  }

  /** A number in a sum of products; a negative one in brackets. */
  function factor(x) {
    const text = num(x, digits[0]);
    return text.startsWith("−") ? `(${text})` : text;
  }
});

/** W₁₂ for row 0 and column 1 of W, but W₁[1,2] and W[10,1]. */
function entry(name, i, j) {
  if (Math.max(i, j) > 8 || "₀₁₂₃₄₅₆₇₈₉".includes(name.at(-1)))
    return `${name}[${i + 1},${j + 1}]`;
  return `${name}${subscript(i)}${subscript(j)}`;
}

const shape = (M) => `${M.length}×${M[0].length}`;
const size = (M) => (M ? M.length * M[0].length : 0);

const formula = ([a, b, c, bias], biased) =>
  `${c} = ${a} ${b}${biased ? ` + ${bias}` : ""}`;

function byRows(entries, columns) {
  const rows = entries.length / columns;
  return Array.from({ length: rows }, (_, i) =>
    entries.slice(i * columns, (i + 1) * columns),
  );
}

const turn = (M, transposed) =>
  transposed ? M[0].map((_, j) => M.map((row) => row[j])) : M;

function product({ A, B }, bias) {
  return A.map((row) =>
    B[0].map((_, j) => {
      const sum = row.reduce((total, x, m) => total + x * B[m][j], 0);
      return sum + (bias ? bias[j] : 0);
    }),
  );
}

/** The cell [i, j] that comes at `step`, the last one beyond the end. */
function cellAt(step, C) {
  const at = Math.min(step, size(C)) - 1;
  return [Math.floor(at / C[0].length), at % C[0].length];
}

/** C with null in the cells that come after `step`. */
const known = (C, step) =>
  C.map((row, i) => row.map((x, j) => (i * row.length + j < step ? x : null)));

function tables({ A, B, bias, C }, names, step) {
  const list = [table(names[0], A), table(names[1], B)];
  if (bias) list.push(table(names[3], [bias]));
  if (C) list.push(table(names[2], known(C, step)));
  return list;
}

const table = (name, M) => ({
  title: `${name}, ${shape(M)}`,
  columns: ["row", ...M[0].map((_, j) => `column ${j + 1}`)],
  rows: M.map((row, i) => [i + 1, ...row.map((x) => x ?? "")]),
});
