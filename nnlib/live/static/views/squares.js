// A line through points: every residual's square, and the loss that they make.
import { svg } from "../elements.js";
import { mount } from "../stage.js";
import { num } from "../text.js";

const WIDE = 2; // of the w axis

export default mount((stage) => {
  const { points, constants, reach } = stage.config;
  const n = points.length;
  const plane = stage.plane({
    x: [-reach, reach],
    y: [-reach, reach],
    xlabel: "x",
    ylabel: "t",
    ratio: 1,
    xticks: 4,
    yticks: 4,
    label: "The points, the line, and the square on every residual",
  });
  const curve = stage.plane({
    x: [-WIDE, WIDE],
    y: [0, 1],
    xlabel: "w, at this b",
    ylabel: "loss",
    ratio: 1,
    stackedRatio: 0.6,
    xticks: 4,
    yticks: 4,
    label: "The loss against w: a parabola",
  });
  stage.key(
    ["nn-line", "the line w x + b"],
    ["nn-image", "the square of a residual"],
    ["before", "earlier setting"],
  );
  stage.compare();

  const residuals = ({ w, b }) => points.map(([x, t]) => w * x + b - t);
  const total = (s) => residuals(s).reduce((sum, r) => sum + r * r, 0);
  const lossAt = (s, w) => constants[s.constant] * total({ ...s, w });
  const ends = ({ w, b }) => [
    [-reach, b - w * reach],
    [reach, b + w * reach],
  ];
  const parabola = (s) =>
    Array.from({ length: 81 }, (_, i) => {
      const w = -WIDE + (2 * WIDE * i) / 80;
      return [w, lossAt(s, w)];
    });

  /** The square on a residual, on its point's inner side, drawn to scale. */
  function square([x, t], r) {
    const [at, end] = [plane.Y(t), plane.Y(t + r)];
    const side = Math.abs(at - end);
    const left = plane.X(x) - (x > 0 ? side : 0);
    const look = { class: "nn-image", x: left, y: Math.min(at, end) };
    return svg("rect", { ...look, width: side, height: side });
  }

  return (state, ghost) => {
    const r = residuals(state);
    plane.draw([
      plane.ghost(ghost ? [plane.segment(...ends(ghost), "nn-line-before")] : []),
      ...points.map((point, i) => square(point, r[i])),
      plane.segment(...ends(state), "nn-line"),
      ...points.map((point) => plane.dot(point, "nn-dot", 5)),
    ]);
    const all = parabola(state);
    curve.window([-WIDE, WIDE], [0, 1.05 * Math.max(...all.map(([, y]) => y))]);
    curve.draw([
      curve.ghost(ghost ? [curve.curve(parabola(ghost), "nn-line-before")] : []),
      curve.curve(all, "nn-curve"),
      curve.segment([state.w, 0], [state.w, lossAt(state, state.w)], "nn-guide"),
      curve.dot([state.w, lossAt(state, state.w)], "nn-dot", 6),
    ]);
    return {
      caption: caption(state, r),
      numbers: () => [
        {
          title: "The residuals",
          columns: ["x", "target t", "answer y", "residual y − t", "square"],
          rows: points.map(([x, t], i) => [
            x,
            t,
            state.w * x + state.b,
            r[i],
            r[i] ** 2,
          ]),
        },
      ],
    };
  };

  function caption(state, r) {
    const constant = constants[state.constant];
    const dw = 2 * constant * points.reduce((sum, [x], i) => sum + r[i] * x, 0);
    const db = 2 * constant * r.reduce((sum, one) => sum + one, 0);
    const squares = r.reduce((sum, one) => sum + one * one, 0);
    return `${n} squares, ${num(squares, 2)} in all. With the loss as ${state.constant}: ${num(constant * squares, 3)}, slopes ${num(dw, 2)} for w and ${num(db, 2)} for b; gradient descent converges for η below ${num(limit(constant), 3)}.`;
  }

  /** 2 / the largest curvature of the loss: the larger root of a symmetric 2 × 2 matrix. */
  function limit(constant) {
    const xx = points.reduce((sum, [x]) => sum + x * x, 0);
    const x = points.reduce((sum, [at]) => sum + at, 0);
    const root = (xx + n) / 2 + Math.hypot((xx - n) / 2, x);
    return 2 / (2 * constant * root);
  }
});
