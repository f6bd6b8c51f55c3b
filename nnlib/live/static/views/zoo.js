// Twelve bugs of a way back, told apart by what a gradient check says of them.
import { buggedSlopes, costDifferences } from "../engine/bugs.js";
import { svg } from "../elements.js";
import { Fingerprint } from "../pieces/fingerprint.js";
import { mount } from "../stage.js";
import { num } from "../text.js";

const NAMES = [..."₁₂₃"].flatMap((k) => [
  ...[..."123"].flatMap((i) => [..."123"].map((j) => `W${k}[${i}, ${j}]`)),
  ...[..."123"].map((i) => `b${k}[${i}]`),
]);
const GROUPS = [..."₁₂₃"].flatMap((k) => [`W${k}`, `b${k}`]);
const isBias = (at) => NAMES[at].startsWith("b");

export default mount((stage) => {
  const { bugs, undecided, limit, ...given } = stage.config;
  const board = stage.add(
    new Fingerprint("Backprop divided by the central difference, slope by slope"),
  );
  const plane = stage.plane({
    x: [-1, 1],
    y: [-1, 1],
    xlabel: "central difference",
    ylabel: "backprop",
    label: "Backprop against the central difference",
    ratio: 0.96,
    xticks: 4,
  });
  stage.key(
    [mark(12, 12, false, "nn-agree-wrong", 1.4), "weight"],
    [mark(12, 12, true, "nn-agree-wrong", 1.4), "bias"],
    [mark(12, 12, false, "nn-agree-right", 1.4), "in grey: right"],
    ["nn-guide", "where both agree"],
    ["wrong", "with the diagnosed bug"],
  );

  const central = costDifferences(given);
  const known = new Map();
  const slopes = (bug) => {
    if (!known.has(bug)) known.set(bug, buggedSlopes(given, bug));
    return known.get(bug);
  };
  const error = (slope, at) =>
    Math.abs(slope - central[at]) / (1e-3 + Math.abs(central[at]));
  const same = (one, other) =>
    slopes(one).every((slope, at) => Math.abs(slope - slopes(other)[at]) < 1e-9);

  return (state) => {
    const [bug, , code, right] = bugs[Number(state.bug.slice(1)) - 1];
    const guess = bugs.find(([, name]) => name === state.diagnosis)?.[0] ?? null;
    const now = { ...state, bug, number: state.bug, guess, code, right };
    now.checked = state.check ? guess : null;
    now.wrong = slopes(bug).map((slope, at) => error(slope, at) > limit);
    board.draw({
      title: "backprop ÷ central difference",
      ratios: slopes(bug).map((s, at) => (now.wrong[at] ? s / central[at] : null)),
      lines: [`diagnosis: ${state.diagnosis}`, sign(now)],
    });
    scatter(now);
    return { caption: caption(now), numbers: () => numbers(now) };
  };

  /** What stands below the diagnosis. */
  function sign({ bug, guess, checked, check }) {
    if (guess === null) return check ? "nothing to check" : "";
    if (checked === null) return "not yet checked";
    return same(bug, guess) ? "✓ the same fingerprint" : "✗ another fingerprint";
  }

  // ---- one against the other -------------------------------------------------------

  function scatter({ bug, checked, wrong }) {
    const all = [central, slopes(bug), ...(checked ? [slopes(checked)] : [])].flat();
    const reach = 1.08 * Math.max(...all.map(Math.abs));
    plane.window([-reach, reach], [-reach, reach]);
    const order = [false, true].flatMap((flag) =>
      NAMES.map((_, at) => at).filter((at) => wrong[at] === flag),
    );
    const marks = order.map((at) => {
      const look = wrong[at] ? "nn-agree-wrong" : "nn-agree-right";
      return mark(plane.X(central[at]), plane.Y(slopes(bug)[at]), isBias(at), look);
    });
    const crosses = (checked ? slopes(checked) : []).map((slope, at) =>
      cross(plane.X(central[at]), plane.Y(slope)),
    );
    plane.draw([
      plane.segment([-reach, 0], [reach, 0], "nn-axis-zero"),
      plane.segment([0, -reach], [0, reach], "nn-axis-zero"),
      plane.segment([-reach, -reach], [reach, reach], "nn-guide"),
      ...marks,
      ...crosses,
    ]);
  }

  // ---- what it says ----------------------------------------------------------------

  function caption(now) {
    const { number, bug, wrong } = now;
    const errors = slopes(bug).map(error);
    const at = errors.indexOf(Math.max(...errors));
    const [found, difference] = [slopes(bug)[at], central[at]];
    const count = wrong.filter(Boolean).length;
    return `Bug ${number}: ${count} of ${NAMES.length} slopes are wrong, in ${listed(wrong)}. Furthest off is ${NAMES[at]}: backprop ${num(found, 4)}, central difference ${num(difference, 4)}, ratio ${num(found / difference, 2)}.${verdict(now)}`;
  }

  function verdict({ bug, guess, check, diagnosis, code, right }) {
    if (guess === null) return check ? " There is no diagnosis to check." : "";
    if (!check) return ` Diagnosis, not yet checked: “${diagnosis}”.`;
    if (same(bug, guess))
      return ` Right, “${diagnosis}”: the same fingerprint. The code says “${code}” where “${right}” belongs.`;
    const apart = slopes(guess).map((slope, at) => Math.abs(slope - slopes(bug)[at]));
    const at = apart.indexOf(Math.max(...apart));
    const [said, seen] = [guess, bug].map((one) => slopes(one)[at] / central[at]);
    return ` Not “${diagnosis}”: it would leave ${NAMES[at]} with the ratio ${num(said, 2)} and not ${num(seen, 2)}.`;
  }

  function numbers({ bug, checked, wrong }) {
    const columns = ["backprop", "central difference"];
    if (checked) columns.push("with the diagnosed bug");
    return [
      {
        title: "Wrong slopes",
        columns: ["parameter", "wrong"],
        rows: GROUPS.map((group) => [
          group,
          NAMES.filter((name, at) => wrong[at] && name.startsWith(group)).length,
        ]),
      },
      {
        title: "Every slope",
        columns: ["slope", ...columns, "ratio", "it is"],
        rows: slopes(bug).map((slope, at) => [
          NAMES[at],
          slope,
          central[at],
          ...(checked ? [slopes(checked)[at]] : []),
          num(slope / central[at], 3),
          wrong[at] ? "wrong" : "right",
        ]),
      },
    ];
  }
});

/** The parameters in which any slope is wrong: W₁, b₁ and W₂. */
function listed(wrong) {
  const found = GROUPS.filter((group) =>
    NAMES.some((name, at) => wrong[at] && name.startsWith(group)),
  );
  const last = found.pop();
  return found.length ? `${found.join(", ")} and ${last}` : last;
}

/** A weight's slope is a dot, a bias's a hollow diamond. */
function mark(x, y, bias, look, scale = 1) {
  if (!bias) return svg("circle", { class: look, cx: x, cy: y, r: 4.5 * scale });
  const r = 6 * scale;
  const d = `M${x} ${y - r}l${r} ${r}l${-r} ${r}l${-r} ${-r}Z`;
  return svg("path", { class: `${look} nn-agree-hollow`, d });
}

const cross = (x, y) =>
  svg("path", { class: "nn-wrong", d: `M${x - 5} ${y - 5}l10 10m0 -10l-10 10` });
