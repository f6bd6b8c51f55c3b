// Formulas as lectures print them, judged by a gradient check.
import { logistic } from "../engine/activations.js";
import { slopeAt } from "../engine/gradient_descent.js";
import { svg } from "../elements.js";
import { mount } from "../stage.js";
import { num } from "../text.js";

const RANGE = [-2, 2];
const GRID = Array.from({ length: 20 }, (_, i) => Number((-1.9 + 0.2 * i).toFixed(1)));
const FINE = Array.from({ length: 161 }, (_, i) => -2 + i / 40);

const bend = (z) => logistic(z) * (1 - logistic(z));
const impostor = (x) => 1 / (1 - Math.exp(-x));

export default mount((stage) => {
  const { cards, notes, jang, passes } = stage.config;
  const left = stage.plane({
    x: RANGE,
    y: [0, 1],
    label: "What the formula is the slope of, and the tangent that it claims",
    ratio: 0.86,
    stackedRatio: 0.66,
  });
  const right = stage.plane({
    x: RANGE,
    y: [0, 1],
    label: "The formula against central differences",
    ratio: 0.86,
    stackedRatio: 0.66,
  });
  stage.key(
    ["nn-curve", "the formula: its tangent, its slopes"],
    ["before", "as printed, once corrected"],
    ["nn-line", "the function"],
    [
      svg("circle", { class: "nn-other-dot", cx: 12, cy: 12, r: 5 }),
      "central difference",
    ],
  );

  const pick = { function: 0, printed: 1, right: 2 };
  const functions = formulas(notes, jang);

  /** The function, the printed formula or the right one of a card. */
  const of = (name, which) =>
    functions[cards.findIndex((card) => card.name === name)][pick[which]];
  const chosen = ({ card, corrected }) => of(card, corrected ? "right" : "printed");
  const central = (name, p) => slopeAt((x) => of(name, "function")(x[0]), [p], 0);
  const agrees = (found, difference) =>
    Math.abs(found - difference) / (1e-3 + Math.abs(difference)) < passes;

  return (state) => {
    const card = cards.find(({ name }) => name === state.card);
    // once corrected, what was printed stays in sight
    const printed = state.corrected ? { ...state, corrected: false } : null;
    drawFunction(state, card, printed);
    drawSlopes(state, card, printed);
    return { caption: caption(state, card), numbers: () => numbers(state, card) };
  };

  // ---- the pictures ----------------------------------------------------------------

  /** Name the axes: a long name stands inside, where no number is in its way. */
  function named(plane, xlabel, words) {
    if (plane.xlabel !== xlabel) {
      plane.xlabel = xlabel;
      plane.drawAxes();
    }
    const corner = [plane.x[0], plane.y[1]];
    return plane.text(corner, words, { look: "nn-text-strong", dx: 8, dy: 18 });
  }

  function drawFunction(state, { name, of: what, by }, printed) {
    const f = of(name, "function");
    const points = FINE.map((p) => [p, f(p)]);
    const heights = points.map(([, y]) => y);
    left.window(RANGE, span(heights, heights));
    const tangent = (given, look) => {
      const [y, slope] = [f(given.p), chosen(given)(given.p)];
      const at = (p) => [p, y + slope * (p - given.p)];
      return left.segment(at(given.p - 4), at(given.p + 4), look);
    };
    left.draw(
      [
        left.curve(points, "nn-line"),
        ...(printed ? [tangent(printed, "nn-line-before")] : []),
        tangent(state, "nn-curve"),
        left.dot([state.p, f(state.p)], "nn-dot", 6),
      ],
      [named(left, by, what)],
    );
  }

  function drawSlopes(state, { name, by, slope }, printed) {
    const seen = [state, ...(printed ? [printed] : [])];
    const found = seen.flatMap((given) => FINE.map((p) => chosen(given)(p)));
    const differences = GRID.map((p) => central(name, p));
    right.window(RANGE, span(differences, found));
    const curve = (given, look) =>
      right.curve(
        FINE.map((p) => [p, chosen(given)(p)]),
        look,
      );
    right.draw(
      [
        right.segment([state.p, right.y[0]], [state.p, right.y[1]], "nn-guide"),
        ...(printed ? [curve(printed, "nn-line-before")] : []),
        curve(state, "nn-curve"),
        ...GRID.map((p, i) => right.dot([p, differences[i]], "nn-other-dot", 3.5)),
        right.dot([state.p, chosen(state)(state.p)], "nn-dot", 6),
      ],
      [named(right, by, slope)],
    );
  }

  // ---- what it says ----------------------------------------------------------------

  function caption({ p, corrected }, { name, by, slope, asPrinted, right: text }) {
    const found = chosen({ card: name, corrected })(p);
    const difference = central(name, p);
    const verdict = agrees(found, difference) ? "passes" : "fails";
    const said = `${corrected ? `Corrected: ${text}` : `As printed: ${asPrinted}`}. At ${by} = ${num(p, 1)} it gives ${slope} = ${num(found, 4)}; the central difference is ${num(difference, 4)}. The check ${verdict}.`;
    if (name !== cards[1].name || corrected) return said;
    return `${said} The printed σ is ${num(impostor(p), 3)} here, no probability, but this is its slope: judged by itself alone it would pass.`;
  }

  function numbers(state, { name, by, slope }) {
    const rows = GRID.map((p) => {
      const difference = central(name, p);
      const both = ["printed", "right"].map((which) => of(name, which)(p));
      const verdicts = both.map((s) => (agrees(s, difference) ? "passes" : "fails"));
      return [p, difference, ...both, ...verdicts];
    });
    const columns = [by, "central difference", "as printed", "corrected"];
    const more = ["printed: it", "corrected: it"];
    return [{ title: `Slopes: ${slope}`, columns: [...columns, ...more], rows }];
  }
});

