// The 2-2-1 network by hand: each quantity in symbols, in numbers, and what comes out.
import { bench, LOSSES } from "../engine/bench.js";
import { html, svg } from "../elements.js";
import { NetworkDiagram } from "../pieces/network.js";
import { Sheet } from "../pieces/sheet.js";
import { mount } from "../stage.js";
import { num } from "../text.js";

const SIZES = [2, 2, 1];
const PLACES = [
  [0, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [0, 1, 1],
  [1, 0, 0],
  [1, 1, 0],
].map(([layer, from, to]) => ({ layer, from, to }));
const SUB = "₁₂₃₄₅₆";
const ORDER = [4, 5, 0, 1, 2, 3]; // the output's weights first: the way back meets them first
const OVER = { "mean of two": "mean of ", "sum of two": "sum of " };
const NEAR = 6e-4; // an answer with three decimals counts as right

export default mount((stage) => {
  const { second, stages } = stage.config;
  const handles = PLACES.map((_, index) =>
    stage.handle({
      label: `weight ${index + 1}`,
      title: `weight ${index + 1}`,
      across: ["weights", index],
      mark: svg("g"),
    }),
  );
  const diagram = stage.add(
    new NetworkDiagram({ sizes: SIZES, handles, label: "The network and its weights" }),
  );
  const paper = stage.add(
    new Sheet({ label: "The working of this stage, line by line" }),
  );
  const cellCount = stages.reduce((sum, [, count]) => sum + count, 0);
  stage.player("step", () => cellCount, { pause: 1500 });
  stage.compare();
  const asked = question(stage);

  function run(state) {
    const first = { x: [state.x1, state.x2], t: Number(state.target) };
    const one = state.over === "one example";
    return bench({
      examples: one ? [first] : [first, second],
      part: state.over === "mean of two" ? 0.5 : 1,
      weights: state.weights,
      eta: state.eta,
      judge: LOSSES[state.loss],
      moved: state.order !== "all at once",
      slides: state.slides,
    });
  }

  return (state, ghost) => {
    const { step, weights } = state;
    const now = run(state);
    const cells = sheet(state, now);
    const [q] = now.every;
    const passed = (name) => step > cells.findIndex((cell) => cell.name === name);
    const value = (name, v) => (passed(name) ? v : null);
    const units = [
      [unit(state.x1), unit(state.x2)],
      [
        unit(value("a₁", q.a1), value("δ₁", q.d1)),
        unit(value("a₂", q.a2), value("δ₂", q.d2)),
      ],
      [unit(value("y", q.y), value("δ₃", q.d3))],
    ];
    const edges = PLACES.map((place, k) => ({
      ...place,
      value: weights[k],
      gradient: value(`∂L/∂w${SUB[k]}`, now.grads[k]),
    }));
    const before = ghost && { weights: ghost.weights, units: past(run(ghost)) };
    diagram.draw(edges, units, before);

    // who is asked for a number sees the sheet on which it will stand
    const upTo = Math.min(step + Number(state.ask), cellCount);
    const [first, count] = stageOf(stages, upTo);
    const visible = cells.slice(first, first + count).map(({ symbols, lines }, k) => {
      const at = first + k;
      const asked = state.ask && at === step ? ["= ?"] : [];
      const done = state.ask && step === cellCount && at === step - 1 ? ["✓"] : [];
      const shown = at < step ? [...lines, ...done] : [symbols, ...asked];
      return { active: at === step - 1, lines: shown };
    });
    paper.draw(visible, sheets(stages, cells));
    asked.ask(state.ask ? cells[step] : null);
    return {
      caption: `${caption(step, stages, cells)}${state.ask ? wanted(cells[step]) : ""}`,
      numbers: () => numbers(cells.slice(0, step)),
    };
  };
});

const unit = (value, delta = null) => ({ value, delta, active: false });

const past = ({ every: [{ x, a1, a2, y }] }) => [[...x], [a1, a2], [y]];

/** The first cell of the stage in which `step` is, and how many cells it has. */
function stageOf(stages, step) {
  let first = 0;
  for (const [name, count] of stages) {
    if (step <= first + count) return [first, count, name];
    first += count;
  }
  throw new RangeError(`no stage has step ${step}`);
}

/** The lines of each stage's cells. */
function sheets(stages, cells) {
  const lines = cells.map((cell) => cell.lines);
  return stages.map(([, count]) => lines.splice(0, count));
}

// ---- the cells in words -----------------------------------------------------------------

/** How numbers are written: four decimals, or as few as the rounding left. */
function writer(slides) {
  if (!slides) return (x, digits = 4) => num(x, digits);
  return (x) => num(x, 5).replace(/\.?0+$/, "");
}

const bracket = (text) => (text.startsWith("−") ? `(${text})` : text);

/** The 27 cells, whichever step the figure stands at, in order. */
function sheet(state, { every, factors, grads, check, fresh, outer, L, after }) {
  const say = writer(state.slides);
  const [q] = every;
  const [x1, x2] = q.x.map((x) => num(x, 1));
  const v = state.weights.map((w) => num(w, 2));
  const late = state.order === "all at once" ? "" : " (moved)";
  const over = OVER[state.over] ?? "";
  const halved = (sum) => (state.over === "mean of two" ? `½ [${sum}]` : sum);

  const cell = (name, symbols, written, key, slips = []) => {
    const values = every.map((one) => one[key]);
    return make(name, symbols, written, values, { slips });
  };
  const make = (
    name,
    symbols,
    written,
    values,
    { slips = [], checked = null } = {},
  ) => {
    const [value, also] = values.map((one) => say(one));
    const rest = also === undefined ? "" : `; second example ${also}`;
    const end = checked === null ? "" : `; by central differences ${num(checked, 6)}`;
    const lines = [symbols, `= ${written}`, `= ${value}${rest}${end}`];
    const sentence = `${symbols} = ${written} = ${value}${rest}${end}`;
    return { name, symbols, lines, sentence, values, check: checked, slips };
  };
  const times = (pairs) => {
    if (pairs.length === 1)
      return `upstream ${say(pairs[0][0])} × local ${say(pairs[0][1])}`;
    const terms = pairs.map(
      ([up, local]) => `${bracket(say(up))}·${bracket(say(local))}`,
    );
    return halved(terms.join(" + "));
  };
  const product = (name, of, up, local, key) =>
    cell(name, `${name} = ${of}`, times([[up, local]]), key, halves(up, local));

  const [slope, slopeNumbers] = slopeWords(state.loss, q, say);
  const cells = [
    cell("z₁", "z₁ = w₁ x₁ + w₂ x₂", `${v[0]}·${x1} + ${v[1]}·${x2}`, "z1"),
    cell("a₁", "a₁ = σ(z₁)", `σ(${say(q.z1)})`, "a1", unsquashed(q.z1)),
    cell("z₂", "z₂ = w₃ x₁ + w₄ x₂", `${v[2]}·${x1} + ${v[3]}·${x2}`, "z2"),
    cell("a₂", "a₂ = σ(z₂)", `σ(${say(q.z2)})`, "a2", unsquashed(q.z2)),
    cell(
      "z₃",
      "z₃ = w₅ a₁ + w₆ a₂",
      `${v[4]}·${say(q.a1)} + ${v[5]}·${say(q.a2)}`,
      "z3",
    ),
    cell("y", "y = σ(z₃)", `σ(${say(q.z3)})`, "y", unsquashed(q.z3)),
    make("L", lossSymbols(state, q.t), lossNumbers(state, every, say, halved), [L], {
      slips: [[q.y - q.t, "That is y − t: the loss is made of it."]],
    }),
    cell("∂ℓ/∂y", `∂ℓ/∂y = ${slope}`, slopeNumbers, "dy", [
      [q.dy / 2, "Half of it: the square brings a factor 2 down."],
      [2 * q.dy, "Twice too much: the ½ takes the 2 away."],
    ]),
    cell("σ′(z₃)", "σ′(z₃) = y (1 − y)", `${say(q.y)} · ${say(1 - q.y)}`, "s3", [
      [q.y, "That is σ itself, not its slope."],
    ]),
    product("δ₃", "∂ℓ/∂y · σ′(z₃)", q.dy, q.s3, "d3"),
    product("∂ℓ/∂a₁", `δ₃ · w₅${late}`, q.d3, outer[0], "e1"),
    product("δ₁", "∂ℓ/∂a₁ · a₁ (1 − a₁)", q.e1, q.s1, "d1"),
    product("∂ℓ/∂a₂", `δ₃ · w₆${late}`, q.d3, outer[1], "e2"),
    product("δ₂", "∂ℓ/∂a₂ · a₂ (1 − a₂)", q.e2, q.s2, "d2"),
  ];
  const words = ["δ₁ · x₁", "δ₁ · x₂", "δ₂ · x₁", "δ₂ · x₂", "δ₃ · a₁", "δ₃ · a₂"];
  for (const k of ORDER) {
    const name = `∂L/∂w${SUB[k]}`;
    const more = { slips: halves(...factors[k][0]), checked: check[k] };
    const symbols = `${name} = ${over}${words[k]}`;
    cells.push(make(name, symbols, times(factors[k]), [grads[k]], more));
  }
  for (const k of ORDER) {
    const w = `w${SUB[k]}`;
    const old = state.weights[k];
    const slips = [
      [old + state.eta * grads[k], "That goes uphill: subtract."],
      [old - grads[k], "Multiply the gradient by η first."],
    ];
    const written = `${v[k]} − ${num(state.eta, 1)} · ${bracket(say(grads[k]))}`;
    cells.push(
      make(`${w} new`, `${w} ← ${w} − η ∂L/∂${w}`, written, [fresh[k]], { slips }),
    );
  }
  const [now, then] = [after, L].map((loss) => say(loss, 5));
  const symbols = "L after the update";
  cells.push({
    name: "L new",
    symbols,
    lines: [symbols, `= ${now}`, `before ${then}`],
    sentence: `${symbols} = ${now}, before ${then}`,
    values: [after],
    check: null,
    slips: [[L, "That is the loss before the update."]],
  });
  return cells;
}

const unsquashed = (z) => [[z, "That is z: the sigmoid of it is asked."]];

const halves = (up, local) => [
  [up, "That comes from upstream: multiply it by the local slope."],
  [local, "That is the local slope: multiply it by what comes from upstream."],
  [up + local, "Along a path slopes are multiplied, not added."],
];

function lossSymbols({ loss, over }, t) {
  if (loss !== "cross-entropy") return `L = ${OVER[over] ?? ""}${loss}`;
  if (OVER[over]) return `L = ${OVER[over]}the cross-entropies`;
  return t ? "L = −ln y" : "L = −ln(1 − y)";
}

function lossNumbers({ loss }, every, say, halved) {
  if (every.length === 2) return halved(every.map((q) => say(q.loss)).join(" + "));
  const [{ y, t }] = every;
  if (loss === "cross-entropy") return `−ln ${say(t ? y : 1 - y)}`;
  const square = `(${say(y)} − ${num(t, 0)})²`;
  return loss.startsWith("½") ? `½ ${square}` : square;
}

/** ∂ℓ/∂y in symbols and in numbers. */
function slopeWords(loss, { y, t }, say) {
  if (loss === "cross-entropy")
    return t ? ["−1 / y", `−1 / ${say(y)}`] : ["1 / (1 − y)", `1 / ${say(1 - y)}`];
  const numbers = `${say(y)} − ${num(t, 0)}`;
  return loss.startsWith("½") ? ["y − t", numbers] : ["2 (y − t)", `2 (${numbers})`];
}

function caption(step, stages, cells) {
  if (step === 0)
    return "Two inputs, six weights, a target: everything else follows. Press Step for the first number.";
  const [first, count, name] = stageOf(stages, step);
  return `${name}, ${step - first} of ${count}: ${cells[step - 1].sentence}.`;
}

/** What the bench asks for, if there is something left. */
const wanted = (cell) =>
  cell ? ` Now you: ${cell.name}?` : " There is nothing left to ask.";

function numbers(cells) {
  const tables = [];
  if (cells.length)
    tables.push({
      title: "The sheet",
      columns: ["quantity", "is", "value", "second example"],
      rows: cells.map(({ name, symbols, values: [one, also] }) => [
        name,
        symbols,
        one,
        also ?? "",
      ]),
    });
  const checked = cells.filter(({ check }) => check !== null);
  if (checked.length)
    tables.push({
      title: "The gradient check",
      columns: ["gradient", "backpropagation", "central difference"],
      rows: checked.map(({ name, values, check }) => [name, values[0], check]),
    });
  return tables;
}

// ---- the next number, asked for ---------------------------------------------------------

/** A line under the picture that asks for a cell's value, and recognises the mistake. */
function question(stage) {
  const id = `nn-next-${stage.config.id}`;
  const label = html("label", { for: id });
  const input = html("input", { type: "text", id, autocomplete: "off" });
  const check = html("button", { type: "submit", class: "nn-button" }, "Check");
  const form = html("form", { class: "nn-predict", hidden: "" }, label, input, check);
  stage.root.insertBefore(form, stage.tools);
  let wanted = null;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = Number(input.value.trim().replace("−", "-").replace(",", "."));
    const [right, words] = judge(input.value.trim() === "" ? NaN : given, wanted);
    stage.say(words);
    if (!right) return input.focus();
    input.value = "";
    stage.set({ step: stage.state().step + 1 });
  });
  return {
    ask(cell) {
      wanted = cell ?? null;
      form.hidden = wanted === null;
      if (wanted) label.textContent = `Next: ${wanted.symbols}. How much is it?`;
    },
  };
}

/** [whether it is right, what to say] of the number x given for a cell. */
function judge(x, { name, values: [value], slips }) {
  if (!Number.isFinite(x)) return [false, "Write a number, for example −0.095."];
  const near = (wanted) => Math.abs(x - wanted) <= NEAR;
  if (near(value)) return [true, `Right: ${name} = ${num(value, 4)}.`];
  if (near(-value)) return [false, "The size is right, the sign is not."];
  const slip = slips.find(([wrong]) => near(wrong));
  if (slip) return [false, slip[1]];
  const off = x * value < 0 ? "the sign is another" : "the size is another";
  return [
    false,
    `Not ${num(x, 4)}: ${off}. Put the numbers into the symbols; three decimals are enough.`,
  ];
}
