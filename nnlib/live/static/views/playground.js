// The playground: a whole training run under the reader's hands.
import { checkGradients } from "../engine/backprop.js";
import { logistic, softmaxRow } from "../engine/activations.js";
import { button, html } from "../elements.js";
import { NetworkMap } from "../pieces/network_map.js";
import { program, triples } from "../playground/program.js";
import { reach } from "../playground/run.js";
import { mount } from "../stage.js";
import { num, percent } from "../text.js";

const CELLS = 64; // of the field each way: one forward pass tints it and all the units
const DETAIL = CELLS / 2;
const STRIDE = 6; // epochs a frame while playing
const CLASSES = [0, 1, 2, 3];

export default mount((stage) => {
  const { config } = stage;
  const most = stage.controls.find(({ name }) => name === "epoch").high;
  let picked = 0;
  let latest = null; // the run that was painted last
  const map = stage.add(
    new NetworkMap({
      label: "The network: units tinted by their answer, weights by their sign",
      onPick: (index) => editor.pick(index),
    }),
  );
  const field = stage.plane({
    x: [-1, 1],
    y: [-1, 1],
    xlabel: "x₁",
    ylabel: "x₂",
    ratio: 1,
    xticks: 4,
    yticks: 4,
    cells: CELLS,
    label: "The network's answer over the plane, and the examples",
  });
  const curve = stage.plane({
    x: [0, 1],
    y: [0, 1],
    xlabel: "epoch",
    ylabel: "loss",
    ratio: 1,
    stackedRatio: 0.6,
    label: "The loss in training, epoch by epoch",
  });
  stage.key(
    ["class0", "class 0, or below 0"],
    ["class1", "class 1, or above 0"],
    ["held", "kept back as test set"],
  );
  stage.compare();
  const editor = weightEditor(stage, (index) => {
    picked = index;
    stage.ask();
  });
  const layers = layerButtons(stage);
  const drawing = drawingTools(stage, field);
  const listing = codeListing(stage);
  stage.plots.before(layers.element);
  stage.plots.after(editor.element, drawing.element);
  stage.tools.after(listing.element);
  stage.player("epoch", () => most, { pause: 0, stride: STRIDE });
  stage.tools.append(
    button("Check gradients", () => stage.say(checked(latest))),
    button("Copy as nnlib code", () => listing.copy()),
  );

  /** The run of `state`'s settings, led to its epoch slice by slice. */
  const runs = new Map();
  function led(state, name) {
    const { epoch } = state;
    return stage.job(
      JSON.stringify(state),
      () => reach(runs, name, config, state, epoch, most),
      name,
    );
  }

  return (state, ghost) => {
    layers.show(state);
    drawing.show(state);
    listing.show(state);
    if (program(config, state) === "") {
      latest = null;
      const [low, high] = config.windows.drawn;
      field.window([low, high], [low, high]);
      field.draw(examples(field, config, state, null));
      curve.draw([]);
      map.element.hidden = true;
      return {
        caption: "Draw two points or more: then there is something to learn.",
        numbers: () => [nothing],
      };
    }
    map.element.hidden = false;
    const { value: run, done } = led(state, "now");
    latest = run;
    const tints = palette(stage);
    const [low, high] = config.windows[state.data];
    field.window([low, high], [low, high]);
    const answers = paintFields(run, field, map, state, tints);
    const grads = run.gradients();
    map.weights(run.net.params, words(run, grads), picked);
    editor.show(run);
    field.draw([...answers, ...examples(field, config, state, run)]);
    const before = ghost && program(config, ghost) !== "" ? ghost : null;
    const earlier = before && led({ ...before, epoch: state.epoch }, "ghost").value;
    paintLoss(curve, run, state, earlier);
    return {
      caption:
        done || run.diverged !== null
          ? caption(run, state)
          : `Training: epoch ${run.epoch} of ${state.epoch} …`,
      numbers: () => numbers(run, state),
    };
  };
});

// ---- the pictures ------------------------------------------------------------------

/** Tints of the classes and the ends of a scale, as [r, g, b]. */
function palette(stage) {
  const background = stage.colour("--nn-background");
  const mix = (name) =>
    stage.colour(name).map((c, i) => Math.round(0.34 * c + 0.66 * background[i]));
  return { background, classes: CLASSES.map((k) => mix(`--nn-class${k}`)) };
}

const blend = (from, to, share) => from.map((c, i) => c + (to[i] - c) * share);

