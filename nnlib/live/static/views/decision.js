// What a network decides over the plane: its border, its margin, epoch by epoch.
import { logistic } from "../engine/activations.js";
import { svg } from "../elements.js";
import { border } from "../pieces/contour.js";
import { Run, reach } from "../playground/run.js";
import { mount } from "../stage.js";
import { num, percent } from "../text.js";

const CELLS = 60; // of the field each way

export default mount((stage) => {
  const { settings, sure, run: config } = stage.config;
  const most = stage.controls.find(({ name }) => name === "epoch").high;
  const plane = stage.plane({
    x: [-1, 1],
    y: [-1, 1],
    xlabel: "x₁",
    ylabel: "x₂",
    ratio: 1,
    xticks: 4,
    yticks: 4,
    cells: CELLS,
    label: "The plane of inputs, tinted by p, with the border and its margin",
  });
  stage.key(
    ["class0", "target 0"],
    ["class1", "target 1"],
    ["wrong", "answered wrongly"],
    ["nn-line", "p = threshold"],
    ["nn-margin", `threshold ± ${num(sure, 2)}`],
    ["nn-line-before nn-border-before", "earlier setting"],
  );
  stage.compare();
  stage.player("epoch", () => most, { pause: 40 });
  const runs = new Map();
  let trace = {};

  function led({ data, seed, epoch }, name) {
    const asked = { ...settings, data, seed };
    return stage.job(
      `${data} ${seed} ${epoch}`,
      () => reach(runs, name, config, asked, epoch, most),
      name,
    );
  }

  /** The border of the setting before: it stays while the reader moves on. */
  function earlier(state, ghost) {
    const asked = { ...ghost, data: state.data };
    const { value: run, done } = led(asked, "ghost");
    const key = JSON.stringify([asked, run.epoch, done, plane.width]);
    if (key !== trace.key) {
      const [p, look] = [field(run, plane), "nn-line-before nn-border-before"];
      const parts = [border(plane, p, asked.threshold, look)];
      trace = { key, parts: run.diverged === null ? parts : [] };
    }
    return trace.parts;
  }

  return (state, ghost) => {
    const { value: run, done } = led(state, "now");
    const [low, high] = config.windows[state.data];
    plane.window([low, high], [low, high]);
    if (run.diverged !== null) {
      plane.draw([]);
      return { caption: "Diverged: try a smaller learning rate.", numbers: nothing };
    }
    const { threshold } = state;
    const values = field(run, plane);
    const [from, to] = stage.fieldColours();
    plane.cellwise((i) => from.map((c, k) => c + (to[k] - c) * values[i]));
    const p = probabilities(run, run.data.X);
    const { X, T, n } = run.data;
    plane.draw([
      svg("g", { class: "nn-ghost" }, ...(ghost ? earlier(state, ghost) : [])),
      border(plane, values, threshold - sure, "nn-margin"),
      border(plane, values, threshold + sure, "nn-margin"),
      border(plane, values, threshold, "nn-line"),
      ...plane.crowd(
        Array.from(T, (target, i) => ({
          at: [X[2 * i], X[2 * i + 1]],
          target,
          wrong: p[i] > threshold !== (target === 1),
        })),
      ),
    ]);
    const right = p.filter((q, i) => q > threshold === (T[i] === 1)).length;
    const near = p.filter((q) => Math.abs(q - threshold) < sure).length;
    return {
      caption: done
        ? `${state.data} after epoch ${state.epoch}: p > ${num(threshold, 2)} answers ${right} of ${n} right (${percent(right, n)}); ${near} lie in the margin.`
        : `Training: epoch ${run.epoch} of ${state.epoch} …`,
      numbers: () => [
        {
          title: "The first examples in training",
          columns: ["x₁", "x₂", "target", "p", "answer"],
          rows: Array.from({ length: Math.min(n, 60) }, (_, i) => [
            X[2 * i],
            X[2 * i + 1],
            T[i],
            p[i],
            Number(p[i] > threshold),
          ]),
        },
      ],
    };
  };
});

const nothing = () => [
  { title: "Nothing to show", columns: ["what"], rows: [["no finite loss"]] },
];

/** p of class 1 for rows of X: the network gives logits. */
function probabilities({ net }, X) {
  return Array.from(net.forward(X, X.length / 2), logistic);
}

const field = (run, plane) => probabilities(run, plane.centres());
