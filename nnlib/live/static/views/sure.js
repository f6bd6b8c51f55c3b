// One sigmoid neuron whose target is 1: what two losses tell it, and where it gets.
import { logistic } from "../engine/activations.js";
import { mount } from "../stage.js";
import { num } from "../text.js";

const MARKS = [0, 1, 2, 5, 10, 20, 50, 100, 200];
const LOOKS = ["nn-curve", "nn-curve nn-test"];

export default mount((stage) => {
  const { steps, limit } = stage.config;
  const left = stage.plane({
    x: [-8, 8],
    y: [0, 8.2],
    xlabel: "z",
    ylabel: "loss, target 1",
    ratio: 0.9,
    xticks: 4,
    yticks: 4,
    label: "Two losses against z, with the slope at this z",
  });
  const right = stage.plane({
    x: [0, steps],
    y: [0, 1.02],
    xlabel: "step",
    ylabel: "p",
    ratio: 0.9,
    stackedRatio: 0.6,
    xticks: 5,
    yticks: 4,
    label: "What the neuron says, step by step, under each loss",
  });
  stage.key(
    [LOOKS[0], "cross-entropy"],
    [LOOKS[1], "squared error"],
    ["before", "earlier setting"],
  );
  stage.compare();

  const losses = [
    (z) => Math.max(-z, 0) + Math.log1p(Math.exp(-Math.abs(z))),
    (z) => (1 - logistic(z)) ** 2,
  ];
  const curves = losses.map((f) =>
    Array.from({ length: 161 }, (_, i) => [-8 + i / 10, f(-8 + i / 10)]),
  );

  function path(z, kind) {
    const points = [];
    for (let step = 0, at = z; step <= steps; step++, at -= slopes(at)[kind])
      points.push([step, logistic(at)]);
    return points;
  }

  function toHalf(z, kind) {
    let at = z;
    for (let step = 0; step < limit; step++) {
      if (at >= 0) return step;
      at -= slopes(at)[kind];
    }
    throw new Error("never");
  }

  return (state, ghost) => {
    const { z } = state;
    const slope = slopes(z);
    left.draw([
      ...curves.map((points, kind) => left.curve(points, LOOKS[kind])),
      ...losses.flatMap((f, kind) => [
        left.segment(
          [z - 2, f(z) - 2 * slope[kind]],
          [z + 2, f(z) + 2 * slope[kind]],
          "nn-line",
        ),
        left.dot([z, f(z)], "nn-dot", 6),
      ]),
    ]);
    const ways = [0, 1].map((kind) => path(z, kind));
    const before = ghost ? [0, 1].map((kind) => path(ghost.z, kind)) : [];
    right.draw([
      right.segment([0, 0.5], [steps, 0.5], "nn-guide"),
      right.ghost(before.map((way) => right.curve(way, "nn-line-before"))),
      ...ways.map((way, kind) => right.curve(way, LOOKS[kind])),
    ]);
    const said = `z = ${num(z, 1)}, so the neuron says ${num(logistic(z), 4)} where 1 is right. Slopes: cross-entropy ${num(slope[0], 5)}, squared error ${num(slope[1], 5)}, ${num(slope[0] / slope[1], 1)} to 1.`;
    return {
      caption:
        z >= 0
          ? `${said} It is past ½ already.`
          : `${said} To reach ½ it takes ${toHalf(z, 0)} steps against ${toHalf(z, 1)}.`,
      numbers: () => [
        {
          title: "The way to the target, η = 1",
          columns: ["step", "p, cross-entropy", "p, squared error"],
          rows: [...MARKS, steps].map((k) => [k, ways[0][k][1], ways[1][k][1]]),
        },
      ],
    };
  };
});

/** ∂ℓ/∂z for target 1: of the cross-entropy, and of the squared error. */
function slopes(z) {
  const a = logistic(z);
  return [a - 1, 2 * (a - 1) * a * (1 - a)];
}
