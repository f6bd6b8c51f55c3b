// The loss of one neuron against its weight: a step's is level, a sigmoid's is a slope.
import { activation } from "../engine/activations.js";
import { mount } from "../stage.js";
import { num } from "../text.js";

const W = [-4, 4];
const REACH = 1.2; // of the tangent, to either side
const ETA = 1;
const NAMES = ["step", "sigmoid"];

export default mount((stage) => {
  const sides = NAMES.map((name) => {
    const { g, slope } = activation(stage.config.activations[name]);
    const plane = stage.plane({
      x: W,
      y: [-0.12, 1.25],
      xlabel: "w",
      ylabel: `loss with a ${name}`,
      label: `The loss against w, with a ${name}`,
      ratio: 0.8,
      stackedRatio: 0.55,
      xticks: 4,
    });
    const loss = (w) => (g(w) - 1) ** 2;
    const slopeOf = (w) => 2 * (g(w) - 1) * slope(w, g(w));
    return { name, plane, loss, slopeOf };
  });
  stage.key(
    ["nn-curve", "loss"],
    ["nn-line", "its slope at w"],
    ["nn-line-before", "earlier setting"],
  );
  stage.compare();
  const { high } = stage.controls.find(({ name }) => name === "step");
  stage.player("step", () => high, { pause: 60 });

  /** [w, loss, slope] before training and after every round. */
  function walk({ loss, slopeOf }, { w, step }) {
    const rows = [];
    for (let round = 0; round <= step; round++) {
      rows.push([w, loss(w), slopeOf(w)]);
      w -= ETA * slopeOf(w);
    }
    return rows;
  }

  return (state, ghost) => {
    const walks = sides.map((side) => walk(side, state));
    sides.forEach((side, k) => draw(side, walks[k], ghost && walk(side, ghost)));
    return { caption: caption(state, walks), numbers: () => numbers(walks) };
  };

  function draw({ name, plane, loss }, walked, before) {
    const [w, height, slope] = walked.at(-1);
    const at = (dw) => [w + dw, height + dw * slope];
    const leap = name === "step" && w === 0;
    const [bw, bloss] = before?.at(-1) ?? [];
    const ring = before && plane.dot([bw, bloss], "nn-line-before", 9);
    const near = plane.X(w) > plane.X(W[1]) - 110; // the edge: no room on the right
    const words = leap ? "no slope" : slopeText(slope);
    plane.draw(
      [
        plane.segment([W[0], 0], [W[1], 0], "nn-axis-zero"),
        plane.segment([w, plane.y[0]], [w, height], "nn-guide"),
        ...curve(plane, name, loss),
        ...(leap ? [] : [plane.segment(at(-REACH), at(REACH), "nn-line")]),
        ...(before ? [plane.ghost([ring])] : []),
        ...walked.map(([x, y]) => plane.dot([x, y], "nn-other-dot", 3)),
        plane.dot([w, height], "nn-dot", 6),
      ],
      [
        plane.text([near ? W[1] : w, height], words, {
          look: "nn-text-strong",
          anchor: near ? "end" : "start",
          dx: near ? -6 : 8,
          dy: near ? -20 : -11,
        }),
      ],
    );
  }

  /** The loss over all w; a step's leaps at 0, where it is still the upper one. */
  function curve(plane, name, loss) {
    if (name === "step")
      return [
        plane.curve(
          [
            [W[0], 1],
            [0, 1],
          ],
          "nn-curve",
        ),
        plane.curve(
          [
            [0, 0],
            [W[1], 0],
          ],
          "nn-curve",
        ),
        plane.dot([0, 1], "nn-own-value", 4),
      ];
    const points = Array.from({ length: 161 }, (_, i) => {
      const w = W[0] + ((W[1] - W[0]) * i) / 160;
      return [w, loss(w)];
    });
    return [plane.curve(points, "nn-curve")];
  }

  function caption({ step }, walks) {
    const when = step ? `After ${step} round${step === 1 ? "" : "s"}` : "At the start";
    const [stairs, ramp] = walks.map((rows) => rows.at(-1));
    const said = ([w, loss]) => `w = ${num(w, 2)}, loss ${num(loss, 4)}`;
    const level = stairs[0] === 0 ? "no slope, a leap" : slopeText(stairs[2]);
    return `${when}: with a step ${said(stairs)}, ${level}; with a sigmoid ${said(ramp)}, ${slopeText(ramp[2])}.`;
  }

  function numbers(walks) {
    return walks.map((rows, k) => ({
      title: `With a ${NAMES[k]}`,
      columns: ["rounds", "w", "loss", "slope"],
      rows: rows.map((row, round) => [round, ...row]),
    }));
  }
});

/** A slope with four decimals; 0 where it is exactly that. */
const slopeText = (slope) => (slope === 0 ? "slope 0" : `slope ${num(slope, 4)}`);
