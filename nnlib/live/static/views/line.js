// Draw the line: one neuron's weights against a set of examples of two classes.
import { predict, rightAnswers } from "../engine/perceptron.js";
import { mount, num, percent, term } from "../kit.js";

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

  return ({ w1, w2, b, data }) => {
    const { X, t, window } = stage.config.data[data];
    const w = [w1, w2];
    plane.window(...window);
    plane.field((x, y) => (w1 * x + w2 * y + b > 0 ? 1 : 0), stage.fieldColours());
    plane.draw([
      ...plane.boundary(w, b),
      ...X.map((x, i) => plane.example(x, t[i], { wrong: predict(w, b, x) !== t[i] })),
    ]);
    const right = rightAnswers(w, b, X, t);
    const z = `z = ${num(w1, 2)} x₁ ${term(w2, 2)} x₂ ${term(b, 2)}`;
    const where =
      w1 === 0 && w2 === 0 ? " No weights, no line: one answer for all." : "";
    return `${z} on ${data}: ${right} of ${X.length} right (${percent(right, X.length)}).${where}`;
  };
});