/** A tint for a number: class 0's at −1 and below, class 1's at 1 and above. */
function scale({ background, classes }) {
  const steps = Array.from({ length: 129 }, (_, i) =>
    i < 64
      ? blend(background, classes[0], (64 - i) / 64)
      : blend(background, classes[1], (i - 64) / 64),
  );
  return (x) => steps[Math.round(64 * (1 + Math.max(-1, Math.min(1, x))))];
}

/** One forward pass over the cells tints the field and every unit. */
function paintFields(run, field, map, state, tints) {
  const { net, facts, out } = run;
  const cells = field.centres();
  const answer = net.forward(cells, CELLS * CELLS);
  const toTint = scale(tints);
  const k = net.dOut;
  if (state.task === "many classes") {
    const p = new Float64Array(k);
    field.cellwise((i) => {
      if (out === "Identity") softmaxRow(answer.subarray(i * k, i * k + k), p, 0, k);
      else p.set(answer.subarray(i * k, i * k + k));
      const best = p.indexOf(Math.max(...p));
      return blend(tints.background, tints.classes[best % 4], p[best]);
    });
  } else {
    const centred = reading(state.task, out);
    field.cellwise((i) => toTint(centred(answer[i * k])));
  }
  map.layout(facts.sizes, DETAIL);
  const places = facts.sizes.map((_, layer) => 2 * layer);
  places.forEach((at, layer) => {
    const A = net.A[at];
    const d = facts.sizes[layer];
    for (let unit = 0; unit < d; unit++) {
      const size = largestOf(A, unit, d);
      map.unit(layer, unit, (pixel) => {
        const row = 2 * Math.floor(pixel / DETAIL);
        const cell = row * CELLS + 2 * (pixel % DETAIL);
        return toTint(A[cell * d + unit] / size);
      });
    }
  });
  return [];
}

/** What of an output lies above 0 for class 1, from −1 to 1. */
function reading(task, out) {
  if (task !== "two classes") return (y) => y;
  return out === "Identity" ? (z) => 2 * logistic(z) - 1 : (p) => 2 * p - 1;
}

function largestOf(A, unit, d) {
  let size = 1e-12;
  for (let i = unit; i < A.length; i += d) size = Math.max(size, Math.abs(A[i]));
  return size;
}

/** The examples: shape and tint by class (or sign), a ring round those kept back. */
function examples(plane, config, state, run) {
  const parts = run
    ? [run.data, run.test]
    : [{ X: triples(state.points).flatMap(([a, b]) => [a, b]), order: [] }];
  const numeric = !state.task.includes("class");
  const all = parts.flatMap(({ X, order }, part) =>
    Array.from({ length: X.length / 2 }, (_, i) => {
      const at = [X[2 * i], X[2 * i + 1]];
      const target = numeric
        ? Number(at[0] * at[1] > 0)
        : run
          ? run.facts.t[order[i]] % (state.task === "two classes" ? 2 : 4)
          : Math.trunc(triples(state.points)[i][2]);
      return { at, target, held: part === 1 };
    }),
  );
  return plane.crowd(all);
}

function paintLoss(plane, run, state, before) {
  const { history } = run;
  const top = Math.max(...history) * 1.08 || 1; // the earlier curve may stick out
  plane.window([0, Math.max(state.epoch, 1)], [0, top]);
  const line = (values) => values.map((value, epoch) => [epoch, value]);
  plane.draw([
    plane.ghost(before ? [plane.curve(line(before.history), "nn-line-before")] : []),
    plane.curve(line(history), "nn-curve"),
    plane.dot([history.length - 1, history.at(-1) ?? 0], "nn-dot"),
  ]);
}

/** What stands above and below each layer of the map. */
function words({ facts }, grads) {
  return facts.sizes.map((units, k) => {
    const above =
      k === 0 ? "input" : k === facts.sizes.length - 1 ? "output" : `${units}`;
    return [above, k === 0 ? "" : `‖∇W‖ ${brief(norm(grads[2 * k - 2]))}`];
  });
}

const norm = (g) => Math.sqrt(g.reduce((sum, x) => sum + x * x, 0));

const brief = (x) => (x !== 0 && x < 0.001 ? x.toExponential(0) : num(x, 3));

// ---- the words and the numbers -------------------------------------------------------

