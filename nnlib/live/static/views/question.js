// A question to answer before looking. Each answer has its own reply, and what was
// given is kept in the reader's own browser, under the page and the question's id.
import { button, html } from "../elements.js";

export default {
  render({ model, el }) {
    const question = model.get("config");
    const verdict = html("p", { class: "nn-verdict", role: "status" });
    const form = question.options ? choice(question) : number(question);
    const check = button("Check", () => reply(form.given(), true));
    const root = html(
      form.group ? "fieldset" : "div",
      { class: "nn-question", id: `question-${question.id}` },
      ...form.parts,
      check,
      verdict,
    );
    el.append(root);

    function reply(given, keep) {
      const [state, words] = form.judge(given);
      verdict.dataset.state = state;
      verdict.replaceChildren(...inline(words));
      if (keep && state !== "open") store(question.id, given);
    }
    const kept = recall(question.id);
    if (kept !== null && form.restore(kept)) reply(kept, false);
    if (form.onEnter) form.onEnter(() => reply(form.given(), true));
  },
};

function choice({ id, text, options, answer }) {
  const inputs = options.map((_, i) =>
    html("input", { type: "radio", name: `nn-${id}`, value: i }),
  );
  const labels = options.map(([option], i) =>
    html("label", {}, inputs[i], html("span", {}, ...inline(option))),
  );
  return {
    group: true,
    parts: [html("legend", {}, ...inline(text)), ...labels],
    given: () => {
      const at = inputs.findIndex((input) => input.checked);
      return at < 0 ? "" : String(at);
    },
    restore: (kept) => {
      const input = inputs[Number(kept)];
      if (input) input.checked = true;
      return Boolean(input);
    },
    judge(given) {
      if (given === "") return ["open", "Choose one answer first: a guess counts."];
      return [Number(given) === answer ? "right" : "wrong", options[Number(given)][1]];
    },
  };
}

function number({ id, text, answer, digits, praise, hint, slips }) {
  const input = html("input", {
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    id: `nn-${id}`,
  });
  const label = html(
    "label",
    { for: `nn-${id}`, class: "nn-question-text" },
    html("span", {}, ...inline(text)),
  );
  const near = (x, wanted) => Math.abs(x - wanted) <= 0.5001 * 10 ** -digits;
  return {
    parts: [label, input, " "],
    given: () => input.value.trim(),
    restore: (kept) => {
      input.value = kept;
      return true;
    },
    onEnter: (go) =>
      input.addEventListener("keydown", (event) => {
        if (event.key === "Enter") go();
      }),
    judge(given) {
      const x = readNumber(given);
      if (x === null)
        return [
          "open",
          `Write a number with ${digits} decimals, for example ${(0).toFixed(digits)}.`,
        ];
      if (near(x, answer)) return ["right", praise];
      const slip = slips.find(([wrong]) => near(x, wrong));
      return ["wrong", slip ? slip[1] : hint];
    },
  };
}

/** A number as people type it: decimal comma, true minus, a fraction such as 3/4. */
function readNumber(text) {
  const plain = text.replaceAll("−", "-").replace(",", ".").replaceAll(" ", "");
  const match = /^([+-]?\d*\.?\d+(?:e[+-]?\d+)?)(?:\/(\d*\.?\d+))?(%?)$/i.exec(plain);
  if (!match) return null;
  const x = Number(match[1]) / (match[2] ? Number(match[2]) : 1) / (match[3] ? 100 : 1);
  return Number.isFinite(x) ? x : null;
}

/** Text with `code` in backticks, as nodes. */
function inline(text) {
  return text.split("`").map((part, i) => (i % 2 ? html("code", {}, part) : part));
}

// Storage may be refused (private windows, file://): the question works all the same.
const place = (id) => `nnlib:${location.pathname}#${id}`;
function store(id, given) {
  try {
    localStorage.setItem(place(id), given);
  } catch {
    /* nothing is lost but the memory */
  }
}
function recall(id) {
  try {
    return localStorage.getItem(place(id));
  } catch {
    return null;
  }
}
