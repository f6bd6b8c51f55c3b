// A small network, learning rates over five decades: how many steps each of them needs.
import { Chart } from "../pieces/chart.js";
import { Room } from "../pieces/labels.js";
import { rate } from "../pieces/scientific.js";
import { sizeText } from "../pieces/sizes.js";
import { mount } from "../stage.js";
import { whole } from "../text.js";

const FEWEST = 0.7; // steps, on the logarithmic axes
const MOST = { left: 1e5, right: 5e4 };
const HALFWAY = 0.066; // the loss at which a curve has its name
const SEEN = 160; // points of a curve

export default mount((stage) => {
  const { inputs, weights, goals, rates, decades } = stage.config;
  const left = stage.add(
    new Chart({
      x: [0.9 * rate(rates[0]), 1.1 * rate(rates.at(-1))],
      y: [FEWEST, MOST.left],
      logX: true,
      logY: true,
      xlabel: "η",
      ratio: 0.95,
      stackedRatio: 0.72,
      label: "How many steps it takes, against the learning rate",
    }),
  );
  const right = stage.add(
    new Chart({
      x: [FEWEST, MOST.right],
      y: [0, 0.135],
      logX: true,
      xlabel: "step",
      ylabel: "loss",
      ratio: 0.95,
      stackedRatio: 0.65,
      label: "The loss, step by step",
    }),
  );
  const handle = stage.handle({
    label: "The learning rate",
    across: "log_eta",
    at: (event) => {
      const [x] = left.under(event);
      const [low, high] = left.x;
      const share = (x - low) / (high - low);
      return [Math.log10(low) + share * Math.log10(high / low)];
    },
  });
  left.picture.append(handle.element);
  stage.key(
    ["nn-curve", "this η"],
    ["nn-other nn-other0", "other η"],
    ["nn-guide", "the goal"],
    ["before", "earlier setting"],
  );
  stage.compare();

  const runs = new Map();

  /** The loss before each step, until it is below the last goal. */
  function run(logEta) {
    if (!runs.has(logEta)) runs.set(logEta, losses(inputs, weights, logEta, goals));
    return runs.get(logEta);
  }

  const stepsOf = (logEta, goal) => run(logEta).findIndex((loss) => loss < goal);

  /** The curve of the loss from step 1, as many points as can be seen. */
  function points(logEta) {
    const all = run(logEta);
    const last = all.length - 1;
    const steps = Array.from({ length: SEEN }, (_, i) =>
      Math.round(last ** (i / (SEEN - 1))),
    );
    return [[FEWEST, all[0]], ...[...new Set(steps)].map((k) => [k, all[k]])];
  }

  const counts = (goal) => rates.map((r) => [rate(r), stepsOf(r, goal)]);

  /** The names of the decades beside their curves, the chosen one's first. */
  function names(logEta) {
    const room = new Room(right.edges);
    return [logEta, ...decades.filter((r) => r !== logEta)]
      .map((r) => {
        const all = run(r);
        const at = Math.max(
          1,
          all.findIndex((loss) => loss < HALFWAY),
        );
        const [x, y] = [right.X(at), right.Y(HALFWAY)];
        const look = r === logEta ? "nn-text-strong nn-name" : "nn-text-muted";
        const spots = [0, -17, 17, -34, 34, -51, 51].map((off) => [x + 7, y + off]);
        return room.place(`η = ${rate(r)}`, spots, look);
      })
      .filter(Boolean);
  }

  return (state, ghost) => {
    const { log_eta: logEta } = state;
    const goal = Number(state.goal);
    const steps = stepsOf(logEta, goal);
    const others = decades.filter((r) => r !== logEta);
    const corner = { anchor: "end", dx: -8, dy: 18, look: "nn-text-strong" };
    left.draw([
      left.text([left.x[1], MOST.left], `steps until loss < ${state.goal}`, corner),
      left.ghost(
        ghost && ghost.goal !== state.goal
          ? [left.curve(counts(Number(ghost.goal)), "nn-line-before")]
          : [],
      ),
      left.curve(counts(goal), "nn-other nn-other0"),
      left.segment([rate(logEta), FEWEST], [rate(logEta), steps], "nn-guide"),
      left.segment([left.x[0], steps], [rate(logEta), steps], "nn-guide"),
      ...decades.map((r) => left.dot([rate(r), stepsOf(r, goal)], "nn-other-dot", 4)),
    ]);
    handle.place(left.X(rate(logEta)), left.Y(steps));
    right.draw(
      [
        right.segment([FEWEST, goal], [MOST.right, goal], "nn-guide"),
        right.ghost(
          ghost && ghost.log_eta !== logEta
            ? [right.curve(points(ghost.log_eta), "nn-line-before")]
            : [],
        ),
        ...others.map((r) => right.curve(points(r), "nn-other nn-other0")),
        right.curve(points(logEta), "nn-curve"),
        right.dot([steps, run(logEta)[steps]], "nn-dot", 6),
      ],
      names(logEta),
    );
    return {
      caption: caption(state, steps),
      numbers: () => [
        {
          title: `Steps until the loss is below ${state.goal}`,
          columns: ["η", "steps", "η · steps"],
          rows: counts(goal).map(([eta, n]) => [eta, n, eta * n]),
        },
      ],
    };
  };

  function caption({ log_eta: logEta, goal }, steps) {
    const eta = rate(logEta);
    let said = `η = ${eta}: step ${whole(steps)} is the first with a loss below ${goal}, and η · steps = ${sizeText(eta * steps)}.`;
    const at = (r) => whole(stepsOf(r, Number(goal)));
    if (logEta - 1 >= rates[0])
      said += ` With a tenth of this η: step ${at(logEta - 1)}.`;
    if (logEta + 1 <= rates.at(-1))
      said += ` With ten times it: step ${at(logEta + 1)}.`;
    return said;
  }
});

/** Descent on the weights of a 2-2-1 network without biases, its target 1. */
function losses([x1, x2], weights, logEta, goals) {
  const eta = rate(logEta);
  let [w1, w2, w3, w4, w5, w6] = weights;
  const found = [];
  for (;;) {
    const h1 = sigmoid(w1 * x1 + w2 * x2);
    const h2 = sigmoid(w3 * x1 + w4 * x2);
    const y = sigmoid(w5 * h1 + w6 * h2);
    found.push((1 - y) * (1 - y));
    if (found.at(-1) < goals.at(-1)) return found;
    const delta = -2 * (1 - y) * y * (1 - y);
    const delta1 = delta * w5 * h1 * (1 - h1);
    const delta2 = delta * w6 * h2 * (1 - h2);
    w1 -= eta * delta1 * x1;
    w2 -= eta * delta1 * x2;
    w3 -= eta * delta2 * x1;
    w4 -= eta * delta2 * x2;
    w5 -= eta * delta * h1;
    w6 -= eta * delta * h2;
  }
}

const sigmoid = (z) => 1 / (1 + Math.exp(-z));
