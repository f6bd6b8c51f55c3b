// Twenty trainings on XNOR that differ in nothing but the weights they start from.
import { train } from "../engine/backprop.js";
import { optimiser } from "../engine/gradient_descent.js";
import { loss } from "../engine/loss.js";
import { mlp } from "../engine/mlp.js";
import { defaultRng } from "../engine/random.js";
import { Chart } from "../pieces/chart.js";
import { mount } from "../stage.js";
import { num } from "../text.js";

export default mount((stage) => {
  const { config } = stage;
  const { epochs, starts } = config;
  const X = Float64Array.from(config.X.flat());
  const T = Float64Array.from(config.t);
  const n = T.length;
  const chart = stage.add(
    new Chart({
      x: [0, epochs],
      y: [0.005, 2],
      logY: true,
      xlabel: "epoch",
      ylabel: "loss",
      ratio: 0.6,
      stackedRatio: 0.75,
      label: "The loss of twenty runs, epoch by epoch",
    }),
  );
  stage.key(
    ["nn-noise", "a start that learns XNOR"],
    ["nn-line", "one that does not"],
    ["nn-curve", "the highlighted start"],
  );
  stage.compare();

  const known = new Map(); // width → its runs, so far

  function* learn(width) {
    if (!known.has(width)) known.set(width, []);
    const runs = known.get(width);
    while (runs.length < starts) {
      runs.push(run(width, runs.length));
      yield runs;
    }
    return runs;
  }

  function run(width, seed) {
    const rng = defaultRng(seed);
    const sizes = [2, width, 1];
    const net = mlp(sizes, { hidden: config.hidden, out: { kind: "Identity" }, rng });
    const objective = loss(config.loss);
    const opt = optimiser(config.optimiser);
    const steps = train(net, objective, opt, X, T, { epochs, rng });
    const losses = Array.from({ length: epochs }, () => steps.next().value.loss);
    const z = net.forward(X, n);
    losses.push(objective.value(z, T, n));
    const right = T.filter((t, i) => z[i] > 0 === (t === 1)).length;
    return { losses, right };
  }

  const line = ({ losses }, look) =>
    chart.curve(
      losses.map((y, x) => [x, y]),
      look,
    );

  return (state, ghost) => {
    const { value: runs, done } = stage.job(`${state.width}`, () => learn(state.width));
    const picked = runs[state.seed];
    const before = ghost && known.get(ghost.width)?.[ghost.seed];
    chart.draw([
      chart.ghost(before ? [line(before, "nn-line-before")] : []),
      ...runs.map((one) => line(one, one.right === n ? "nn-noise" : "nn-line")),
      ...(picked ? [line(picked, "nn-curve")] : []),
    ]);
    const learners = runs.filter(({ right }) => right === n).length;
    return {
      caption: done
        ? `${state.width} hidden neurons, ${epochs} epochs: ${learners} of ${starts} starts learn XNOR. Start ${state.seed} ends at a loss of ${num(picked.losses.at(-1), 3)}, with ${picked.right} of 4 right.`
        : `Training: start ${runs.length} of ${starts} …`,
      numbers: () => [
        {
          title: `${state.width} hidden neurons on XNOR`,
          columns: ["start", "first loss", "last loss", "right"],
          rows: runs.map(({ losses, right }, seed) => [
            seed,
            losses[0],
            losses.at(-1),
            right,
          ]),
        },
      ],
    };
  };
});
