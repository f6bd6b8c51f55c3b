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
import { Room, around, upAndDown } from "../pieces/labels.js";
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
    for (const layer of net.layers
      .filter(({ params }) => !params.length)
      .slice(0, -1)) {
      const { forward } = layer;
      let count = 0;
      layer.forward = (z, a) => {
        forward(z, a);
        for (let i = 0; i < a.length; i++) a[i] *= 1 + nudge * shake(count++);
      };
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

  const stepsAnEpoch = (s) => (s.batch === "all" ? 1 : Math.ceil(n / Number(s.batch)));

  function draw(s, { value: now }, before) {
    const inSteps = s.against === "steps";
    const unit = inSteps ? stepsAnEpoch(s) : 1;
    chart.xlabel = inSteps ? "step" : "epoch";
    const x = [0, span(now, config.epochs) * unit];
    chart.look({ x, y: range(now, s.logs), logY: s.logs });
    const parts = [];
    if (unit > 1)
      parts.push(chart.curve(envelope(now.steps, chart.inner.width / 2), "nn-noise"));
    if (now.doubtful !== null) {
      const at = now.doubtful * unit;
      parts.push(chart.segment([at, chart.y[0]], [at, chart.y[1]], "nn-guide"));
    }
    parts.push(chart.curve(points(now.test, unit), "nn-curve nn-test"));
    parts.push(chart.curve(points(now.train, unit), "nn-curve"));
    const room = new Room(chart.edges);
    const words = [
      room.place("training", spots(now.train, unit), "nn-name"),
      room.place("test", spots(now.test, unit), "nn-name nn-test"),
      ...remarks(now, unit, room),
    ];
    chart.draw([...ghostly(before, inSteps), ...parts], words.filter(Boolean));
    if (before) chart.above.append(nameOf(before, s, room, inSteps));
  }

  const points = (values, unit) => values.map((y, epoch) => [epoch * unit, y]);

  /** Where the name of a curve may stand: at its end, or where it leaves the picture. */
  function spots(values, unit) {
    const last = values.findLastIndex((y) => y > 0 && y <= chart.y[1]);
    const [x, y] = [chart.X(last * unit), chart.Y(values[last])];
    const atTheEnd = upAndDown(chart.edges.right - 6, y - 6, chart.edges);
    return x > chart.edges.right - 50 ? atTheEnd : [...around(x, y), ...atTheEnd];
  }

  /** What the picture itself says of a run that went wrong. */
  function remarks({ train, doubtful, diverged }, unit, room) {
    const { top, bottom } = chart.edges;
    const beside = (epoch, y) => {
      const x = chart.X(epoch * unit);
      return [-16, 0, 16].flatMap((off) => [
        [x + 6, y + off, "start"],
        [x - 6, y + off, "end"],
      ]);
    };
    const when = doubtful === null ? ` at step ${whole(diverged?.step ?? 0)}` : "";
    return [
      doubtful !== null &&
        room.place("chaotic from here", beside(doubtful, bottom - 24)),
      diverged && room.place(`↑ diverged${when}`, beside(train.length - 1, top + 32)),
    ];
  }

  function ghostly(before, inSteps) {
    if (!before) return [];
    const unit = inSteps ? stepsAnEpoch(before.s) : 1;
    const { train, test } = before.run.value;
    const ways = [
      chart.curve(points(train, unit), "nn-line-before"),
      chart.curve(points(test, unit), "nn-line-before nn-test"),
    ];
    return [svg("g", { class: "nn-ghost" }, ...ways)];
  }

  function nameOf({ s, run }, now, room, inSteps) {
    const unit = inSteps ? stepsAnEpoch(s) : 1;
    const words = `before: ${differences(s, now)}`;
    const text = room.place(words, spots(run.value.train, unit), "nn-text-muted");
    return svg("g", { class: "nn-ghost" }, ...(text ? [text] : []));
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
    const scale = s.logs ? "logarithmic" : "linear";
    const axes = `Loss on a ${scale} axis against ${s.against}.`;
    if (!done)
      return `${how}: epoch ${value.train.length - 1} of ${config.epochs} … ${axes}`;
    return `${how}: ${outcome(value)} ${axes}`;
  }

  function outcome({ steps, train, test, doubtful, diverged }) {
    if (doubtful !== null)
      return "chaotic: rounding decides, and no digit of its loss is certain.";
    if (diverged)
      return `diverged at step ${whole(diverged.step)} (epoch ${diverged.epoch}).`;
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
      .slice(0, doubtful === null ? undefined : 50 * Math.floor(doubtful / 50))
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
  const all = [...train, ...test].map((loss) => (loss < Infinity ? loss : Infinity));
  const most = Math.min(Math.max(...all), (log ? 10 : 2) * start);
  if (!log) return [0, 1.15 * most];
  const least = Math.min(...all.filter((loss) => loss > 0));
  return [step125(least, Math.floor), step125(most, Math.ceil)];
}

/** How many epochs the picture shows: of a run that diverged, little more than it had. */
const span = ({ diverged }, epochs) =>
  diverged ? Math.min(epochs, Math.max(10, 2 * diverged.epoch)) : epochs;

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
