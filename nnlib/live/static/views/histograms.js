// What a deep network does to signals and to gradients, layer by layer, before training.
import { glorot, he, network } from "../engine/mlp.js";
import { defaultRng } from "../engine/random.js";
import { Histogram } from "../pieces/histograms.js";
import { powerOfTen, sizeText } from "../pieces/sizes.js";
import { mount } from "../stage.js";
import { percent } from "../text.js";

const LIMITS = {
  Glorot: glorot,
  He: he,
  "small ±0.01": () => 0.01,
  "large ±1": () => 1,
};
const RUNS = 8; // kept: a slider that goes back, and the setting before

export default mount((stage) => {
  const { activations, ranges, width, examples, bins, fixed } = stage.config;
  const picture = stage.add(
    new Histogram({
      label: "A histogram for each layer",
      rowname: "layer",
      columns: ["median", "zeros"],
    }),
  );
  stage.compare();
  const runs = new Map();

  /** All numbers of a state, layer by layer, the input first; computed once a network. */
  function values({ show, depth, g, init, seed }) {
    const key = [depth, g, init, seed].join();
    if (!runs.has(key)) {
      if (runs.size >= RUNS) runs.delete(runs.keys().next().value);
      runs.set(key, run(depth, activations[g], LIMITS[init], seed));
    }
    return runs.get(key)[isGradient(show) ? "gradients" : "signals"];
  }

  /** The activations a of each layer, x first; ∂ℓ/∂z of each, ∂ℓ/∂x first. */
  function run(depth, g, limit, seed) {
    const rng = defaultRng(seed);
    const layers = [];
    const dense = (dOut) => {
      const l = limit(dOut, width);
      const row = () => Array.from(rng.uniform(-l, l, width));
      return {
        kind: "Dense",
        W: Array.from({ length: dOut }, row),
        b: Array(dOut).fill(0),
      };
    };
    for (let k = 0; k < depth; k++) layers.push(dense(width), g);
    const net = network({ layers: [...layers, dense(1)] });
    const X = rng.uniform(-1, 1, examples * width);
    const t = rng.uniform(-1, 1, examples);
    const y = net.forward(X, examples);
    net.backward(y.map((answer, i) => answer - t[i])); // ∂ℓ/∂ŷ of each example by itself
    const even = (_, k) => k === 0 || (k % 2 === 0 && k <= 2 * depth);
    const odd = (_, k) => k === 0 || (k % 2 === 1 && k < 2 * depth);
    return {
      signals: net.A.filter(even).map((a) => a.slice()),
      gradients: net.deltas.filter(odd).map((delta) => delta.slice()),
    };
  }

  /** What is shown of a state: see Layers in nnlib/live/views/histograms.py. */
  function layers(state) {
    const all = values(state);
    const sizes = all.map((v) => v.map(Math.abs));
    const medians = sizes.map((v) => median(v.filter((size) => size > 0)));
    const zeros = sizes.map((v) => v.filter((size) => size === 0).length);
    const largest = sizes.map((v) => v.reduce((most, size) => Math.max(most, size), 0));
    const most = Math.max(...largest);
    let [low, high] = range(state, most);
    if (state.logs) {
      const least = Math.min(...medians.filter((m) => m > 0), ...(most ? [] : [1]));
      low = Math.floor(Math.log10(least)) - 2;
      high = Math.max(Math.ceil(Math.log10(most || 1)) + 0, low + 1);
    }
    const counts = all.map((v) => spread(v, state.logs, low, high));
    return { medians, zeros, largest, low, high, counts };
  }

  function range({ show, g }, most) {
    if (!isGradient(show) && ranges[g]) return ranges[g];
    const power = 10 ** Math.floor(Math.log10(most || 1));
    const enough = (m) => m * power >= most * (1 - 1e-9);
    const reach = [1, 2, 5, 10].find(enough) * power;
    return [-reach, reach];
  }

  /** How many of v fall into each bin, zeros told apart; what lies outside at the end. */
  function spread(v, log, low, high) {
    const counts = Array(bins).fill(0);
    for (const x of v) {
      if (x === 0) continue;
      const place = log ? Math.log10(Math.abs(x)) : x;
      const at = Math.floor(((place - low) / (high - low)) * bins);
      counts[Math.min(Math.max(at, 0), bins - 1)] += 1;
    }
    return counts;
  }

  return (given, ghost) => {
    const state = { ...fixed, ...given };
    const now = layers(state);
    const { medians, zeros, low, high, counts } = now;
    const each = width * examples;
    const earlier = ghost && values({ ...fixed, ...ghost }); // on the axis of now
    picture.draw(
      counts.map((row, k) => ({
        name: nameOf(k),
        counts: row,
        words: [sizeText(medians[k]), percent(zeros[k], each)],
        before: earlier?.[k] ? spread(earlier[k], state.logs, low, high) : null,
      })),
      {
        low,
        high,
        ticks: ticks(low, high, state.logs),
        name: `${state.logs ? "size of the " : ""}${isGradient(state.show) ? "gradients ∂ℓ/∂z" : "activations a"}`,
      },
    );
    return {
      caption: caption(state, now, each),
      numbers: () => tables(state, now, each),
    };
  };

  function tables(
    { show, logs },
    { medians, zeros, largest, low, high, counts },
    each,
  ) {
    const names = counts.map((_, k) => nameOf(k));
    const edge = (k) => low + ((high - low) * k) / bins;
    return [
      {
        title: show,
        columns: ["layer", "median size where not 0", "share of zeros", "largest size"],
        rows: names.map((name, k) => [name, medians[k], zeros[k] / each, largest[k]]),
      },
      {
        title: "Counts",
        columns: [logs ? "log₁₀ of the size from" : "value from", ...names],
        rows: counts[0].map((_, k) => [edge(k), ...counts.map((row) => row[k])]),
      },
    ];
  }
});