/** The range of the values, and of the others as far as they are not far away. */
function span(values, others) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const wide = most - least || 1;
  const known = others.filter(Number.isFinite);
  const low = Math.max(Math.min(least, ...known), least - 5 * wide);
  const high = Math.min(Math.max(most, ...known), most + 5 * wide);
  const margin = 0.08 * (high - low);
  return [low - margin, high + 2.4 * margin]; // the axis's name stands on top
}

/** [function, printed, right] of each card, in Python's order: nnlib.live.bugs.CARDS. */
function formulas(given, jang) {
  const pass = (W, w) => {
    const z = W.map((row) => row.reduce((sum, v, j) => sum + v * given.x[j], 0));
    const h = z.map(logistic);
    const total = w.reduce((sum, v, i) => sum + v * h[i], 0);
    return { z, h, total, e: given.t - logistic(total) };
  };
  const byOutput = (p) => pass(given.W, [p, ...given.w.slice(1)]);
  const byHidden = (p) =>
    pass(
      given.W.map((row, i) => (i === 1 ? [p, row[1]] : row)),
      given.w,
    );
  const ofOutput = (p) => {
    const { e, total, h } = byOutput(p);
    return -e * bend(total) * h[0];
  };
  const ofHidden = (row) => (p) => {
    const { e, total, z } = byHidden(p);
    return -2 * e * bend(total) * given.w[1] * bend(z[row]) * given.x[0];
  };
  const ofSum = (p) => given.w[1] * bend(byHidden(p).z[1]) * given.x[0];
  const zJang = (p) => jang.w * jang.a[0] + p * jang.a[1];
  const delta = (p) => (logistic(zJang(p)) - jang.t) * bend(zJang(p));
  const slope = (x) => Math.exp(-x) / (1 + Math.exp(-x)) ** 2;
  return [
    [logistic, (x) => -slope(x), slope],
    [logistic, (x) => impostor(x) * (1 - impostor(x)), bend],
    [(p) => byOutput(p).e ** 2, ofOutput, (p) => 2 * ofOutput(p)],
    [(p) => byHidden(p).total, (p) => bend(byHidden(p).total) * ofSum(p), ofSum],
    [(p) => byHidden(p).e ** 2, ofHidden(0), ofHidden(1)],
    [
      (p) => (logistic(zJang(p)) - jang.t) ** 2 / 2,
      (p) => delta(p) * jang.a[0],
      (p) => delta(p) * jang.a[1],
    ],
    [
      (x) => -0.5 + logistic(4 * x - 6) + logistic(2 - 4 * x),
      () => 1,
      (x) => 4 * bend(4 * x - 6) - 4 * bend(2 - 4 * x),
    ],
  ];
}