function caption(run, state) {
  if (run.diverged !== null)
    return `Diverged in epoch ${run.diverged}: try a smaller learning rate.`;
  const { facts, history } = run;
  const layers = facts.sizes.join("–");
  let said = `${layers} after epoch ${state.epoch}: loss ${num(history.at(-1), 4)}`;
  if (facts.test)
    said += ` in training, ${num(run.lossOn(run.test), 4)} on the test set`;
  if (state.task.includes("class")) {
    const part = facts.test ? run.test : run.data;
    said += `; ${percent(run.right(part), part.n)} of it right`;
  }
  return `${said}.`;
}

const nothing = {
  title: "Nothing to show",
  columns: ["what"],
  rows: [["no finite loss"]],
};

function numbers(run, state) {
  if (run.diverged !== null) return [nothing];
  const { net, facts, history } = run;
  const grads = run.gradients();
  const every = Math.max(1, Math.floor(state.epoch / 20));
  return [
    {
      title: "Layers",
      columns: ["layer", "units", "‖∂L/∂W‖", "‖∂L/∂b‖"],
      rows: facts.sizes
        .slice(1)
        .map((units, k) => [k + 1, units, norm(grads[2 * k]), norm(grads[2 * k + 1])]),
    },
    {
      title: "Loss in training",
      columns: ["epoch", "loss"],
      rows: history
        .map((v, e) => [e, v])
        .filter(([e]) => e % every === 0 || e === run.epoch),
    },
    {
      title: "Parameters",
      columns: ["name", "value"],
      rows: net.params.flatMap((p, k) =>
        Array.from(p, (value, i) => [`${net.names[k]}[${i}]`, value]),
      ),
    },
  ];
}

function checked(run) {
  if (run === null || run.diverged !== null) return "There is no finite loss to check.";
  const { X, T } = run.data;
  const worst = checkGradients(run.net, run.loss, X, T);
  const error = worst.error.toExponential(1).replace("-", "−");
  return `Backprop against central differences: worst at ${worst.name}, error ${error}.`;
}

// ---- what the reader works with ------------------------------------------------------

/** The Python of the run, shown and copied once the reader asks for it. */
function codeListing(stage) {
  const element = html("pre", {
    class: "nn-listing",
    hidden: "",
    tabindex: 0,
    "aria-label": `${stage.config.title}: the Python of this run`,
    role: "region",
  });
  const show = (state) => {
    if (!element.hidden) element.textContent = program(stage.config, state);
  };
  return {
    element,
    show,
    async copy() {
      element.hidden = false;
      show(stage.state());
      try {
        await navigator.clipboard.writeText(element.textContent);
        stage.say("The Python of this run is on the clipboard.");
      } catch {
        stage.say("This browser keeps the clipboard shut: copy the lines below.");
      }
    },
  };
}

/** Buttons that add and take away hidden layers, and units in each. */
function layerButtons(stage) {
  const element = html("div", {
    class: "nn-tools",
    role: "group",
    "aria-label": `${stage.config.title}: hidden layers`,
  });
  const { low, high, most } = stage.controls.find(({ name }) => name === "hidden");
  let key = "";
  const set = (hidden) => stage.set({ hidden, edits: [] });
  return {
    element,
    show({ hidden }) {
      if (key === String(hidden)) return;
      key = String(hidden);
      const focused = element.contains(document.activeElement)
        ? document.activeElement.title
        : null;
      const change = (k, by) =>
        hidden.map((units, i) => (i === k ? units + by : units));
      const parts = hidden.flatMap((units, k) => [
        step(`−1 unit in layer ${k + 1}`, "−1", units > low, () => set(change(k, -1))),
        html("span", { class: "nn-count" }, `${units}`),
        step(`+1 unit in layer ${k + 1}`, "+1", units < high, () => set(change(k, 1))),
      ]);
      element.replaceChildren(
        html("span", { class: "nn-count" }, "hidden layers"),
        step("−1 hidden layer", "−1", hidden.length > 0, () =>
          set(hidden.slice(0, -1)),
        ),
        step("+1 hidden layer", "+1", hidden.length < most, () => set([...hidden, 4])),
        html("span", { class: "nn-count" }, hidden.length ? "units" : "none"),
        ...parts,
      );
      const again = [...element.children].find(
        (b) => b.title === focused && !b.disabled,
      );
      if (again) again.focus();
    },
  };
}

function step(label, sign, possible, onClick) {
  const element = button(sign, onClick);
  element.setAttribute("aria-label", label);
  element.title = label;
  element.disabled = !possible;
  return element;
}

