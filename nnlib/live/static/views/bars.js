// Logits into probabilities: softmax((z + c) / T), in the safe form or as it is written.
import { softmax } from "../engine/activations.js";
import { Bars } from "../pieces/bars.js";
import { sizeText } from "../pieces/sizes.js";
import { mount } from "../stage.js";
import { num, term } from "../text.js";

export default mount((stage) => {
  const { names, shifts } = stage.config;
  const bars = stage.add(
    new Bars({ rows: names.length, label: "The probability of each class" }),
  );

  stage.compare();

  return (state, ghost) => {
    const { z, exponents, e, p } = terms(state, names.length, shifts);
    const before = ghost && terms(ghost, names.length, shifts).p;
    bars.draw(
      names.map((name, k) => ({
        name,
        value: p[k],
        text: probability(p[k]),
        note: `exp(${num(exponents[k], 2)}) = ${exponential(e[k])}`,
        before: before && before[k],
      })),
    );
    return {
      caption: caption(state, { z, exponents, e, p, shift: shifts[state.shift] }),
      numbers: () => [
        {
          title: "Softmax",
          columns: ["class", "logit z", "exponent", "exp(exponent)", "probability p"],
          rows: names.map((name, k) => [
            name,
            ...[z[k], exponents[k], e[k], p[k]].map((v) =>
              Number.isFinite(v) ? v : written(v),
            ),
          ]),
        },
      ],
    };
  };
});

function terms(state, count, shifts) {
  const z = Array.from({ length: count }, (_, k) => state[`z${k + 1}`]);
  const u = z.map((v) => (v + shifts[state.shift]) / state.T);
  const top = Math.max(...u);
  const exponents = state.naive ? u : u.map((v) => v - top);
  const e = exponents.map(Math.exp);
  const sum = total(e);
  return { z, exponents, e, p: state.naive ? e.map((v) => v / sum) : softmax(u) };
}

function caption({ T, shift: choice, naive }, { z, exponents, e, p, shift }) {
  const logits = z.map((v) => num(v, 2)).join(", ");
  const added = choice === "0" ? "" : ` ${term(shift, 0)}`;
  const found = p.map(probability).join(", ");
  const said = `Logits (${logits})${added} at T = ${num(T, 1)} give p = (${found})`;
  if (!naive) return `${said}; safe form, the largest exponent made 0.`;
  const sum = total(e);
  if (!Number.isFinite(sum))
    return `${said}: as written it overflows, the sum of the exp is beyond the largest float, 1.8·10³⁰⁸.`;
  if (sum === 0)
    return `${said}: as written every exp is rounded to 0, and 0/0 is no number.`;
  return `${said}; as written, the largest exponent is ${num(Math.max(...exponents), 2)}.`;
}

const total = (list) => list.reduce((sum, v) => sum + v, 0);

/** Three decimals, or NaN where there is no number. */
const probability = (p) => (Number.isNaN(p) ? "NaN" : num(p, 3));

/** exp(…) in a few digits. */
const exponential = (e) => (Number.isFinite(e) ? sizeText(e) : written(e));

/** A float that is no number, in a table of numbers. */
const written = (x) => (Number.isNaN(x) ? "NaN" : "∞");
