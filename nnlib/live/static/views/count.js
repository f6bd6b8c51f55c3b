// A network of n inputs, m hidden neurons and k outputs: every line is one number.
import { svg } from "../elements.js";
import { mount } from "../stage.js";

const COLUMNS = [0, 1, 2];
const NAMES = ["inputs", "hidden", "outputs"];

export default mount((stage) => {
  const plane = stage.plane({
    x: [-0.4, 2.4],
    y: [-0.06, 1.12],
    ratio: 0.75,
    xticks: 0,
    yticks: 0,
    label: "The network: circles are neurons, lines are weights",
  });
  stage.key(
    ["nn-edge nn-edge-plus", "weight"],
    ["nn-line-before", "bias: from a constant 1"],
  );

  return (state) => {
    const { n, m, k, biased } = state;
    const units = [n, m, k];
    const constant = [true, biased, false];
    const places = COLUMNS.map((c) => spread(units[c], constant[c]));
    const links = [0, 1].flatMap((c) =>
      places[c].flatMap((from, i) =>
        places[c + 1]
          .slice(0, units[c + 1])
          .map((to) =>
            plane.segment(
              [c, from],
              [c + 1, to],
              i < units[c] ? "nn-edge nn-edge-plus" : "nn-line-before",
            ),
          ),
      ),
    );
    const circles = COLUMNS.flatMap((c) =>
      places[c].map((y, i) =>
        i < units[c]
          ? plane.dot([c, y], "nn-dot", 9)
          : svg(
              "g",
              {},
              plane.dot([c, y], "nn-hollow", 9),
              plane.text([c, y], "1", { anchor: "middle", dy: 4 }),
            ),
      ),
    );
    const words = COLUMNS.map((c) =>
      plane.text([c, 1.05], `${units[c]} ${NAMES[c]}`, { anchor: "middle" }),
    );
    plane.draw([...links, ...circles], words);
    const counts = [m * n, m, k * m, biased ? k : 0];
    const [first, b1, second, b2] = counts;
    const output = biased ? `k(m+1) = ${second + b2}` : `km = ${second}`;
    const total = first + b1 + second + b2;
    return {
      caption: `The hidden layer has m(n+1) = ${first + b1} numbers, the output layer ${output}: ${total} in all.`,
      numbers: () => [
        {
          title: "The parameters",
          columns: ["name", "shape", "numbers"],
          rows: [
            ["W₁", `${m}×${n}`, counts[0]],
            ["b₁", `${m}`, counts[1]],
            ["W₂", `${k}×${m}`, counts[2]],
            ["b₂", `${k}`, counts[3]],
          ],
        },
      ],
    };
  };
});

/** The heights of a column's circles in (0, 1), from the top; the constant last. */
function spread(units, one) {
  const n = units + Number(one);
  return Array.from({ length: n }, (_, i) => 1 - (i + 0.5) / n);
}
