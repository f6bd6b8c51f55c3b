// One step of an optimiser on one weight: each line of its recurrence with its numbers.
import { optimiser } from "../engine/gradient_descent.js";
import { Chart } from "../pieces/chart.js";
import { Room, around } from "../pieces/labels.js";
import { Ledger } from "../pieces/ledger.js";
import { sizeText } from "../pieces/sizes.js";
import { mount } from "../stage.js";
import { num } from "../text.js";

const NARROW = 0.2; // the least that the picture of w reaches to each side of its start

export default mount((stage) => {
  const { optimisers, rules, start, last } = stage.config;
  const ledger = stage.add(
    new Ledger({ rows: 6, below: true, label: "The lines of the recurrence" }),
  );
  const chart = stage.add(
    new Chart({
      x: [0, last],
      y: [0, 2],
      xlabel: "step",
      ylabel: "w",
      label: "The weight after each step",
      ratio: 0.75,
      stackedRatio: 0.55,
    }),
  );
  stage.compare();

  /** The steps 1 to t of an optimiser: what each starts from, and where it leads. */
  function steps(state, name) {
    const opt = optimiser(optimisers[name]);
    const w = Float64Array.of(start);
    opt.bind([w]);
    return Array.from({ length: state.t }, (_, k) => {
      const g = k + 1 === state.t ? state.g : state.before;
      const memory = Object.fromEntries(
        Object.entries(opt.state).map(([letter, [[value]]]) => [`${letter}0`, value]),
      );
      const old = w[0];
      opt.step([w], [Float64Array.of(g)]);
      return { g, memory, w: old, after: w[0] };
    });
  }

  function lines(state, here) {
    const { optimiser: name, t } = state;
    const known = quantities(name, t, here);
    const rest = name === "SparseAdam" && here.g === 0;
    return rules[rest ? "SparseAdam at rest" : name].map(([key, symbols, numbers]) => [
      symbols,
      filled(numbers, known, t),
      known[key],
    ]);
  }

  return (state, ghost) => {
    const { optimiser: name, t } = state;
    const own = steps(state, name);
    const sgd = steps(state, "SGD");
    const here = own.at(-1);
    const rows = lines(state, here);
    ledger.draw(
      [`${name}, step ${t}`, "result"],
      rows.map(([symbols, below, result]) => ({
        name: symbols,
        values: [digits(result)],
        below,
      })),
    );
    drawWays(name, own, sgd, ghost && steps(ghost, ghost.optimiser));
    return {
      caption: caption(state, here, sgd.at(-1)),
      numbers: () => [
        {
          title: `${name}, step ${t}`,
          columns: ["line", "with numbers", "result"],
          rows,
        },
        {
          title: "All steps",
          columns: ["step", "slope", "Δ", "w after it"],
          rows: own.map(({ g, w, after }, k) => [k + 1, g, w - after, after]),
        },
      ],
    };
  };

  function drawWays(name, own, sgd, before) {
    const way = (taken) => [[0, start], ...taken.map(({ after }, k) => [k + 1, after])];
    const far = [...own, ...sgd].map(({ after }) => Math.abs(after - start));
    const half = 1.15 * Math.max(NARROW, ...far);
    chart.window(chart.x, [start - half, start + half]);
    const room = new Room(chart.edges);
    const names = [
      [name, own, "nn-text-strong nn-name"],
      ...(name === "SGD" ? [] : [["SGD", sgd, "nn-text"]]),
    ].map(([words, taken, look]) => {
      const [x, y] = way(taken).at(-1);
      room.keep(chart.X(x), chart.Y(y), 5);
      return room.place(words, around(chart.X(x), chart.Y(y)), look);
    });
    chart.draw(
      [
        ...(before ? [chart.ghost([chart.curve(way(before), "nn-line-before")])] : []),
        chart.curve(way(sgd), "nn-other nn-other0"),
        chart.curve(way(own), "nn-curve"),
        ...way(own).map((at) => chart.dot(at, "nn-dot", 4.5)),
      ],
      names.filter(Boolean),
    );
  }

  function caption({ optimiser: name, t, g, before }, here, sgd) {
    const slopes = `slope ${num(g, 1)}${t > 1 ? ` after slopes of ${num(before, 1)}` : ""}`;
    const than = `, where SGD goes ${digits(sgd.w - sgd.after)}`;
    const delta = `Δ = ${digits(here.w - here.after)}${name === "SGD" ? "" : than}`;
    const way = `from ${digits(here.w)} to ${digits(here.after)}`;
    return `${name}, step ${t}, ${slopes}: ${delta}. The weight moves ${way}.`;
  }
});

/** nnlib.live.optimisers.quantities: all that the lines of a rule speak of. */
function quantities(name, t, { g, memory, w }) {
  const { v0, s0, u0, m0 } = memory;
  const known = { g, w0: w, ...memory, ...computed() };
  return { ...known, w: w - known.delta };

  function computed() {
    if (name === "SGD") return { delta: 0.1 * g };
    if (name === "momentum" || name === "Nesterov") {
      const v = 0.9 * v0 + g;
      return { v, delta: 0.1 * (name === "Nesterov" ? g + 0.9 * v : v) };
    }
    if (name === "Adagrad") {
      const s = s0 + g * g;
      return { s, delta: (0.1 * g) / (Math.sqrt(s) + 1e-10) };
    }
    if (name === "RMSProp") {
      const s = 0.99 * s0 + 0.01 * g * g;
      return { s, delta: (0.1 * g) / (Math.sqrt(s) + 1e-8) };
    }
    if (name === "AdaDelta") {
      const s = 0.9 * s0 + 0.1 * g * g;
      const d = g * Math.sqrt((u0 + 1e-6) / (s + 1e-6));
      return { s, d, u: 0.9 * u0 + 0.1 * d * d, delta: d };
    }
    if (name === "SparseAdam" && g === 0) return { m: m0, v: v0, delta: 0 };
    const m = 0.9 * m0 + 0.1 * g;
    const v = 0.999 * v0 + 0.001 * g * g;
    const [mShare, vShare] = [1 - 0.9 ** t, 1 - 0.999 ** t];
    const rate = (0.1 * Math.sqrt(vShare)) / mShare;
    const [mHat, vHat] = [m / mShare, v / vShare];
    const adam = (0.1 * mHat) / (Math.sqrt(vHat) + 1e-8);
    const sparse = (rate * m) / (Math.sqrt(v) + 1e-8);
    const delta = name === "Adam" ? adam : sparse;
    return { m, v, m_hat: mHat, v_hat: vHat, rate, delta };
  }
}

/** A line of a rule with its numbers, such as "0.1 · (−2.000)". */
function filled(numbers, known, t) {
  return numbers.replace(/\{(.*?)\}/g, (_, name) => {
    if (name === "t") return "⁰¹²³⁴⁵"[t];
    const value = digits(known[name.replace(/[()]/g, "")]);
    return name[0] === "(" && value[0] === "−" ? `(${value})` : value;
  });
}

/** Four digits of x; what rounding leaves beyond the twelfth is dropped before. */
const digits = (x) =>
  sizeText(Math.abs(x) < 1e-15 ? 0 : Number(x.toExponential(11)), 4);
