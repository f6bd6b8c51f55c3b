// Loss curves: a network learns on the page; its loss, and that of the setting before.
import { defaultRng } from "../engine/random.js";
import { mlp } from "../engine/mlp.js";
import { loss } from "../engine/loss.js";
import { optimiser } from "../engine/gradient_descent.js";
import { train } from "../engine/backprop.js";
import { mount } from "../stage.js";
import { svg } from "../elements.js";
import { whole } from "../text.js";
import { Chart, envelope } from "../pieces/chart.js";
import { Room, upAndDown } from "../pieces/labels.js";
import { NUDGE, lossText, parted, rate, shake } from "../pieces/scientific.js";

const ROWS = 30; // of the table of numbers, about
const KEPT = 12; // runs that need not be run again
const DECIDES = ["log_eta", "optimiser", "batch", "seed", "decay"];

export default mount((stage) => {
  const { config } = stage;
  const data = {};
  for (const [name, rows] of Object.entries(config.data))
    data[name] = Float64Array.from(rows.flat());
  const n = config.data.X.length;
  const nTest = config.data.XTest.length;
  const objective = loss(config.loss);
  const chart = stage.add(
    new Chart({
      x: [0, config.epochs],
      y: [0, 1],
      xlabel: "epoch",
      ylabel: "loss",
      label: "Training and test loss as the network learns",
      ratio: 0.62,
    }),
  );
  chart.element.classList.add("nn-wide");
  stage.compare();

  const settings = (state) => ({ ...config.fixed, ...state });
  const keyOf = (s) => JSON.stringify(DECIDES.map((name) => s[name]));
  const finished = new Map();

  /** The run of these settings, as far as it has come. */
  function run(s, name) {
    const key = keyOf(s);
    if (finished.has(key)) return { value: finished.get(key), done: true };
    const job = stage.job(key, () => training(s), name);
    if (job.done) {
      finished.set(key, job.value);
      if (finished.size > KEPT) finished.delete(finished.keys().next().value);
    }
    return job;
  }

  /** nnlib.live.views.losses.LossCurves._train, an epoch at a time. */
  function* training(s) {
    const made = {
      steps: [],
      train: [],
      test: [],
      doubtful: null,
      diverged: null,
    };
    const twin = course(s, NUDGE);
    let epoch = 0;
    for (const [done, ...losses] of course(s, 0)) {
      made.steps.push(...done);
      if (losses.length === 0) {
        made.diverged = { epoch, step: made.steps.length + 1 };
        return made;
      }
      if (made.doubtful === null && apart(losses, twin.next().value))
        made.doubtful = epoch;
      made.train.push(losses[0]);
      made.test.push(losses[1]);
      yield made;
      epoch += 1;
    }
    return made;
  }

  /** After each epoch [losses of its steps, training loss, test loss]; the last two missing where it diverges. */
  function* course(s, nudge) {
    const rng = defaultRng(s.seed);
    const net = mlp(config.sizes, {
      hidden: config.hidden,
      out: { kind: "Identity" },
      rng,
    });
    for (const layer of net.layers.filter(({ g }) => g).slice(0, -1)) {
      const { g } = layer;
      let count = 0;
      layer.g = (z) => g(z) * (1 + nudge * shake(count++));
    }
    const opt = optimiser({
      ...config.optimisers[s.optimiser],
      lr: rate(s.log_eta),
      weight_decay: Number(s.decay),
    });
    const batchSize = s.batch === "all" ? n : Number(s.batch);
    const { epochs } = config;
    const steps = train(net, objective, opt, data.X, data.T, {
      epochs,
      batchSize,
      rng,
    });
    const ends = () => [
      objective.value(net.forward(data.X, n), data.T, n),
      objective.value(net.forward(data.XTest, nTest), data.TTest, nTest),
    ];
    yield [[], ...ends()];
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const done = [];
      try {
        for (let at = 0; at < n; at += batchSize) done.push(steps.next().value.loss);
      } catch {
        yield [done];
        return;
      }
      yield [done, ...ends()];
    }
  }

  // ---- the picture -----------------------------------------------------------------

  function draw(s, { value: now }, before) {
    const perEpoch = s.batch === "all" ? 1 : Math.ceil(n / Number(s.batch));
    const inSteps = s.against === "steps";
    const unit = inSteps ? perEpoch : 1;
    chart.xlabel = inSteps ? "step" : "epoch";
    chart.look({ x: [0, config.epochs * unit], y: range(now, s.log), logY: s.log });
    const points = (values, each) => values.map((y, epoch) => [epoch * each, y]);
    const parts = [];
    if (inSteps && perEpoch > 1)
      parts.push(chart.curve(envelope(now.steps, chart.inner.width / 2), "nn-noise"));
    parts.push(chart.curve(points(now.test, unit), "nn-curve nn-test"));
    parts.push(chart.curve(points(now.train, unit), "nn-curve"));
    const room = new Room(chart.edges);
    const name = (words, values, look) =>
      room.place(
        words,
        upAndDown(chart.edges.right - 6, chart.Y(values.at(-1)) - 6, chart.edges),
        look,
      );
    const words = [
      name("training", now.train, "nn-name"),
      name("test", now.test, "nn-name nn-test"),
    ];
    if (before)
      words.push(
        svg(
          "g",
          { class: "nn-ghost" },
          name(
            `before: ${differences(before.s, s)}`,
            before.run.value.train,
            "nn-text-muted",
          ),
        ),
      );
    chart.draw([...ghostly(before, inSteps, points), ...parts], words);
  }

  function ghostly(before, inSteps, points) {
    if (!before) return [];
    const { s, run } = before;
    const perEpoch = s.batch === "all" ? 1 : Math.ceil(n / Number(s.batch));
    const each = inSteps ? perEpoch : 1;
    return [
      svg(
        "g",
        { class: "nn-ghost" },
        chart.curve(points(run.value.train, each), "nn-line-before"),
        chart.curve(points(run.value.test, each), "nn-line-before nn-test"),
      ),
    ];
  }

  return (state, ghost) => {
    const s = settings(state);
    const now = run(s, "");
    const earlier = ghost && settings(ghost);
    const before =
      earlier && keyOf(earlier) !== keyOf(s)
        ? { s: earlier, run: run(earlier, "before") }
        : null;
    draw(s, now, before);
    return { caption: caption(s, now), numbers: () => numbers(now.value) };
  };

  // ---- what it says ------------------------------------------------------------------

  function caption(s, { value, done }) {
    const rows = s.batch === "all" ? "all rows a step" : `batches of ${s.batch}`;
    const decay = s.decay === "0" ? "" : `, λ = ${s.decay}`;
    const how = `${config.sizes.join("-")}, ${s.optimiser}, η = ${rate(s.log_eta)}${decay}, ${rows}, seed ${s.seed}`;
    const scale = s.log ? "logarithmic" : "linear";
    const axes = `Loss on a ${scale} axis against ${s.against}.`;
    if (!done)
      return `${how}: epoch ${value.train.length - 1} of ${config.epochs} … ${axes}`;
    return `${how}: ${outcome(value)} ${axes}`;
  }

  function outcome({ steps, train, test, doubtful, diverged }) {
    const doubt = `chaotic from epoch ${doubtful} on, where rounding decides`;
    if (diverged && doubtful !== null) return `${doubt}; it diverged.`;
    if (diverged)
      return `diverged at step ${whole(diverged.step)} (epoch ${diverged.epoch}).`;
    if (doubtful !== null) return `${doubt}: no digit of its loss is certain.`;
    const lowest = Math.min(...test);
    const last = test.at(-1);
    const end = `training loss ${lossText(train.at(-1))} and test loss ${lossText(last)} after ${config.epochs} epochs (${whole(steps.length)} steps).`;
    if (!(last > 1.01 * lowest)) return end;
    const first = test.findIndex((loss) => loss <= 1.001 * lowest);
    return `${end} The test loss was lowest, ${lossText(lowest)}, about epoch ${first}.`;
  }

  function numbers({ train, test, doubtful }) {
    const every = Math.ceil(config.epochs / ROWS);
    const rows = train
      .map((loss, epoch) => [epoch, loss, test[epoch]])
      .slice(0, doubtful ?? undefined)
      .filter((row) => row[0] % every === 0 && row.every(Number.isFinite));
    const columns = ["epoch", "training loss", "test loss"];
    return [{ title: "Loss after each epoch", columns, rows }];
  }
});

