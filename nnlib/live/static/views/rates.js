// A parabola, a start, a learning rate: where gradient descent goes, step by step.
import { Chart } from "../pieces/chart.js";
import { lossText } from "../pieces/scientific.js";
import { mount } from "../stage.js";
import { num } from "../text.js";

export default mount((stage) => {
  const { x, t, steps, lowest, limit, losses, narrow, broad } = stage.config;
  const left = stage.plane({
    x: [lowest - narrow, lowest + narrow],
    y: [0, 1],
    xlabel: "w",
    ylabel: "loss",
    ratio: 0.95,
    stackedRatio: 0.7,
    label: "The path on the parabola",
  });
  const right = stage.add(
    new Chart({
      x: [0, steps],
      y: losses,
      logY: true,
      xlabel: "step", // and no name beside the other axis: its numbers leave no room
      ratio: 0.95,
      stackedRatio: 0.6,
      label: "The loss, step by step",
    }),
  );
  stage.key(
    ["nn-line", "loss against w"],
    ["nn-curve", "the path"],
    ["nn-guide", "loss at the start"],
    ["before", "earlier setting"],
  );
  stage.compare();
  stage.player("step", () => steps, { pause: 300 });

  const loss = (w) => (t - w * x) ** 2;
  const slopeAt = (w) => -2 * x * (t - w * x);

  /** w before each step up to this one, and after it. */
  function path({ eta, step }) {
    const all = [0];
    while (all.length <= step) all.push(all.at(-1) - eta * slopeAt(all.at(-1)));
    return all;
  }

  const onParabola = (way) => way.map((w) => [w, loss(w)]);
  const inTime = (way) => way.map((w, k) => [k, loss(w)]);

  return (state, ghost) => {
    const way = path(state);
    const before = ghost && ghost.eta !== state.eta ? [path(ghost)] : [];
    const far = Math.max(...way.map((w) => 1.15 * Math.abs(w - lowest)));
    const half = Math.min(Math.max(far, narrow), broad);
    const high = 1.05 * loss(lowest + half);
    left.window([lowest - half, lowest + half], [-0.07 * high, high]);
    const parabola = Array.from({ length: 121 }, (_, i) => {
      const w = lowest + half * (i / 60 - 1);
      return [w, loss(w)];
    });
    left.draw([
      left.segment([left.x[0], 0], [left.x[1], 0], "nn-axis-zero"),
      left.curve(parabola, "nn-line"),
      left.ghost(before.map((one) => left.curve(onParabola(one), "nn-line-before"))),
      left.curve(onParabola(way), "nn-path"),
      ...onParabola(way).map((point) => left.dot(point, "nn-dot", 3.5)),
      left.dot([way.at(-1), loss(way.at(-1))], "nn-dot", 7),
    ]);
    const corner = { anchor: "end", dx: -8, dy: 18, look: "nn-text-strong" };
    right.draw([
      right.text([steps, losses[1]], "loss", corner),
      right.segment([0, loss(0)], [steps, loss(0)], "nn-guide"),
      right.ghost(before.map((one) => right.curve(inTime(one), "nn-line-before"))),
      right.curve(inTime(way), "nn-curve"),
      right.dot(inTime(way).at(-1), "nn-dot", 6),
    ]);
    return {
      caption: caption(state, way.at(-1)),
      numbers: () => [
        {
          title: "The path",
          columns: ["step", "w", "slope", "loss"],
          rows: way.map((w, k) => [k, w, slopeAt(w), loss(w)]),
        },
      ],
    };
  };

  function caption({ eta, step }, w) {
    const side = eta < limit ? "below" : "not below";
    const factor = num(1 - 2 * x * x * eta, 2);
    return `η = ${num(eta, 1)} is ${side} 2/L″ = ${num(limit, 0)}: ${regime(eta)}. Each step multiplies the distance to w = ${num(lowest, 0)} by 1 − η/2 = ${factor}. After step ${step}: w = ${num(w, 2)}, loss ${lossText(loss(w))}.`;
  }

  function regime(eta) {
    if (eta < limit / 2) return "w creeps down one side";
    if (eta === limit / 2) return "w lands in one step";
    if (eta < limit) return "w jumps from side to side and comes closer";
    return eta === limit ? "w goes to and fro for ever" : "w is thrown out";
  }
});
