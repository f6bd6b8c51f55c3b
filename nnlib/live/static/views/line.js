// Draw the line: one neuron's weights against a set of examples of two classes.
import { predict, rightAnswers, score } from "../engine/perceptron.js";
import { svg } from "../elements.js";
import { mount } from "../stage.js";
import { num, percent, term } from "../text.js";

export default mount((stage) => {
  const plane = stage.plane({
    x: [-1, 1],
    y: [-1, 1],
    xlabel: "x₁",
    ylabel: "x₂",
    ratio: 1,
    xticks: 3,
    yticks: 3,
    label: "The plane of inputs, coloured by the neuron's answer",
  });
  stage.key(
    ["class0", "target 0"],
    ["class1", "target 1"],
    ["wrong", "answered wrongly"],
  );

  stage.compare();

  return ({ w1, w2, b, data }, ghost) => {
    const { X, t, window } = stage.config.data[data];
    const w = [w1, w2];
    plane.window(...window);
    plane.field((x, y) => (w1 * x + w2 * y + b > 0 ? 1 : 0), stage.fieldColours());
    const before = ghost
      ? plane.boundary([ghost.w1, ghost.w2], ghost.b, {
          look: "nn-line-before",
          arrow: false,
        })
      : [];
    plane.draw([
      svg("g", { class: "nn-ghost" }, ...before),
      ...plane.boundary(w, b),
      ...X.map((x, i) => plane.example(x, t[i], { wrong: predict(w, b, x) !== t[i] })),
    ]);
    const right = rightAnswers(w, b, X, t);
    const z = `z = ${num(w1, 2)} x₁ ${term(w2, 2)} x₂ ${term(b, 2)}`;
    const where =
      w1 === 0 && w2 === 0 ? " No weights, no line: one answer for all." : "";
    const share = percent(right, X.length);
    return {
      caption: `${z} on ${data}: ${right} of ${X.length} right (${share}).${where}`,
      numbers: () => [
        {
          title: `The examples of ${data}`,
          columns: ["x₁", "x₂", "target", "z", "answer"],
          rows: X.map((x, i) => [...x, t[i], score(w, b, x), predict(w, b, x)]),
        },
      ],
    };
  };
});