/** Whether a twin that ended, or stands elsewhere, casts doubt on these losses. */
function apart(losses, beside) {
  if (beside === undefined || beside.length < 3) return true;
  return losses.some((loss, i) => parted(loss, beside[i + 1]));
}

/** Which losses the picture shows: what rises far above the start leaves it. */
function range({ train, test }, log) {
  const start = Math.max(train[0], test[0]);
  const shown = [...train, ...test].filter((loss) => loss > 0 && loss < 10 * start);
  const [low, high] = [Math.min(...shown), Math.max(...shown)];
  if (log) return [step125(low, Math.floor), step125(high, Math.ceil)];
  return [0, 1.15 * Math.min(high, 2 * start)];
}

/** The 1, 2 or 5 times a power of ten just below a loss (or above it). */
function step125(loss, round) {
  const steps = [1, 2, 5].map((m) => m * 10 ** round(Math.log10(loss / m)));
  return round === Math.floor ? Math.max(...steps) : Math.min(...steps);
}

/** What set an earlier run apart from this one: "η = 0.1, Adam". */
function differences(before, now) {
  const words = {
    log_eta: ({ log_eta }) => `η = ${rate(log_eta)}`,
    optimiser: ({ optimiser }) => optimiser,
    batch: ({ batch }) => (batch === "all" ? "all rows a step" : `batches of ${batch}`),
    seed: ({ seed }) => `seed ${seed}`,
    decay: ({ decay }) => `λ = ${decay}`,
  };
  return DECIDES.filter((name) => before[name] !== now[name])
    .map((name) => words[name](before))
    .join(", ");
}
