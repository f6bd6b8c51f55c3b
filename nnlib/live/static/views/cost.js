// How many multiplications the Jacobian of a network takes: whole, by columns, by rows.
import { subscript } from "../pieces/matrix.js";
import { LogBars, ToScale } from "../pieces/scale.js";
import { sizeText } from "../pieces/sizes.js";
import { mount } from "../stage.js";
import { whole } from "../text.js";

const WAYS = ["full product", "column by column", "row by row"];
const POWERS = 7; // of ten: no network of these sizes costs more

export default mount((stage) => {
  const scale = stage.add(
    new ToScale({
      label: "The factors of J, as high and as wide as they have numbers",
    }),
  );
  const bars = stage.add(
    new LogBars({
      rows: WAYS.length,
      powers: POWERS,
      label: "The multiplications that J takes, in three ways",
      xlabel: "multiplications",
    }),
  );
  stage.key(
    ["nn-scale-line", "D: slopes on the diagonal, else 0"],
    ["before", "earlier setting"],
  );
  stage.compare();

  return (state, ghost) => {
    const factors = factorsOf(state);
    const { walk, all } = costs(state);
    const before = ghost && costs(ghost).all;
    scale.draw(factors, [
      `${many(state.outputs, "row")} from here →`,
      `← ${many(state.inputs, "column")} from here`,
    ]);
    const least = Math.min(...all);
    bars.draw(
      WAYS.map((name, k) => ({
        name,
        count: all[k],
        text: whole(all[k]),
        first: all[k] === least,
        before: before && before[k],
      })),
    );
    const walks = ["", state.inputs, state.outputs];
    return {
      caption: caption(state, all),
      numbers: () => [
        {
          title: "The cost of J",
          columns: ["way", "walks", "multiplications of one", "of all J"],
          rows: WAYS.map((name, k) => [name, walks[k], k ? walk : "", all[k]]),
        },
        {
          title: "The factors of J",
          columns: ["factor", "rows", "columns"],
          rows: factors.map(({ name, rows, columns }) => [name, rows, columns]),
        },
      ],
    };
  };
});

const sizesOf = ({ inputs, hidden, outputs, layers }) => [
  inputs,
  ...Array.from({ length: layers - 1 }, () => hidden),
  outputs,
];

/** W and diag(g') by turns, the output's first. */
function factorsOf(state) {
  const sizes = sizesOf(state);
  const found = [];
  for (let k = sizes.length - 1; k > 0; k--) {
    const [rows, columns] = [sizes[k], sizes[k - 1]];
    found.push({ name: `W${subscript(k - 1)}`, rows, columns });
    if (k > 1)
      found.push({
        name: `D${subscript(k - 2)}`,
        rows: columns,
        columns,
        diagonal: true,
      });
  }
  return found;
}

/** Multiplications of one walk, and of all J in each of WAYS: nnlib.live.jacobians. */
function costs(state) {
  const { inputs, hidden, outputs, layers } = state;
  const sizes = sizesOf(state);
  const weights = sizes.slice(1).reduce((sum, n, k) => sum + n * sizes[k], 0);
  const slopes = (layers - 1) * hidden;
  const walk = weights + slopes;
  const full = inputs * (weights + slopes * hidden);
  return { walk, all: [full, inputs * walk, outputs * walk] };
}

const many = (n, word) => `${n} ${word}${n > 1 ? "s" : ""}`;

function caption(state, all) {
  const { inputs, outputs } = state;
  const [full, columns, rows] = all.map(whole);
  const less = sizeText(Math.max(inputs, outputs) / Math.min(inputs, outputs));
  let verdict = `Fewer inputs than outputs: columns are ${less} times cheaper`;
  if (inputs === outputs)
    verdict = "As many outputs as inputs: rows and columns cost the same";
  else if (outputs < inputs)
    verdict = `Fewer outputs than inputs: rows are ${less} times cheaper`;
  return `${sizesOf(state).join(" → ")}: ${full} multiplications as a full product, ${columns} column by column (${many(inputs, "walk")} forward), ${rows} row by row (${many(outputs, "walk")} back). ${verdict}.`;
}
