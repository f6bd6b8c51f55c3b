// How much of a slope at the end of a network arrives at its input, by depth.
import { glorot, he, network } from "../engine/mlp.js";
import { defaultRng } from "../engine/random.js";
import { svg } from "../elements.js";
import { Chart } from "../pieces/chart.js";
import { Room, upAndDown } from "../pieces/labels.js";
import { sizeText } from "../pieces/sizes.js";
import { mount } from "../stage.js";

const LIMITS = {
  Glorot: glorot,
  He: he,
  "small ±0.01": () => 0.01,
  "large ±1": () => 1,
};
const SUITS = { ReLU: he, LeakyReLU: he }; // what nnlib draws, where it is not Glorot's

export default mount((stage) => {
  const { activations, named, width, deepest, draws } = stage.config;
  const chart = stage.add(
    new Chart({
      x: [1, deepest],
      y: [1e-14, 1],
      logY: true,
      xlabel: "layers",
      label: "The size of the gradient at the input against the number of layers",
      ratio: 0.72,
    }),
  );
  chart.element.classList.add("nn-wide");
  const handle = stage.handle({
    label: "The number of layers",
    across: "depth",
    at: (event) => chart.under(event),
  });
  chart.picture.append(handle.element);
  // not beside the axis: powers like 10⁻¹² leave no room there
  stage.key(
    ["nn-curve", "median |∂L/∂x|"],
    ["nn-spread-key", `least to most of ${draws} draws`],
  );
  stage.compare();

  const known = new Map(); // what arrives, by activation and initial weights
  const drawn = []; // a seed's numbers in [0, 1): x, then the weights layer by layer
  const keyOf = (g, init) => `${g}, ${init}`;

  /** Numbers that all networks of a seed share: each makes weights of its own size. */
  function numbersOf(seed) {
    drawn[seed] ??= defaultRng(seed).uniform(0, 1, width + deepest * width * width);
    return drawn[seed];
  }

  /** What arrives with each of these activations, a draw at a time. */
  function* measure(names, init) {
    for (const g of names) {
      if (known.has(keyOf(g, init))) continue;
      const spec = activations[g];
      const limit = (LIMITS[init] ?? SUITS[spec.kind] ?? glorot)(width, width);
      const net = empty(spec);
      const runs = [];
      for (let seed = 0; seed < draws; seed++) {
        runs.push(sizes(net, numbersOf(seed), limit));
        yield runs.length;
      }
      const sorted = runs[0].map((_, d) => runs.map((run) => run[d]).sort(ascending));
      known.set(keyOf(g, init), {
        median: sorted.map((all) => (all[draws / 2 - 1] + all[draws / 2]) / 2),
        least: sorted.map((all) => all[0]),
        most: sorted.map((all) => all[draws - 1]),
      });
    }
    return draws;
  }

  /** As many layers as there may be, their weights still to come. */
  function empty(g) {
    const W = Array.from({ length: width }, () => Array(width).fill(0));
    const dense = { kind: "Dense", W, b: Array(width).fill(0) };
    return network({
      layers: Array.from({ length: deepest }, () => [dense, g]).flat(),
    });
  }

  /** |∂L/∂x| for the first layer alone, for the first two, …: nnlib.live.activations. */
  function sizes(net, u, limit) {
    const between = (l) => (at) => -l + (l - -l) * u[at];
    const [ofX, ofW] = [between(Math.sqrt(3)), between(limit)];
    const x = Float64Array.from({ length: width }, (_, i) => ofX(i));
    for (let k = 0; k < deepest; k++) {
      const W = net.params[2 * k];
      for (let i = 0; i < W.length; i++) W[i] = ofW(width + k * W.length + i);
    }
    net.forward(x, 1);
    let [delta, next] = [new Float64Array(width), new Float64Array(width)];
    return Array.from({ length: deepest }, (_, d) => {
      delta.fill(1 / width);
      for (let k = 2 * d + 1; k >= 0; k--) {
        net.layers[k].vjp(net.A[k], net.A[k + 1], delta, next, 1);
        [delta, next] = [next, delta];
      }
      return Math.sqrt(delta.reduce((sum, v) => sum + v * v, 0));
    });
  }

  return (state, ghost) => {
    const { depth, g, init } = state;
    const names = named.includes(g) ? named : [...named, g];
    const job = stage.job(names.map((one) => keyOf(one, init)).join(), () =>
      measure(names, init),
    );
    if (!job.done) {
      chart.draw([]);
      return { caption: `Draw ${job.value} of ${draws} …`, numbers: () => [] };
    }
    const shown = names.map((name) => ({ name, ...known.get(keyOf(name, init)) }));
    draw(state, shown, ghost);
    return { caption: caption(state, shown), numbers: () => numbers(state, shown) };
  };

  // ---- the picture -----------------------------------------------------------------

  function draw({ depth, g, init }, shown, ghost) {
    const chosen = shown.find(({ name }) => name === g);
    const all = [
      ...shown.flatMap(({ median }) => median),
      ...chosen.least,
      ...chosen.most,
    ];
    const positive = all.filter((size) => size > 0);
    chart.look({
      x: [1, deepest],
      y: [Math.min(...positive), Math.max(...positive)].map(
        (size, end) =>
          10 ** (end ? Math.ceil(Math.log10(size)) + 1 : Math.floor(Math.log10(size))),
      ),
      logY: true,
    });
    const before = ghost && known.get(keyOf(ghost.g, ghost.init));
    const moved = before && (ghost.g !== g || ghost.init !== init);
    const others = shown.filter((one) => one !== chosen);
    const dot = (one, look, r) => chart.dot([depth, one.median[depth - 1]], look, r);
    chart.draw([
      band(chosen),
      chart.segment([depth, chart.y[0]], [depth, chart.y[1]], "nn-guide"),
      ...(moved ? [chart.ghost([line(before, "nn-line-before")])] : []),
      ...others.map((one, k) => line(one, `nn-other nn-other${k}`)),
      line(chosen, "nn-curve"),
      ...others.map((one) => dot(one, "nn-other-dot", 4)),
    ]);
    handle.place(chart.X(depth), chart.Y(chosen.median[depth - 1]));
    names(shown, chosen, depth, moved ? { ...ghost, ...before } : null);
  }

  function line({ median }, look) {
    const points = median.map((size, d) => [d + 1, size > 0 ? size : NaN]);
    return chart.curve(points, look);
  }

  /** From the least to the most of the draws. */
  function band({ least, most }) {
    const at = (size, d) => `${chart.X(d + 1).toFixed(2)} ${chart.Y(size).toFixed(2)}`;
    const there = most.map(at);
    const back = least.map(at).reverse();
    return svg("path", { class: "nn-spread", d: `M${[...there, ...back].join("L")}Z` });
  }

  /** Each curve's name and size beside its dot, in the order of the curves. */
  function names(shown, chosen, depth, before) {
    const { edges } = chart;
    const onTheLeft = depth > deepest / 2;
    const x = chart.X(depth) + (onTheLeft ? -11 : 11);
    const height = ({ median }) => chart.Y(median[depth - 1]) - 7;
    const ordered = [...shown].sort((one, other) => height(one) - height(other));
    const heights = apart(ordered.map(height), edges.top + 13, edges.bottom - 7);
    const room = new Room(edges);
    const words = ordered.map((one, k) => {
      const look = one === chosen ? "nn-text-strong nn-name" : "nn-text-strong";
      const text = `${one.name} ${sizeText(one.median[depth - 1])}`;
      return room.place(text, [[x, heights[k], onTheLeft ? "end" : "start"]], look);
    });
    chart.above.append(...words.filter(Boolean));
    if (!before) return;
    const [near, anchor] = onTheLeft
      ? [edges.left + 8, "start"]
      : [edges.right - 8, "end"];
    const end = chart.Y(before.median[onTheLeft ? 1 : deepest - 2]) - 8;
    const spots = upAndDown(near, end, edges, anchor);
    const name = room.place(
      `before: ${before.g}, ${before.init}`,
      spots,
      "nn-text-muted",
    );
    if (name) chart.above.append(chart.ghost([name]));
  }

  // ---- what it says ------------------------------------------------------------------

  function caption({ depth, g, init }, shown) {
    const sizes = shown.map(
      ({ name, median }) => `${name} ${sizeText(median[depth - 1])}`,
    );
    const layers = depth === 1 ? "1 layer" : `${depth} layers`;
    const said = `${layers}, ${init}: median |∂L/∂x| of ${draws} draws: ${sizes.join(", ")}.`;
    if (depth === 1) return said;
    const { median } = shown.find(({ name }) => name === g);
    const factor = (median[depth - 1] / median[0]) ** (1 / (depth - 1));
    return `${said} With ${g}, a factor of ${sizeText(factor)} for each layer.`;
  }

  function numbers({ g }, shown) {
    const { least, most } = shown.find(({ name }) => name === g);
    return [
      {
        title: "Median size of ∂L/∂x",
        columns: ["layers", ...shown.map(({ name }) => name)],
        rows: least.map((_, d) => [d + 1, ...shown.map(({ median }) => median[d])]),
      },
      {
        title: `The draws with ${g}`,
        columns: ["layers", "least", "most"],
        rows: least.map((size, d) => [d + 1, size, most[d]]),
      },
    ];
  }
});

/** Heights in ascending order, a line of text apart, between top and bottom. */
function apart(heights, top, bottom) {
  const LINE = 15;
  const found = [];
  for (const y of heights) found.push(Math.max(y, (found.at(-1) ?? top - LINE) + LINE));
  for (let k = found.length - 1, most = bottom; k >= 0; k--, most -= LINE)
    found[k] = Math.min(found[k], most);
  return found;
}

const ascending = (one, other) => one - other;
