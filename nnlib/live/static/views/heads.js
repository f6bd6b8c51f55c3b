// One hidden layer, four tasks, each with the head that fits it and with another.
import { svg } from "../elements.js";
import { train } from "../engine/backprop.js";
import { optimiser } from "../engine/gradient_descent.js";
import { loss } from "../engine/loss.js";
import { mlp } from "../engine/mlp.js";
import { defaultRng } from "../engine/random.js";
import { mount } from "../stage.js";
import { num } from "../text.js";

const SHOWN = 12; // examples in the table

export default mount((stage) => {
  const { config } = stage;
  const { tasks, span, cells, epochs } = config;
  const plane = stage.plane({
    x: span,
    y: span,
    xlabel: "x₁",
    ylabel: "x₂",
    ratio: 1,
    xticks: 4,
    yticks: 4,
    cells,
    label: "What the network answers: over the plane, or against the targets",
  });
  const curve = stage.plane({
    x: [0, epochs],
    y: [0, 1],
    xlabel: "epoch",
    ylabel: "loss",
    ratio: 1,
    stackedRatio: 0.6,
    xticks: 4,
    yticks: 4,
    label: "The loss, epoch by epoch",
  });
  const keys = {
    class0: "class 0",
    class1: "class 1",
    class2: "class 2",
    wrong: "answered wrongly",
    dot: "first number",
    square: "second number",
    "nn-guide": "answer = target",
    before: "earlier setting",
  };
  stage.key(...Object.entries(keys));
  const entries = new Map(
    Object.keys(keys).map((look, i) => [look, stage.legend.children[i]]),
  );
  stage.compare();
  stage.player("epoch", () => epochs, { pause: 0, stride: 5 });

  const headOf = ({ task, fits }) => tasks[task][fits ? "yes" : "no"];
  const known = new Map(); // task and head → a run that remembers its weights

  class Run {
    constructor({ task, fits }) {
      const { X, t } = tasks[task];
      const { out, loss: kind, T } = headOf({ task, fits });
      this.n = X.length;
      this.k = T[0].length;
      Object.assign(this, { t, X: Float64Array.from(X.flat()), rows: X });
      this.T = Float64Array.from(T.flat());
      const rng = defaultRng(0);
      const sizes = [2, config.units, this.k];
      this.net = mlp(sizes, { hidden: config.hidden, out, rng });
      this.loss = loss(kind);
      const opt = optimiser(config.optimiser);
      const { net, T: targets } = this;
      this.steps = train(net, this.loss, opt, this.X, targets, { epochs, rng });
      this.losses = [];
      this.kept = [];
      this.remember();
    }

    remember() {
      const Y = this.net.forward(this.X, this.n);
      this.losses.push(this.loss.value(Y, this.T, this.n));
      this.kept.push(this.net.params.map((p) => p.slice()));
    }

    *to(epoch) {
      while (this.losses.length <= epoch) {
        this.steps.next();
        this.remember();
        yield this;
      }
      return this;
    }
  }

  function runOf(state) {
    const key = `${state.task} ${state.fits}`;
    if (!known.has(key)) known.set(key, new Run(state));
    return known.get(key);
  }

  /** One answer against its target; the second number of a row is a hollow square. */
  function mark(at, j) {
    if (j === 0) return plane.dot(at, "nn-dot", 4);
    const corner = { x: plane.X(at[0]) - 3.5, y: plane.Y(at[1]) - 3.5 };
    return svg("rect", { class: "nn-image", ...corner, width: 7, height: 7 });
  }

  /** The class that the answer from place `at` on stands for. */
  function classOf({ task, fits }, Y, at) {
    if (task === "two classes") return Number(Y[at] > (fits ? 0 : 0.5));
    if (fits)
      return [0, 1, 2].reduce((best, j) => (Y[at + j] > Y[at + best] ? j : best));
    return Math.min(2, Math.max(0, Math.floor(Y[at] + 0.5)));
  }

  return (state, ghost) => {
    const run = runOf(state);
    const key = `${state.task} ${state.fits} ${state.epoch}`;
    const { done } = stage.job(key, () => run.to(state.epoch));
    const { n, k, X, T, t } = run;
    const last = Math.min(state.epoch, run.losses.length - 1);
    const latest = run.kept.at(-1);
    run.net.params.forEach((p, i) => p.set(run.kept[last][i]));
    const inClasses = t !== null;
    plane.xlabel = inClasses ? "x₁" : "target";
    plane.ylabel = inClasses ? "x₂" : "answer";
    const ends = tasks[state.task].ends ?? span;
    plane.window(ends, ends);
    const field = run.net.forward(plane.centres(), cells * cells).slice();
    const Y = run.net.forward(X, n).slice();
    run.net.params.forEach((p, i) => p.set(latest[i])); // training goes on from there
    const tints = [0, 1, 2].map((c) => mix(stage, `--nn-class${c}`));
    const paper = stage.colour("--nn-background");
    plane.cellwise((i) => (inClasses ? tints[classOf(state, field, i * k)] : paper));
    const answers = run.rows.map((_, i) =>
      inClasses ? classOf(state, Y, i * k) : null,
    );
    plane.draw(
      inClasses
        ? plane.crowd(
            run.rows.map((at, i) => ({
              at,
              target: t[i],
              wrong: answers[i] !== t[i],
            })),
          )
        : [
            plane.segment([ends[0], ends[0]], [ends[1], ends[1]], "nn-guide"),
            ...Array.from(Y, (y, i) => mark([T[i], y], i % k)),
          ],
    );
    const classes = Math.max(2, k, ...(t ?? []).map((c) => c + 1));
    const shown = inClasses
      ? ["class0", "class1", ...(classes > 2 ? ["class2"] : []), "wrong"]
      : [...["dot", "square"].slice(0, k), "nn-guide"];
    for (const [look, entry] of entries)
      entry.style.display = [...shown, "before"].includes(look) ? "" : "none";
    const losses = run.losses.slice(0, last + 1);
    const line = (values) => values.map((y, e) => [e, y]);
    curve.window([0, epochs], [0, 1.08 * Math.max(...losses, 1e-9)]);
    const before = ghost && runOf(ghost);
    curve.draw([
      curve.ghost(
        before
          ? [
              curve.curve(
                line(before.losses.slice(0, ghost.epoch + 1)),
                "nn-line-before",
              ),
            ]
          : [],
      ),
      curve.curve(line(losses), "nn-curve"),
      curve.dot([last, losses[last]], "nn-dot", 6),
    ]);
    return {
      caption: done
        ? caption(state, losses[last], answers, t, Y, T)
        : `Training: epoch ${last} of ${state.epoch} …`,
      numbers: () => numbers(state, run, Y, losses),
    };
  };

  function caption(state, value, answers, t, Y, T) {
    const said = `${state.task}, ${headOf(state).words}, epoch ${state.epoch}: loss ${num(value, 3)}`;
    if (t === null) {
      const off = Y.reduce((most, y, i) => Math.max(most, Math.abs(y - T[i])), 0);
      const range = (A) => `${num(Math.min(...A), 2)} to ${num(Math.max(...A), 2)}`;
      return `${said}, the worst answer is off by ${num(off, 2)}. Targets from ${range(T)}, answers from ${range(Y)}.`;
    }
    const right = answers.filter((c, i) => c === t[i]).length;
    return `${said}, ${right} of ${t.length} right.`;
  }

  function numbers(state, { rows, k, T }, Y, losses) {
    const each = (name) => Array.from({ length: k }, (_, j) => `${name} ${j + 1}`);
    return [
      {
        title: "The first examples",
        columns: ["x₁", "x₂", ...each("target"), ...each("answer")],
        rows: rows
          .slice(0, SHOWN)
          .map((x, i) => [
            ...x,
            ...T.slice(i * k, i * k + k),
            ...Y.slice(i * k, i * k + k),
          ]),
      },
      {
        title: "The loss",
        columns: ["epoch", "loss"],
        rows: losses.map((value, e) => [e, value]).filter(([e]) => e % 20 === 0),
      },
    ];
  }
});

/** A class's colour as a tint of the background. */
function mix(stage, name) {
  const background = stage.colour("--nn-background");
  return stage.colour(name).map((c, i) => 0.25 * c + 0.75 * background[i]);
}
