// A deep network with nothing, or with tanh, between its layers, and what they multiply to.
import { network, mlp } from "../engine/mlp.js";
import { defaultRng } from "../engine/random.js";
import { border } from "../pieces/contour.js";
import { mount } from "../stage.js";
import { num, percent, term } from "../text.js";

const POINTS = 121; // of the cut

export default mount((stage) => {
  const { kinds, units, gain, cells, span } = stage.config;
  const plane = stage.plane({
    x: span,
    y: span,
    xlabel: "x₁",
    ylabel: "x₂",
    ratio: 1,
    xticks: 4,
    yticks: 4,
    cells,
    label: "Where the network's z is positive, and the one line of its product",
  });
  const cut = stage.plane({
    x: span,
    y: [-1, 1],
    xlabel: "x₁, where x₂ = 0",
    ylabel: "z",
    ratio: 1,
    stackedRatio: 0.6,
    xticks: 4,
    yticks: 4,
    label: "The network along the horizontal axis, and its product",
  });
  stage.key(
    ["nn-curve", "the network"],
    ["nn-guide", "its layers multiplied out"],
    ["before", "earlier setting"],
  );
  stage.compare();

  const widths = (depth) => [2, ...Array.from({ length: depth - 1 }, () => units), 1];

  function deep({ depth, g, seed }) {
    const rng = defaultRng(seed);
    const net = mlp(widths(depth), {
      hidden: kinds[g],
      out: { kind: "Identity" },
      rng,
    });
    net.params.forEach((p, k) => {
      if (k % 2) p.set(rng.uniform(-1, 1, p.length));
      else p.forEach((w, i) => (p[i] = gain * w));
    });
    return net;
  }

  const xs = Float64Array.from(
    { length: POINTS },
    (_, i) => span[0] + ((span[1] - span[0]) * i) / (POINTS - 1),
  );
  const along = Float64Array.from({ length: 2 * POINTS }, (_, i) =>
    i % 2 ? 0 : xs[i / 2],
  );
  const cutOf = (net) => Array.from(net.forward(along, POINTS), (z, i) => [xs[i], z]);

  return (state, ghost) => {
    const net = deep(state);
    const { w, b } = collapsed(net);
    const centres = plane.centres();
    const z = Array.from(net.forward(centres, cells * cells));
    const flat = z.map((_, i) => w[0] * centres[2 * i] + w[1] * centres[2 * i + 1] + b);
    const colours = stage.fieldColours();
    plane.cellwise((i) => colours[Number(z[i] > 0)]);
    const before = ghost && deep(ghost);
    const earlier = before && Array.from(before.forward(centres, cells * cells));
    plane.draw([
      plane.ghost(before ? [border(plane, earlier, 0, "nn-line-before")] : []),
      border(plane, z, 0, "nn-line"),
      ...plane.boundary(w, b, { look: "nn-guide", arrow: false }),
    ]);
    const curve = cutOf(net);
    const most = Math.max(...curve.map(([, at]) => Math.abs(at)), 1e-9);
    cut.window(span, [-1.2 * most, 1.2 * most]);
    const end = (x) => [x, w[0] * x + b];
    cut.draw([
      cut.segment([span[0], 0], [span[1], 0], "nn-axis-zero"),
      cut.ghost(before ? [cut.curve(cutOf(before), "nn-line-before")] : []),
      cut.curve(curve, "nn-curve"),
      cut.segment(end(span[0]), end(span[1]), "nn-guide"),
    ]);
    const same = z.filter((at, i) => at > 0 === flat[i] > 0).length;
    return {
      caption: caption(state, net, w, b, percent(same, z.length)),
      numbers: () => [
        {
          title: "The layers",
          columns: ["layer", "rows", "columns", "rank"],
          rows: widths(state.depth)
            .slice(1)
            .map((rows, k) => {
              const columns = widths(state.depth)[k];
              return [k + 1, rows, columns, Math.min(rows, columns)];
            }),
        },
        {
          title: "Multiplied out",
          columns: ["w₁", "w₂", "b", "largest difference from the network, in z's"],
          rows: [[...w, b, difference(z, flat)]],
        },
      ],
    };
  };
});

/** The one layer that the Dense layers alone amount to: W' = W_L … W_1, and b' alike. */
function collapsed(net) {
  const only = network({
    layers: net.spec().layers.filter(({ kind }) => kind === "Dense"),
  });
  const b = only.at([0, 0])[0];
  const dense = net.spec().layers.filter(({ kind }) => kind === "Dense");
  let rows = [
    [1, 0],
    [0, 1],
  ];
  for (const { W } of dense)
    rows = W.map((row) =>
      [0, 1].map((j) => row.reduce((sum, v, k) => sum + v * rows[k][j], 0)),
    );
  return { w: rows[0], b };
}

function difference(z, flat) {
  const off = Math.max(...z.map((at, i) => Math.abs(at - flat[i])));
  const share = off / Math.max(...z.map(Math.abs));
  return share < 1e-9 ? 0 : share;
}

function caption({ depth, g, seed }, net, w, b, same) {
  const count = net.params.reduce((sum, p) => sum + p.length, 0);
  const layers = `${depth} layer${depth > 1 ? "s" : ""}`;
  const between = depth === 1 ? "" : `, ${g} between them`;
  const line = `z = ${num(w[0], 2)} x₁ ${term(w[1], 2)} x₂ ${term(b, 2)}`;
  return `${layers}${between}, seed ${seed}: ${count} numbers. Multiplied out, the layers make ${line}: the same answer in ${same} of the picture.`;
}
