// One neuron: the terms w_i x_i and b pile up to z; the activation turns z into a.
import { activation } from "../engine/activations.js";
import { svg } from "../elements.js";
import { mount } from "../stage.js";
import { num, term } from "../text.js";

const Z = [-6, 6];
const REACHES = [1.2, 2.5, 6]; // windows of the running sum: the smallest that holds it

export default mount((stage) => {
  const sum = stage.plane({
    x: Z,
    y: [0, 5],
    xlabel: "running sum",
    label: "The terms added up, one below the other",
    ratio: 0.85,
    xticks: 6,
    yticks: 0,
  });
  const bend = stage.plane({
    x: Z,
    y: [-1.2, 1.6],
    xlabel: "z",
    ylabel: "a = g(z)",
    label: "The activation function",
    ratio: 0.85,
    stackedRatio: 0.6,
    xticks: 6,
  });

  return (state) => {
    const { g, slope } = activation(stage.config.activations[state.g]);
    const names = ["₁", "₂", "₃"];
    const terms = names.map((sub, i) => {
      const [x, w] = [state[`x${i + 1}`], state[`w${i + 1}`]];
      return {
        value: w * x,
        label: `x${sub}·w${sub} = ${num(x, 2)} · ${num(w, 2)} = ${num(w * x, 2)}`,
      };
    });
    terms.push({ value: state.b, label: `b = ${num(state.b, 2)}` });

    let furthest = 0;
    terms.reduce((total, { value }) => {
      furthest = Math.max(furthest, Math.abs(total + value));
      return total + value;
    }, 0);
    const reach = REACHES.find((far) => furthest <= far);
    sum.window([-reach, reach], sum.y);

    const parts = [sum.segment([0, 0], [0, 5], "nn-axis-zero")];
    const words = [];
    let z = 0;
    terms.forEach(({ value, label }, i) => {
      const y = 4.5 - i;
      parts.push(bar(sum, z, z + value, y, value < 0 ? "nn-bar-minus" : "nn-bar-plus"));
      z += value;
      parts.push(sum.segment([z, y - 0.35], [z, y - 1], "nn-guide"));
      words.push(sum.text([-reach, y + 0.17], label, { dx: 6 }));
    });
    parts.push(bar(sum, 0, z, 0.5, "nn-bar-sum"));
    words.push(
      sum.text([-reach, 0.57], `z = ${num(z, 2)}`, { look: "nn-text-strong", dx: 6 }),
    );
    sum.draw(parts, words);

    const a = g(z);
    const curve = [];
    for (let i = 0; i <= 480; i++) {
      const at = Z[0] + ((Z[1] - Z[0]) * i) / 480;
      curve.push([at, g(at)]);
    }
    bend.draw([
      bend.segment([Z[0], 0], [Z[1], 0], "nn-axis-zero"),
      bend.curve(curve, "nn-curve"),
      bend.segment([z, -9], [z, a], "nn-guide"),
      bend.segment([Z[0], a], [z, a], "nn-guide"),
      bend.dot([z, a], "nn-dot", 6),
    ]);

    const products = terms.slice(0, 3).map(({ value }) => num(value, 2));
    const written = `${products[0]} ${term(terms[1].value, 2)} ${term(terms[2].value, 2)} ${term(state.b, 2)}`;
    const result = `${stage.config.activations[state.g].name}(${num(z, 2)}) = ${num(a, 4)}`;
    return {
      caption: `z = ${written} = ${num(z, 2)}; a = ${result}.`,
      numbers: () => [
        {
          title: "The sum, term by term",
          columns: ["i", "x", "w", "w·x"],
          rows: names.map((_, i) => [
            i + 1,
            state[`x${i + 1}`],
            state[`w${i + 1}`],
            terms[i].value,
          ]),
        },
        {
          title: "The neuron",
          columns: ["b", "z", "a", "g′(z)"],
          rows: [[state.b, z, a, slope(z, a)]],
        },
      ],
    };
  };
});

function bar(plane, from, to, y, look) {
  const [x1, x2] = [plane.X(Math.min(from, to)), plane.X(Math.max(from, to))];
  const height = 0.36 * (plane.Y(0) - plane.Y(1));
  return svg("rect", {
    class: look,
    x: x1,
    y: plane.Y(y),
    width: Math.max(x2 - x1, 1),
    height,
  });
}