/** A weight by its name, and a new value for it from the epoch of the moment on. */
function weightEditor(stage, onPick) {
  const { id } = stage.config;
  const which = html("select", { id: `nn-weight-${id}` });
  const value = html("input", {
    type: "number",
    id: `nn-weight-value-${id}`,
    step: "0.01",
    min: "-20",
    max: "20",
  });
  const element = html(
    "form",
    { class: "nn-predict", "aria-label": "Edit a weight" },
    html("label", { for: which.id }, "weight"),
    which,
    html("label", { for: value.id }, "value"),
    value,
    html("button", { class: "nn-button", type: "submit" }, "Set weight"),
  );
  let net = null;
  let key = "";
  const read = (index) => {
    let at = index;
    for (const p of net.params) {
      if (at < p.length) return p[at];
      at -= p.length;
    }
    return 0;
  };
  const pick = (index) => {
    which.selectedIndex = index;
    value.value = read(index).toFixed(2);
    onPick(index);
  };
  which.addEventListener("change", () => pick(which.selectedIndex));
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    const weight = value.valueAsNumber;
    if (!(weight >= -20 && weight <= 20)) {
      stage.say("A weight must be a number from −20 to 20.");
      return;
    }
    const { edits, epoch } = stage.state();
    const index = which.selectedIndex;
    const rest = triples(edits).filter(([when, at]) => when !== epoch || at !== index);
    stage.set({ edits: [...rest, [epoch, index, weight]].flat() });
  });
  return {
    element,
    pick,
    show(run) {
      net = run.net;
      const names = net.params.flatMap((p, k) =>
        Array.from(p, (_, i) => `${net.names[k]}[${place(net.shapes[k], i)}]`),
      );
      if (key === names.join()) return;
      key = names.join();
      which.replaceChildren(...names.map((name) => html("option", {}, name)));
      pick(0);
    },
  };
}

/** The place of entry i in an array of this shape, as numpy writes it. */
const place = ([, columns], i) =>
  columns ? `${Math.floor(i / columns)}, ${i % columns}` : i;

/** Points drawn with a click, with the keyboard, or pasted as lines "x₁ x₂ class". */
function drawingTools(stage, plane) {
  const { id } = stage.config;
  const { low, high, step, most } = stage.controls.find(
    ({ name }) => name === "points",
  );
  let label = 0;
  const box = html("textarea", { id: `nn-points-${id}`, rows: 4, cols: 24 });
  const pens = html(
    "select",
    { id: `nn-pen-${id}` },
    ...CLASSES.map((k) => html("option", {}, `class ${k}`)),
  );
  pens.addEventListener("change", () => {
    label = pens.selectedIndex;
  });
  const add = (points) => {
    const all = [...stage.state().points, ...points.flat()];
    if (all.length > most) stage.say(`There is room for ${most / 3} points.`);
    else stage.set({ data: stage.config.drawn, points: all, edits: [] });
  };
  const fits = (x) => x >= low && x <= -low;
  const paste = () => {
    const points = [];
    const lines = box.value.split("\n").filter((line) => line.trim());
    for (const [i, line] of lines.entries()) {
      const row = line
        .trim()
        .split(/[\s,;]+/)
        .map(Number);
      const good = row.length === 3 && fits(row[0]) && fits(row[1]);
      if (!good || !CLASSES.includes(row[2])) {
        stage.say(
          `Line ${i + 1}, "${line}": write x₁ x₂ class, such as 0.5 −1 1; x₁ and x₂ from ${num(low, 0)} to ${num(-low, 0)}, class 0 to 3.`,
        );
        return;
      }
      points.push(row);
    }
    if (points.length) add(points);
  };
  const element = html(
    "div",
    { class: "nn-predict", role: "group", "aria-label": "Draw points" },
    html("label", { for: pens.id }, "draw with"),
    pens,
    button("Remove all points", () => stage.set({ points: [], edits: [] })),
    html("label", { for: box.id }, "points, one a line: x₁ x₂ class"),
    box,
    button("Add these points", paste),
  );
  plane.element.addEventListener("click", (event) => {
    if (stage.state().data !== stage.config.drawn) return;
    const [x, y] = plane.under(event).map((v) => Math.round(v / step) * step);
    if (fits(x) && fits(y)) add([[x, y, label]]);
  });
  return {
    element,
    show({ data }) {
      element.hidden = data !== stage.config.drawn;
    },
  };
}
