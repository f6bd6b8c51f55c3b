// A network of two neurons a layer: the grid behind each layer, and how J stretches there.
import { layerJacobians, product } from "../engine/jacobians.js";
import { network } from "../engine/mlp.js";
import { Chart } from "../pieces/chart.js";
import { Room } from "../pieces/labels.js";
import { bentGrid, outline, plus, times } from "../pieces/maps.js";
import { sizeText } from "../pieces/sizes.js";
import { mount } from "../stage.js";
import { num } from "../text.js";

const CORNERS = 72; // of what is drawn as a circle
const READABLE = [0.01, 1e4]; // widths of a window whose axes' numbers differ, and fit
const SIGMA = ["σ₁", "σ₂"];
const LOOKS = ["nn-curve", "nn-line-smallest"];
const ONE = [
  [1, 0],
  [0, 1],
];

export default mount((stage) => {
  const { kinds, turn, bias, window, deepest, radius } = stage.config;
  const plane = stage.plane({
    x: window,
    y: window,
    xlabel: "a₁",
    ylabel: "a₂",
    ratio: 1,
    stackedRatio: 0.85,
    xticks: 4,
    yticks: 4,
    label: "The grid behind the layers, a circle there, and the ellipse that J makes",
  });
  const chart = stage.add(
    new Chart({
      x: [0, deepest],
      y: [0.1, 10],
      logY: true,
      xlabel: "layers",
      ratio: 1,
      stackedRatio: 0.7,
      label: "The singular values of J against the number of layers",
    }),
  );
  const handle = stage.handle({
    label: "The number of layers",
    across: "layers",
    at: (event) => chart.under(event),
  });
  chart.picture.setAttribute("role", "group");
  chart.picture.append(handle.element);
  stage.key(
    ["nn-image", "a circle, carried along"],
    ["nn-parallelogram", "what J makes of it"],
    ["nn-curve", "σ₁ of all layers"],
    ["nn-line-smallest", "σ₂ of all layers"],
    ["hollow", "each layer's own"],
    ["before", "earlier setting"],
  );
  stage.compare();
  stage.player("layers", () => deepest, { pause: 700 });

  function netOf({ g, scale }, layers) {
    const W = turn.map((row) => row.map((v) => scale * v));
    const each = [{ kind: "Dense", W, b: bias }, kinds[g]];
    return network({ layers: Array.from({ length: layers }, () => each).flat() });
  }

  /** What a list of points becomes behind so many layers. */
  function mapOf(state) {
    if (!state.layers) return (points) => points;
    const net = netOf(state, state.layers);
    return (points) => {
      const y = net.forward(Float64Array.from(points.flat()), points.length);
      return points.map((_, i) => [y[2 * i], y[2 * i + 1]]);
    };
  }

  /** Behind each layer, from 0 on: J of all, and singular values of it and of all. */
  function stepsOf(state) {
    const each = layerJacobians(netOf(state, deepest), [state.x1, state.x2]);
    const found = [{ J: ONE, own: [1, 1], all: [1, 1] }];
    let [J, det] = [ONE, 1];
    for (let k = 0; k < each.length; k += 2) {
      const own = product(each[k + 1], each[k]);
      const area = own[0][0] * own[1][1] - own[0][1] * own[1][0];
      J = product(own, J);
      det *= area;
      found.push({ J, own: singularValues(own, area), all: singularValues(J, det) });
    }
    return found;
  }

  const circleOf = ({ x1, x2 }) =>
    Array.from({ length: CORNERS }, (_, k) => {
      const angle = (2 * Math.PI * k) / CORNERS;
      return [x1 + radius * Math.cos(angle), x2 + radius * Math.sin(angle)];
    });

  function drawPlane(state, ghost, { J }) {
    const f = mapOf(state);
    const circle = f(circleOf(state));
    const width = look(plane, [...f(bordering(window)), ...circle]);
    const x = [state.x1, state.x2];
    const [y] = f([x]);
    const ellipse = circleOf(state).map(([u, v]) =>
      plus(y, times(J, [u - x[0], v - x[1]])),
    );
    const before = ghost && mapOf(ghost)(circleOf(ghost));
    const words = `all you see is ${sizeText(width)} wide`;
    const corner = [plane.x[0], plane.y[1]];
    const note = readable(width) ? [] : [plane.text(corner, words, { dx: 7, dy: 17 })];
    plane.draw(
      [
        ...bentGrid(plane, f, window, window),
        plane.ghost(before ? [outline(plane, before, "nn-line-before")] : []),
        outline(plane, circle, "nn-image"),
        outline(plane, ellipse, "nn-parallelogram"),
        plane.dot(y, "nn-dot", 4),
      ],
      note,
    );
  }

  function drawChart({ layers }, ghost, steps) {
    const before = ghost && stepsOf(ghost);
    const positive = steps.flatMap(({ own, all }) => [...own, ...all]).filter((v) => v);
    chart.look({
      x: [0, deepest],
      y: [
        0.5 * 10 ** Math.min(-1, Math.floor(Math.log10(Math.min(...positive)))),
        2 * 10 ** Math.ceil(Math.log10(Math.max(...positive))),
      ],
      logY: true,
    });
    const curve = (list, which, look) =>
      chart.curve(
        list.map(({ all }, k) => [k, all[which] > 0 ? all[which] : NaN]),
        look,
      );
    const rings = steps
      .slice(1)
      .flatMap(({ own }, k) => own.filter((v) => v > 0).map((v) => [k + 1, v]));
    chart.draw([
      chart.segment([layers, chart.y[0]], [layers, chart.y[1]], "nn-guide"),
      chart.ghost(before ? [0, 1].map((w) => curve(before, w, "nn-line-before")) : []),
      ...[1, 0].map((which) => curve(steps, which, LOOKS[which])),
      ...rings.map((at) => chart.dot(at, "nn-hollow", 4)),
    ]);
    const values = steps[layers].all;
    const foot = chart.edges.bottom - 30; // the axis has no place for 0
    const heights = values.map((v) => (v > 0 ? chart.Y(v) : foot));
    handle.place(chart.X(layers), heights[0]);
    const room = new Room(chart.edges);
    for (const y of heights) room.keep(chart.X(layers), y, 8);
    const words = values.map((v, which) =>
      room.place(
        `${SIGMA[which]} ${sizeText(v)}`,
        beside(chart.X(layers), heights[which], which ? 23 : -13),
        "nn-text-strong",
      ),
    );
    chart.above.replaceChildren(...words.filter(Boolean));
  }

  return (state, ghost) => {
    const steps = stepsOf(state);
    drawPlane(state, ghost, steps[state.layers]);
    drawChart(state, ghost, steps);
    return {
      caption: caption(state, steps[state.layers].all),
      numbers: () => [
        {
          title: "Singular values",
          columns: ["layer", "its σ₁", "its σ₂", "σ₁ of all", "σ₂ of all", "areas ×"],
          rows: steps.map(({ own, all }, k) => [k, ...own, ...all, all[0] * all[1]]),
        },
        {
          title: "J of the layers shown",
          columns: ["", "∂x₁", "∂x₂"],
          rows: steps[state.layers].J.map((row, i) => [`∂a${"₁₂"[i]}`, ...row]),
        },
      ],
    };
  };
});

