// What a bias does: it moves the crossing to x = −b/w and the line off the origin.
import { logistic } from "../engine/activations.js";
import { predict, rightAnswers, score } from "../engine/perceptron.js";
import { svg } from "../elements.js";
import { mount } from "../stage.js";
import { num, term } from "../text.js";

export default mount((stage) => {
  const curve = stage.plane({
    x: [-4, 4],
    y: [-0.1, 1.1],
    xlabel: "x",
    ylabel: "a = σ(w x + b)",
    ratio: 1,
    stackedRatio: 0.6,
    label: "A sigmoid neuron with one input",
  });
  const plane = stage.plane({
    x: stage.config.window[0],
    y: stage.config.window[1],
    xlabel: "x₁",
    ylabel: "x₂",
    ratio: 1,
    xticks: 3,
    yticks: 3,
    label: "The same weight on both inputs of AND",
  });
  stage.key(
    ["class0", "target 0"],
    ["class1", "target 1"],
    ["wrong", "answered wrongly"],
  );

  stage.compare();

  return ({ w, b: slider, bias }, ghost) => {
    const b = bias ? slider : 0;
    const before = ghost
      ? [curve.curve(sigmoid(ghost.w, ghost.bias ? ghost.b : 0), "nn-line-before")]
      : [];
    const crossing = w === 0 ? null : -b / w;
    const marks =
      crossing === null
        ? []
        : [
            curve.segment([crossing, -1], [crossing, 0.5], "nn-guide"),
            curve.dot([crossing, 0.5], "nn-dot", 6),
          ];
    curve.draw([
      curve.segment([-4, 0.5], [4, 0.5], "nn-guide"),
      curve.segment([0, -1], [0, 2], "nn-axis-zero"),
      svg("g", { class: "nn-ghost" }, ...before),
      curve.curve(sigmoid(w, b), "nn-curve"),
      ...marks,
    ]);

    const { X, t } = stage.config;
    plane.field((x, y) => (w * x + w * y + b > 0 ? 1 : 0), stage.fieldColours());
    plane.draw([
      plane.segment([0, -9], [0, 9], "nn-axis-zero"),
      plane.segment([-9, 0], [9, 0], "nn-axis-zero"),
      ...plane.boundary([w, w], b),
      ...X.map((x, i) =>
        plane.example(x, t[i], { wrong: predict([w, w], b, x) !== t[i] }),
      ),
    ]);

    const sum = bias ? `${num(w, 2)} x ${term(b, 2)}` : `${num(w, 2)} x`;
    const where =
      crossing === null
        ? "never crosses ½, for w = 0"
        : `crosses ½ at x = ${bias ? "−b/w = " : ""}${num(crossing, 2)}`;
    const right = rightAnswers([w, w], b, X, t);
    return {
      caption: `σ(${sum}) ${where}. AND with w₁ = w₂ = ${num(w, 2)}: ${right} of 4 right.`,
      numbers: () => [
        {
          title: "AND, answered",
          columns: ["x₁", "x₂", "target", "z", "answer"],
          rows: X.map((x, i) => [
            ...x,
            t[i],
            score([w, w], b, x),
            predict([w, w], b, x),
          ]),
        },
      ],
    };
  };
});

/** Points of σ(w x + b) over the plane's width. */
function sigmoid(w, b) {
  const points = [];
  for (let i = 0; i <= 320; i++) {
    const x = -4 + i / 40;
    points.push([x, logistic(w * x + b)]);
  }
  return points;
}
