// The plane of inputs beside the plane of what two hidden units make of it.
import { network } from "../engine/mlp.js";
import { svg } from "../elements.js";
import { Room, around } from "../pieces/labels.js";
import { bentGrid } from "../pieces/maps.js";
import { border } from "../pieces/contour.js";
import { mount } from "../stage.js";
import { num } from "../text.js";

const CELLS = 60; // of the field each way

export default mount((stage) => {
  const { X, targets, window } = stage.config;
  const net = network(stage.config.net);
  const [W, b] = net.params;
  const look = { ratio: 1, xticks: 3, yticks: 3 };
  const input = stage.plane({
    ...look,
    x: window,
    y: window,
    xlabel: "x₁",
    ylabel: "x₂",
    cells: CELLS,
    label: "The examples among the inputs, and the border of the answer",
  });
  const space = stage.plane({
    ...look,
    x: [-0.1, 1.1],
    y: [-0.1, 1.1],
    xlabel: "a₁",
    ylabel: "a₂",
    label: "The same examples after the hidden layer, and a straight line",
  });
  stage.key(
    ["class0", "target 0"],
    ["class1", "target 1"],
    ["wrong", "answered wrongly"],
    ["before", "earlier setting"],
  );
  stage.compare();

  const weights = (s) => {
    W.set([s.w11, s.w12, s.w21, s.w22]);
    b.set([s.b1, s.b2]);
  };
  const bend = (points) => pairs(net.forward(Float64Array.from(points.flat())));

  return (state, ghost) => {
    const { threshold } = state;
    const t = targets[state.data];
    let before = [];
    if (ghost) {
      weights(ghost);
      const sums = fieldOf(net, input);
      before = [
        [border(input, sums, ghost.threshold, "nn-line-before")],
        [
          line(space, ghost.threshold, "nn-line-before"),
          ...bend(X).map((a) => space.dot(a, "nn-hollow", 5)),
        ],
      ];
    }
    weights(state);
    const colours = stage.fieldColours();
    const sums = fieldOf(net, input);
    input.cellwise((i) => colours[Number(sums[i] > threshold)]);
    space.field((a1, a2) => Number(a1 + a2 > threshold), colours);
    const A = bend(X);
    const total = A.map(([a1, a2]) => a1 + a2);
    const marks = (plane, points) =>
      points.map((at, i) =>
        plane.example(at, t[i], { wrong: total[i] > threshold !== (t[i] === 1) }),
      );
    input.draw([
      ghostly(before[0]),
      ...input.boundary([state.w11, state.w12], state.b1, { look: "nn-guide" }),
      ...input.boundary([state.w21, state.w22], state.b2, { look: "nn-guide" }),
      border(input, sums, threshold, "nn-line"),
      ...marks(input, X),
    ]);
    space.draw([
      ...bentGrid(space, bend, window, window),
      ghostly(before[1]),
      line(space, threshold, "nn-line"),
      ...marks(space, A),
      ...names(space, X, A),
    ]);
    const right = total.filter((z, i) => z > threshold === (t[i] === 1)).length;
    const of = (target) => total.filter((_, i) => t[i] === target);
    const [low, high] = [Math.max(...of(0)), Math.min(...of(1))];
    const allowed =
      low < high
        ? `Any threshold from ${num(low, 4)} to ${num(high, 4)} would do`
        : "No threshold gets all four right";
    return {
      caption: `${state.data}: a₁ + a₂ > ${num(threshold, 2)} answers ${right} of 4 right. ${allowed}: the sums are ${total.map((z) => num(z, 3)).join(", ")}.`,
      numbers: () => [
        {
          title: `${state.data} through the hidden layer`,
          columns: ["x₁", "x₂", "target", "a₁", "a₂", "a₁ + a₂", "answer"],
          rows: X.map((x, i) => [
            ...x,
            t[i],
            ...A[i],
            total[i],
            Number(total[i] > threshold),
          ]),
        },
      ],
    };
  };
});

const ghostly = (parts = []) => svg("g", { class: "nn-ghost" }, ...parts);

function pairs(flat) {
  const points = [];
  for (let i = 0; i < flat.length; i += 2) points.push([flat[i], flat[i + 1]]);
  return points;
}

/** a₁ + a₂ in every cell of the plane. */
const fieldOf = (net, plane) =>
  pairs(net.forward(plane.centres())).map(([a, c]) => a + c);

const line = (plane, threshold, look) =>
  plane.segment([-9, threshold + 9], [9, threshold - 9], look);

/** Which input each mark was; those that land together share their words. */
function names(plane, X, A) {
  const [left, right] = plane.x.map((x) => plane.X(x));
  const [bottom, top] = plane.y.map((y) => plane.Y(y));
  const room = new Room({ left, right, top, bottom });
  const places = new Map();
  A.forEach(([a1, a2], i) => {
    const [x, y] = [plane.X(a1), plane.Y(a2)];
    const key = `${Math.round(x / 16)} ${Math.round(y / 16)}`;
    if (!places.has(key)) places.set(key, { x, y, words: [] });
    places.get(key).words.push(`(${X[i].join(", ")})`);
  });
  for (const { x, y } of places.values()) room.keep(x, y, 8);
  return [...places.values()]
    .map(({ x, y, words }) => room.place(words.join(" "), around(x, y), "nn-text"))
    .filter(Boolean);
}
