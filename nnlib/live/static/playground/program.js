// The playground's setting as a Python program, word for word what Python itself makes
// of it (nnlib/live/playground.py): the lines come from there, only their gaps are filled.

/** What the program must know of the data and the settings of `state`. */
export function facts(config, state) {
  const { X, t } = examples(config, state);
  const n = t.length;
  const test = n >= config.fewest ? halfToEven(n * 0.25) : 0;
  const rows = n - test;
  const batch = state.batch === "all" ? rows : Math.min(Number(state.batch), rows);
  const classes = Math.max(2, 1 + Math.max(0, ...t));
  const outputs = { "two classes": 1, "many classes": classes, "one number": 1 };
  const kind = { "two classes": 0, "many classes": 1 }[state.task] ?? 2;
  return {
    X,
    t,
    n,
    test,
    rows,
    batch,
    classes,
    perEpoch: batch ? Math.ceil(rows / batch) : 0,
    sizes: [2, ...state.hidden, outputs[state.task] ?? 2],
    loss: config.losses[state.loss][kind],
    lr: config.rates[Math.round(4 * state.lr) + 16],
  };
}

/** Python's round: a half goes to the even neighbour. */
const halfToEven = (x) => (x % 1 === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));

/** [a, b, c, d, e, f] → [[a, b, c], [d, e, f]]; what is left over does not count. */
export function triples(list) {
  const groups = [];
  for (let k = 0; k + 3 <= list.length; k += 3) groups.push(list.slice(k, k + 3));
  return groups;
}

function examples(config, { data, points }) {
  if (data !== config.drawn) return config.data[data];
  const drawn = triples(points);
  return {
    X: drawn.flatMap(([x1, x2]) => [x1, x2]),
    t: drawn.map(([, , label]) => Math.trunc(label)),
  };
}

/** The text of `template` with each {name} filled in; {{ and }} stand for { and }. */
function fill(template, values) {
  return template.replace(/\{\{|\}\}|\{(\w+)\}/g, (gap, name) =>
    name ? values[name] : gap[0],
  );
}

const array = (rows) =>
  `[${rows.map((row) => `(${row.map(short).join(", ")})`).join(", ")}]`;

/** Python's {:g} for the numbers of a grid. */
const short = (x) => String(Number(x.toPrecision(6)));

/** The network's last layer, by the loss that judges it. */
export function outKind(loss, task) {
  if (loss === "SigmoidBCE" || loss === "SoftmaxCE") return "Identity";
  return { "two classes": "Sigmoid", "many classes": "Softmax" }[task] ?? "Identity";
}

/** The Python of `state`; empty while there are fewer than two examples. */
export function program(config, state) {
  const f = facts(config, state);
  if (f.n < 2) return "";
  const { code } = config;
  const edits = triples(state.edits);
  const counts = {
    per_epoch: f.perEpoch,
    every: Math.floor(config.horizon / 3) * f.perEpoch,
    horizon: config.horizon * f.perEpoch,
  };
  const lr = fill(code.schedules[state.schedule], { lr: short(f.lr), ...counts });
  const decay = state.decay === "0" ? "" : `, weight_decay=${state.decay}`;
  const fit = {
    epoch: state.epoch,
    batch: f.batch === f.rows ? "" : `, batch_size=${f.batch}, rng=rng`,
    per_epoch: f.perEpoch,
    edit: edits.length ? `        edit(step // ${f.perEpoch})\n` : "",
  };
  return fill(code.program, {
    data:
      state.data === config.drawn
        ? fill(code.drawn, { points: array(triples(state.points)) })
        : config.data[state.data].code,
    target: fill(code.targets[state.task], { classes: f.classes }),
    split: f.test ? code.split : "",
    seed: state.seed,
    sizes: `[${f.sizes.join(", ")}]`,
    hidden: config.activationCode[state.activation],
    out: `${outKind(f.loss, state.task)}()`,
    loss: f.loss,
    optimiser: fill(code.optimisers[state.optimiser], { lr, decay }),
    edits: edits.length ? fill(code.edit, { edits: array(edits) }) : "",
    fit: state.epoch ? fill(code.fit, fit) : "",
    epoch: state.epoch,
  });
}
