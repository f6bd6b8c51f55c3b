// The formulas of the chapter in two layouts, and one product worked out in each.
import { product } from "../engine/jacobians.js";
import { Formulas } from "../pieces/formulas.js";
import {
  ProductBoard,
  countedTable,
  shape,
  subscript,
  turned,
} from "../pieces/matrix.js";
import { mount } from "../stage.js";
import { num } from "../text.js";

const OUTER = [3, 2]; // ∂b/∂a in the numerator layout; ∂a/∂x is 2×2 in both
const DIGITS = 2;

export default mount((stage) => {
  const { layouts, formulas } = stage.config;
  const list = stage.add(
    new Formulas({
      rows: formulas[0].length,
      label: "The formulas of this chapter in the layout chosen",
    }),
  );
  const board = stage.add(
    new ProductBoard(stage, {
      a: OUTER,
      b: [...OUTER].reverse(),
      bias: false,
      digits: [DIGITS, DIGITS],
      label: "The product of the two Jacobians in the layout chosen",
      edit: null,
    }),
  );

  return (state) => {
    const which = layouts.indexOf(state.form);
    const other = formulas[1 - which];
    list.draw(
      formulas[which].map(([what, formula, size], k) => ({
        what,
        formula,
        shape: size,
        mark: other[k][1] === formula ? "same in both" : "",
      })),
    );
    const { A, B, names, at, partial } = seen(state, which === 0);
    const C = product(A, B);
    const [i, j] = at;
    const inner = A[0].map((_, k) => k);
    const symbols = inner.map((k) => partial.symbols(k, which === 0)).join(" + ");
    const figures = inner.map((k) => `${factor(A[i][k])}·${factor(B[k][j])}`);
    const result = num(C[i][j], DIGITS);
    board.draw({
      A,
      B,
      C,
      names: [...names, "∂b/∂x"],
      turned: which === 1,
      at,
      formula: `∂b/∂x = ${names.join(" · ")}`,
      lines: [
        `${partial.name} = ${symbols}`,
        `= ${figures.join(" + ")}`,
        `= ${result}`,
      ],
    });
    const layout = state.form[0].toUpperCase() + state.form.slice(1);
    return {
      caption: `${layout} layout: ∂b/∂x = ${names.join(" · ")}, ${shape(A)} · ${shape(B)}, is ${shape(C)}. ${partial.name} stands in row ${i + 1}, column ${j + 1}: ${figures.join(" + ")} = ${result}.`,
      numbers: () => [
        {
          title: "Formulas",
          columns: ["what", "formula", "shape"],
          rows: formulas[which],
        },
        countedTable(names[0], A),
        countedTable(names[1], B),
        countedTable("∂b/∂x", C),
      ],
    };
  };
});

/** The factors as they stand in the product, and the cell of the derivative chosen. */
function seen({ x1, x2, partial }, numerator) {
  const [a1, a2] = [x1 * x1, x1 * x2];
  const inner = [
    [2 * x1, 0],
    [x2, x1],
  ];
  const outer = [
    [a2, a1],
    [1, 3],
    [0, 2 * a2],
  ];
  const [b, x] = [Math.floor((partial - 1) / 2), (partial - 1) % 2];
  const chosen = {
    name: `∂b${subscript(b)}/∂x${subscript(x)}`,
    symbols(k, first) {
      const pair = [
        `∂b${subscript(b)}/∂a${subscript(k)}`,
        `∂a${subscript(k)}/∂x${subscript(x)}`,
      ];
      return (first ? pair : pair.reverse()).join(" ");
    },
  };
  if (numerator)
    return {
      A: outer,
      B: inner,
      names: ["∂b/∂a", "∂a/∂x"],
      at: [b, x],
      partial: chosen,
    };
  return {
    A: turned(inner),
    B: turned(outer),
    names: ["∂a/∂x", "∂b/∂a"],
    at: [x, b],
    partial: chosen,
  };
}

/** A number in a sum of products; a negative one in brackets. */
function factor(x) {
  const text = num(x, DIGITS);
  return text.startsWith("−") ? `(${text})` : text;
}
