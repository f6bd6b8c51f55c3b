// A network learns a few noisy points, and then their noise: its curve, and its losses.
import { train } from "../engine/backprop.js";
import { optimiser } from "../engine/gradient_descent.js";
import { loss } from "../engine/loss.js";
import { network } from "../engine/mlp.js";
import { svg } from "../elements.js";
import { Chart } from "../pieces/chart.js";
import { Room } from "../pieces/labels.js";
import { sizeText } from "../pieces/sizes.js";
import { mount } from "../stage.js";
import { num, whole } from "../text.js";

const FINE = 161; // points of the curve as it is drawn
const ROWS = 21; // and as it stands in the table

export default mount((stage) => {
  const { config } = stage;
  const { epochs, every, span } = config;
  const plane = stage.plane({
    x: span,
    y: config.tall,
    xlabel: "x",
    ylabel: "y",
    ratio: 0.8,
    stackedRatio: 0.66,
    xticks: 4,
    label: "The examples, and what the network answers",
  });
  const chart = stage.add(
    new Chart({
      x: [0, epochs],
      y: config.losses,
      logY: true,
      xlabel: "epoch",
      ylabel: "loss",
      ratio: 0.8,
      stackedRatio: 0.52,
      xticks: 4,
      label: "Training and test loss, epoch by epoch",
    }),
  );
  stage.key(
    ["nn-curve", "network, training"],
    ["nn-test nn-curve", "test"],
    ["nn-guide", "what the points scatter about"],
  );
  stage.compare();
  stage.player("step", () => epochs / every, { pause: 40 });

  const column = (rows, k) => Float64Array.from(rows, (row) => row[k]);
  const [x, t] = [0, 1].map((k) => column(config.train, k));
  const [xTest, tTest] = [0, 1].map((k) => column(config.test, k));
  const grid = (n) =>
    Float64Array.from({ length: n }, (_, k) => {
      return span[0] + ((span[1] - span[0]) * k) / (n - 1);
    });
  const objective = loss({ kind: "MSE" });
  const net = network(config.network);
  const known = new Map();

  /** nnlib.live.optimisers.fitted: losses and weights, every few epochs. */
  function* training(decay) {
    const learner = network(config.network);
    const opt = optimiser({ ...config.optimiser, weight_decay: Number(decay) });
    const run = train(learner, objective, opt, x, t, { epochs });
    const found = { train: [], test: [], params: [] };
    const look = () => {
      found.train.push(objective.value(learner.forward(x, x.length), t, x.length));
      const Y = learner.forward(xTest, xTest.length);
      found.test.push(objective.value(Y, tTest, xTest.length));
      found.params.push(learner.params.map((p) => p.slice()));
    };
    look();
    for (let epoch = 1; epoch <= epochs; epoch++) {
      run.next();
      if (epoch % every === 0) {
        look();
        yield found;
      }
    }
    return found;
  }

  function fitted(decay, name) {
    if (known.has(decay)) return known.get(decay);
    const job = stage.job(decay, () => training(decay), name);
    if (job.done) known.set(decay, job.value);
    return job.done ? job.value : null;
  }

  function shown({ test }, { step, early }) {
    const least = Math.min(...test.slice(0, step + 1));
    const best = test.indexOf(least);
    return { last: step, best, at: early ? best : step };
  }

  function answers(params, points) {
    net.params.forEach((p, k) => p.set(params[k]));
    const Y = net.forward(points, points.length);
    return Array.from(points, (at, k) => [at, Y[k]]);
  }

  return (state, ghost) => {
    const run = fitted(state.decay, "now");
    if (!run) {
      plane.draw([]);
      chart.draw([]);
      return { caption: "Training …", numbers: () => [] };
    }
    const before = ghost && fitted(ghost.decay, "ghost");
    const stop = shown(run, state);
    drawCurve(run, stop.at, before && [before, shown(before, ghost).at]);
    drawLosses(run, stop);
    return {
      caption: caption(state, run, stop),
      numbers: () => [
        {
          title: "The losses",
          columns: ["epoch", "training", "test"],
          rows: Array.from({ length: Math.floor(stop.last / 5) + 1 }, (_, k) => [
            5 * k * every,
            run.train[5 * k],
            run.test[5 * k],
          ]),
        },
        {
          title: `What it says, epoch ${stop.at * every}`,
          columns: ["x", "y"],
          rows: answers(run.params[stop.at], grid(ROWS)),
        },
      ],
    };
  };

  // ---- the pictures ------------------------------------------------------------------

  function drawCurve(run, at, before) {
    const fine = grid(FINE);
    const scattered = grid(config.truth.length);
    const truth = config.truth.map((y, k) => [scattered[k], y]);
    const earlier = before && answers(before[0].params[before[1]], fine);
    plane.draw([
      plane.curve(truth, "nn-guide"),
      ...(earlier ? [plane.ghost([plane.curve(earlier, "nn-line-before")])] : []),
      plane.curve(answers(run.params[at], fine), "nn-curve"),
      ...config.test.map((point) => square(plane, point)),
      ...config.train.map((point) => plane.dot(point, "nn-dot", 5.5)),
    ]);
  }

  function drawLosses(run, { last, best, at }) {
    const upTo = (losses) => losses.slice(0, last + 1).map((y, k) => [k * every, y]);
    const ends = [
      ["training", [at * every, run.train[at]], "nn-text-strong nn-name"],
      ["test", [at * every, run.test[at]], "nn-text-strong nn-name nn-test"],
    ];
    const room = new Room(chart.edges);
    for (const [, [epoch, value]] of ends) room.keep(chart.X(epoch), chart.Y(value), 6);
    const names = ends.map(([words, [epoch, value], look]) =>
      room.place(
        `${words} ${sizeText(value)}`,
        beside(chart.X(epoch), chart.Y(value)),
        look,
      ),
    );
    chart.draw(
      [
        chart.segment(...config.losses.map((y) => [best * every, y]), "nn-guide"),
        chart.curve(upTo(run.train), "nn-curve"),
        chart.curve(upTo(run.test), "nn-test nn-curve"),
      ],
      [
        chart.dot(ends[0][1], "nn-dot", 5),
        square(chart, ends[1][1], 4.5),
        ...names,
      ].filter(Boolean),
    );
  }

  // ---- what it says ------------------------------------------------------------------

  function caption({ decay, step, early }, run, { at, best }) {
    const stopped = early ? `, stopped at ${whole(at * every)}` : "";
    const times = num(run.test[at] / run.test[best], 1);
    const least =
      at === best
        ? "the least so far"
        : `${times} times that of epoch ${whole(best * every)}`;
    return (
      `λ = ${decay}, epoch ${whole(step * every)}${stopped}: ` +
      `training loss ${sizeText(run.train[at])}, ` +
      `test loss ${sizeText(run.test[at])}, ${least}.`
    );
  }
});

/** Spots for a name above or below its curve, further and further from the mark. */
const beside = (x, y) =>
  [-9, 19, -24, 34, -40, 50].flatMap((dy) => [
    [x - 9, y + dy, "end"],
    [x + 9, y + dy, "start"],
  ]);

/** A test point: a small square. */
function square(plane, [x, y], half = 2.8) {
  return svg("rect", {
    class: "nn-test-point",
    x: plane.X(x) - half,
    y: plane.Y(y) - half,
    width: 2 * half,
    height: 2 * half,
  });
}
