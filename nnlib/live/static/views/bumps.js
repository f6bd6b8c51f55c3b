// A sum of bumps, two steep hidden units each, against a curve; its error by their number.
import { logistic } from "../engine/activations.js";
import { Chart } from "../pieces/chart.js";
import { mount } from "../stage.js";
import { num } from "../text.js";

const POINTS = 1201;

export default mount((stage) => {
  const { errors, curves, heights, steep, turn } = stage.config;
  const plane = stage.plane({
    x: [0, turn],
    y: [-1.3, 1.3],
    xlabel: "x",
    ylabel: "y",
    ratio: 0.9,
    xticks: 6,
    yticks: 3,
    label: "The curve, and the network's sum of bumps",
  });
  const chart = stage.add(
    new Chart({
      x: [1, 40],
      y: [0.01, 1],
      logX: true,
      logY: true,
      xlabel: "bumps",
      ylabel: "error",
      ratio: 0.9,
      stackedRatio: 0.6,
      label: "The error against the number of bumps",
    }),
  );
  stage.key(
    ["nn-curve", "the network"],
    ["nn-guide", "the curve it is to follow"],
    ["before", "earlier setting"],
  );
  stage.compare();

  /** The network's answer at x: Σ_k v_k (σ(κ (x − left_k)) − σ(κ (x − right_k))). */
  const sum = ({ m, target }) => {
    const v = heights[target][m - 1];
    const edge = (k) => (turn * k) / m;
    return (x) => {
      const near = Math.floor((x / turn) * m);
      let y = 0; // a bump two places off is 0 to the last digit that can be seen
      for (let k = Math.max(0, near - 2); k < Math.min(m, near + 3); k++)
        y +=
          v[k] *
          (logistic(steep * (x - edge(k))) - logistic(steep * (x - edge(k + 1))));
      return y;
    };
  };
  const drawn = (state) => {
    const at = sum(state);
    return Array.from({ length: POINTS }, (_, i) => {
      const x = (turn * i) / (POINTS - 1);
      return [x, at(x)];
    });
  };
  const curveOf = (name) =>
    curves[name].map((y, i) => [(turn * i) / (curves[name].length - 1), y]);

  return (state, ghost) => {
    const { m, target } = state;
    plane.draw([
      plane.ghost(ghost ? [plane.curve(drawn(ghost), "nn-line-before")] : []),
      plane.curve(drawn(state), "nn-curve"),
      plane.curve(curveOf(target), "nn-guide"),
    ]);
    const all = errors[target];
    chart.look({ x: [1, all.length], y: [0.01, 1], logX: true, logY: true });
    chart.draw([
      chart.ghost(
        ghost
          ? [chart.dot([ghost.m, errors[ghost.target][ghost.m - 1]], "nn-hollow", 5)]
          : [],
      ),
      chart.curve(
        all.map((y, i) => [i + 1, y]),
        "nn-curve",
      ),
      chart.dot([m, all[m - 1]], "nn-dot", 6),
    ]);
    return {
      caption: caption(state, all),
      numbers: () => [
        {
          title: "The bumps",
          columns: ["bump", "from", "to", "height"],
          rows: heights[target][m - 1].map((v, k) => [
            k + 1,
            (turn * k) / m,
            (turn * (k + 1)) / m,
            v,
          ]),
        },
        {
          title: "The error",
          columns: ["bumps", "error"],
          rows: [1, 2, 5, 10, 20, 40].map((k) => [k, all[k - 1]]),
        },
      ],
    };
  };
});

function caption({ m, target }, errors) {
  const off = errors[m - 1];
  const pairs = `${m} bump${m > 1 ? "s" : ""}, ${2 * m} hidden neurons`;
  const said = `${target}: ${pairs}, error ${num(off, 4)} (root mean square)`;
  if (m % 2) return `${said}.`;
  return `${said}, ${num(off / errors[m / 2 - 1], 2)} times that of ${m / 2}.`;
}
