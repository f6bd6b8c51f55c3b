// Softmax of three logits and its Jacobian: what raising one of them does to all three.
import { softmax } from "../engine/activations.js";
import { Bars } from "../pieces/bars.js";
import { HeatMap, subscript } from "../pieces/matrix.js";
import { mount } from "../stage.js";
import { num } from "../text.js";

const NAME = "J = diag(p) − p pᵀ";
const DIGITS = 3;

const total = (list) => list.reduce((sum, v) => sum + v, 0);

export default mount((stage) => {
  const keys = stage.controls.find(({ name }) => name === "raised").options;
  const bars = stage.add(
    new Bars({ rows: keys.length, label: "The probability of each class" }),
  );
  const matrix = stage.add(
    new HeatMap({
      shape: [keys.length, keys.length],
      label: "The Jacobian of softmax, and the sums of its rows and columns",
      name: NAME,
      rows: keys.map((_, k) => `∂p${subscript(k)}`),
      columns: keys.map((key) => `∂${key}`),
      digits: DIGITS,
      widest: 72,
      sums: true,
    }),
  );
  stage.key(["nn-cell-framed", "raised"], ["before", "earlier setting"]);
  stage.compare();
  const logits = (state) => keys.map((_, k) => state[`z${k + 1}`]);

  return (state, ghost) => {
    const p = softmax(logits(state));
    const before = ghost && softmax(logits(ghost));
    const J = p.map((pi, i) => p.map((pj, j) => pi * (Number(i === j) - pj)));
    const raised = keys.indexOf(state.raised);
    const column = J.map((row) => row[raised]);
    bars.draw(
      p.map((value, k) => ({
        name: `p${subscript(k)}`,
        value,
        text: num(value, DIGITS),
        note: `∂p${subscript(k)}/∂${state.raised} = ${num(column[k], DIGITS)}`,
        before: before && before[k],
      })),
    );
    matrix.draw(J, { frames: keys.map((_, i) => [i, raised]) });
    const list = (values) => values.map((v) => num(v, DIGITS)).join(", ");
    const largest = num(Math.max(...J.flat()), DIGITS);
    return {
      caption: `p = (${list(p)}). Raise ${state.raised} by a little ε: p changes by (${list(column)}) ε, together ${num(total(column), DIGITS)}. The largest entry of J is ${largest}, and none can exceed ¼.`,
      numbers: () => [
        {
          title: "Softmax",
          columns: ["class", "p"],
          rows: p.map((value, k) => [k + 1, value]),
        },
        {
          title: NAME,
          columns: ["", ...keys.map((key) => `∂${key}`), "sum"],
          rows: J.map((row, i) => [`∂p${subscript(i)}`, ...row, total(row)]),
        },
      ],
    };
  };
});