function caption({ show, depth, g, init, seed, logs }, { medians, zeros }, each) {
  const hidden = `${depth} hidden ${g} layer${depth === 1 ? "" : "s"}`;
  const which = isGradient(show) ? "|∂ℓ/∂z|" : "|a|";
  const last = depth > 1 ? ` and ${sizeText(medians.at(-1))} in layer ${depth}` : "";
  const ends = `${sizeText(medians[1])} in layer 1${last}`;
  const said = `${hidden}, ${init} weights, seed ${seed}: the median ${which} is ${ends}`;
  const axis = logs ? "sizes in powers of ten" : "values";
  const silent = zeros.slice(1).reduce((sum, count) => sum + count, 0);
  const dead = silent ? ` Exactly 0: ${percent(silent, depth * each)}.` : "";
  return `${said}${drift(show, depth, medians)}; ${axis} on the axis.${dead}`;
}

function drift(show, depth, medians) {
  let [from, to] = [medians[1], medians.at(-1)];
  if (depth === 1 || !from || !to) return "";
  if (isGradient(show)) [from, to] = [to, from];
  const factor = (to / from) ** (1 / (depth - 1));
  return `, a factor of ${sizeText(factor)} for each layer ${isGradient(show) ? "back" : "forward"}`;
}

const isGradient = (show) => show.startsWith("gradients");
const nameOf = (k) => (k === 0 ? "x" : String(k));

/** The middle of the numbers, 0 if there are none. */
function median(v) {
  if (!v.length) return 0;
  const sorted = v.slice().sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Low, middle and high, or whole powers of ten. */
function ticks(low, high, log) {
  if (!log) return [low, (low + high) / 2, high].map((x) => [x, sizeText(x, 1)]);
  const step = Math.max(1, Math.ceil((high - low) / 4));
  const list = [];
  for (let x = low; x <= high; x += step) list.push([x, powerOfTen(x)]);
  return list;
}