/** The largest and the smallest factor by which J stretches: nnlib.live.jacobians. */
function singularValues([[a, b], [c, d]], det) {
  const largest = (Math.hypot(a + d, c - b) + Math.hypot(a - d, b + c)) / 2;
  return [largest, largest ? Math.abs(det) / largest : 0];
}

/** Spots above or below a dot, on the right, on the left, and then further away. */
const beside = (x, y, off) =>
  [1, 2, 3, -2, -3].flatMap((far) => [
    [x + 9, y + far * off, "start"],
    [x - 9, y + far * off, "end"],
  ]);

/** Points all along the sides of the square window. */
function bordering([low, high], count = 40) {
  const along = Array.from(
    { length: count + 1 },
    (_, i) => low + ((high - low) * i) / count,
  );
  return along.flatMap((v) => [
    [v, low],
    [v, high],
    [low, v],
    [high, v],
  ]);
}

const readable = (width) => width > READABLE[0] && width < READABLE[1];

/** Show the window that holds all points, one scale for both axes; how wide it is. */
function look(plane, points) {
  const ends = [0, 1].map((i) => {
    const values = points.map((p) => p[i]);
    return [Math.min(...values), Math.max(...values)];
  });
  const { width, height } = plane.inner;
  const unit = Math.max(
    (ends[0][1] - ends[0][0]) / width,
    (ends[1][1] - ends[1][0]) / height,
    1e-12,
  );
  const [x, y] = ends.map(([low, high], i) => {
    const half = 0.54 * unit * [width, height][i];
    return [(low + high) / 2 - half, (low + high) / 2 + half];
  });
  const wide = x[1] - x[0];
  const ticks = readable(wide) ? 4 : 0;
  Object.assign(plane, { xticks: ticks, yticks: ticks });
  plane.window(x, y);
  return wide;
}

function caption({ layers, g, scale, x1, x2 }, [high, low]) {
  if (!layers)
    return "No layer yet: J is the identity, its singular values are 1 and 1.";
  const many = `${layers} layer${layers > 1 ? "s" : ""}`;
  const each = [high, low].map((v) => sizeText(v ** (1 / layers))).join(" and ");
  return `${many}, ${g}, W = ${num(scale, 1)} × a turn: at (${num(x1, 1)}, ${num(x2, 1)}) the singular values of J are ${sizeText(high)} and ${sizeText(low)}, areas × ${sizeText(high * low)}. That is × ${each} for each layer.`;
}
