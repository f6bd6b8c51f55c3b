// A line fitted with batches of any size: the path over its two weights, and the loss.
import { train } from "../engine/backprop.js";
import { optimiser } from "../engine/gradient_descent.js";
import { loss } from "../engine/loss.js";
import { network } from "../engine/mlp.js";
import { defaultRng } from "../engine/random.js";
import { svg } from "../elements.js";
import { Chart } from "../pieces/chart.js";
import { sizeText } from "../pieces/sizes.js";
import { Landscape } from "../pieces/surface.js";
import { mount } from "../stage.js";
import { num } from "../text.js";

const SIZES = [1, 2, 4, 8, 16, 32];
const KEPT = 60; // runs that need not be done again

export default mount((stage) => {
  const { x, t, loss: kind, begin, best, epochs, window: seen } = stage.config;
  const { levels, excess: heights } = stage.config;
  const n = x.length;
  const left = stage.add(
    new Landscape({
      ...seen,
      xlabel: "w",
      ylabel: "b",
      ratio: 0.95,
      stackedRatio: 0.75,
      label: "Contour lines of the loss, and the way down",
    }),
  );
  const right = stage.add(
    new Chart({
      x: [0, epochs],
      y: heights,
      logY: true,
      xlabel: "epoch", // and no name beside the other axis: its numbers leave no room
      ratio: 0.95,
      stackedRatio: 0.65,
      label: "The loss above the lowest, step by step",
    }),
  );
  stage.key(
    ["nn-way nn-way0", "the way"],
    ["nn-curve", "the loss above the lowest"],
    ["before", "earlier setting"],
  );
  stage.compare();
  stage.player("epoch", () => epochs);

  const mean = (values) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const [xx, x1] = [mean(x.map((at) => at * at)), mean(x)];

  /** How far the loss is above the lowest. */
  function excess([w, b]) {
    const [dw, db] = [w - best[0], b - best[1]];
    return xx * dw * dw + 2 * x1 * dw * db + db * db;
  }

  const one = Math.sqrt(
    mean(x.map((at, i) => 4 * (best[0] * at + best[1] - t[i]) ** 2 * (at * at + 1))),
  );
  const scatter = (size) => one * Math.sqrt((n - size) / (n - 1) / size);
  const [X, T] = [x, t].map((values) => Float64Array.from(values));
  const runs = new Map();

  /** All steps of all epochs, w and b before each and after the last. */
  function run({ B, eta }) {
    const key = `${B} ${eta}`;
    if (!runs.has(key)) {
      if (runs.size >= KEPT) runs.delete(runs.keys().next().value);
      const dense = { kind: "Dense", W: [[begin[0]]], b: [begin[1]] };
      const net = network({ layers: [dense] });
      const path = [begin];
      const opt = optimiser({ kind: "SGD", lr: eta });
      const how = { epochs, batchSize: B, rng: defaultRng(0) };
      for (const _ of train(net, loss(kind), opt, X, T, how))
        path.push(net.params.map(([value]) => value));
      runs.set(key, path);
    }
    return runs.get(key);
  }

  const perEpoch = ({ B }) => Math.ceil(n / B);
  const pathOf = (state) => run(state).slice(0, state.epoch * perEpoch(state) + 1);
  const inTime = (path, state) => path.map((p, k) => [k / perEpoch(state), excess(p)]);

  return (state, ghost) => {
    const path = pathOf(state);
    const before = ghost ? [pathOf(ghost)] : [];
    const colours = ["--nn-background", "--nn-grid"].map((name) => stage.colour(name));
    const height = (w, b) => best[2] + excess([w, b]);
    const { lines, names } = left.relief("loss", height, levels, colours);
    const { path: drawn, mark } = left.way(path, 0);
    drawn.classList.add("nn-thin");
    left.draw(
      [
        ...lines,
        left.ghost(before.map((way) => left.curve(way, "nn-line-before"))),
        drawn,
        cross(left, begin, "nn-start", "M-6 -6L6 6M-6 6L6 -6"),
        cross(left, best, "nn-lowest", "M-8 0H8M0 -8V8"),
        mark,
      ],
      names,
    );
    const corner = { anchor: "end", dx: -8, dy: 18, look: "nn-text-strong" };
    right.draw([
      right.text([epochs, heights[1]], "loss above the lowest", corner),
      right.ghost(
        before.map((way) => right.curve(inTime(way, ghost), "nn-line-before")),
      ),
      right.curve(inTime(path, state), "nn-curve nn-thin"),
      right.dot(inTime(path, state).at(-1), "nn-dot", 6),
    ]);
    return {
      caption: caption(state, path),
      numbers: () => [
        {
          title: "The way",
          columns: ["epoch", "step", "w", "b", "loss"],
          rows: Array.from({ length: state.epoch + 1 }, (_, e) => {
            const step = e * perEpoch(state);
            return [e, step, ...path[step], height(...path[step])];
          }),
        },
        {
          title: "Slopes of batches at the lowest point",
          columns: ["batch size B", "scatter", "one example's / √B"],
          rows: [...SIZES, n].map((B) => [B, scatter(B), one / Math.sqrt(B)]),
        },
      ],
    };
  };

  function caption({ B, eta, epoch }, path) {
    return `Batches of ${B}, η = ${num(eta, 2)}, epoch ${epoch}, step ${path.length - 1}: loss ${sizeText(excess(path.at(-1)))} above the lowest. There the slope is 0: what a batch says of it scatters by ${num(scatter(B), 2)}, a single example by ${num(one, 2)}, and ${num(one, 2)}/√${B} = ${num(one / Math.sqrt(B), 2)}.`;
  }
});

const cross = (plane, [x, y], look, d) =>
  svg("path", {
    class: look,
    d,
    transform: `translate(${plane.X(x)} ${plane.Y(y)})`,
  });
