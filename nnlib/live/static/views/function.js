// A function and its derivative: the tangent at z, flat ranges, leaps left open.
import { activation } from "../engine/activations.js";
import { mount } from "../stage.js";
import { svg } from "../elements.js";
import { num } from "../text.js";
import { sizeText } from "../pieces/sizes.js";

const FLAT = 0.05; // a slope below this counts as saturated
const REACH = 1.5; // of the tangent, to either side
const SAMPLES = 160; // of a stretch without a leap

export default mount((stage) => {
  const { functions, window: Z } = stage.config;
  const options = {
    x: Z,
    y: [-1, 1],
    xlabel: "z",
    ratio: 0.8,
    stackedRatio: 0.58,
    xticks: 6,
  };
  const left = stage.plane({
    ...options,
    ylabel: "a = g(z)",
    label: "The function and its tangent at z",
  });
  const right = stage.plane({ ...options, ylabel: "g′(z)", label: "Its derivative" });
  const handle = stage.handle({
    label: "The point on the curve",
    across: "z",
    at: (event) => left.under(event),
  });
  left.picture.append(handle.element);
  stage.compare();

  const known = (name) => {
    const { spec, ...places } = functions[name];
    const { g, slope } = activation(spec);
    return { name, g, slope: (z) => slope(z, g(z)), ...places };
  };

  return (state, ghost) => {
    const now = known(state.g);
    const before = ghost && ghost.g !== state.g ? known(ghost.g) : null;
    const { z } = state;
    const [a, slope] = [now.g(z), now.slope(z)];

    const heights = sampled(now.g, now.leaps, Z).map(([, y]) => y);
    left.window(Z, [
      least(heights) < -1.2 ? 1.05 * Z[0] : -1.3,
      most(heights) > 1.2 ? 1.05 * Z[1] : 1.3,
    ]);
    const slopes = sampled(now.slope, now.kinks, Z).map(([, y]) => y);
    right.window(Z, [
      Math.min(-0.15, 1.15 * least(slopes)),
      Math.max(1.2, 1.15 * most(slopes)),
    ]);

    left.draw(
      [
        ...shades(left, now.flat),
        left.segment([Z[0], 0], [Z[1], 0], "nn-axis-zero"),
        ...earlier(left, before, "g", "leaps"),
        ...drawn(left, now.g, now.leaps, "nn-curve"),
        left.segment([z, left.y[0]], [z, a], "nn-guide"),
        left.segment([Z[0], a], [z, a], "nn-guide"),
        ...tangent(now, z, a, slope),
      ],
      [read(left, z, a, `a = ${num(a, 4)}`), ...nameOf(left, before)],
    );
    handle.place(left.X(z), left.Y(a));
    right.draw(
      [
        ...shades(right, now.flat),
        right.segment([Z[0], 0], [Z[1], 0], "nn-axis-zero"),
        ...earlier(right, before, "slope", "kinks"),
        ...drawn(right, now.slope, now.kinks, "nn-curve"),
        right.segment([z, right.y[0]], [z, slope], "nn-guide"),
        right.segment([Z[0], slope], [z, slope], "nn-guide"),
        right.dot([z, slope], "nn-dot", 6),
      ],
      [
        read(right, z, slope, `g′ = ${slopeText(slope)}`, true),
        ...flatName(right, now.flat),
      ],
    );
    const at = `${state.g} at z = ${num(z, 2)}: a = g(z) = ${num(a, 4)}, g′(z) = ${slopeText(slope)}`;
    return {
      caption:
        `${at}${where(now, z, slope)}. ${flatWords(now.flat)} ${now.about}`.trim(),
      numbers: () => numbers(now, z),
    };
  };

  /** Where g leaps or has a kink there is none, whatever slope is chosen. */
  function tangent({ leaps, kinks }, z, a, slope) {
    if (leaps.includes(z) || kinks.includes(z)) return [];
    const at = (dz) => [z + dz, a + dz * slope];
    return [left.segment(at(-REACH), at(REACH), "nn-line")];
  }

  function where({ leaps, kinks }, z, slope) {
    if (leaps.includes(z)) return " by choice: g leaps here and has no slope";
    if (kinks.includes(z)) return " by choice: g has a kink here";
    return Math.abs(slope) < FLAT ? ", saturated" : "";
  }

  function flatWords(ranges) {
    if (ranges.length === 0) return `|g′| is nowhere below ${FLAT}.`;
    if (`${ranges}` === `${Z}`) return `|g′| < ${FLAT} everywhere.`;
    const words = ranges.map(([low, high]) => {
      if (low === Z[0]) return `z up to ${num(high, 2)}`;
      if (high === Z[1]) return `z from ${num(low, 2)}`;
      return `z from ${num(low, 2)} to ${num(high, 2)}`;
    });
    return `|g′| < ${FLAT} for ${words.join(" and ")}.`;
  }

  function numbers({ name, g, slope }, z) {
    const here = [
      ["z", z],
      ["a = g(z)", g(z)],
      ["g′(z)", slope(z)],
    ];
    const there = Array.from({ length: 2 * (Z[1] - Z[0]) + 1 }, (_, i) => Z[0] + i / 2);
    return [
      { title: "At z", columns: ["quantity", "value"], rows: here },
      {
        title: name,
        columns: ["z", "g(z)", "g′(z)"],
        rows: there.map((at) => [at, g(at), slope(at)]),
      },
    ];
  }
});

/** Four decimals; of a small slope three digits, for it is not yet 0. */
const slopeText = (slope) =>
  0 < Math.abs(slope) && Math.abs(slope) < 0.01 ? sizeText(slope) : num(slope, 4);

const least = (values) => Math.min(...values.filter(Number.isFinite));
const most = (values) => Math.max(...values.filter(Number.isFinite));

/** Points of f over a range, a gap (NaN) at each leap. */
function sampled(f, leaps, [low, high]) {
  const ends = [low, ...leaps, high];
  const points = [];
  for (let part = 0; part + 1 < ends.length; part++) {
    const [from, to] = [ends[part], ends[part + 1]];
    const hair = 1e-9 * (to - from);
    for (let i = 0; i <= SAMPLES; i++) {
      const at = from + hair + ((to - from - 2 * hair) * i) / SAMPLES;
      points.push([at, f(at)]);
    }
    points.push([to, NaN]);
  }
  return points;
}

/** f as a curve, and its own value where it leaps as a dot. */
const drawn = (plane, f, leaps, look) => [
  plane.curve(sampled(f, leaps, plane.x), look),
  ...leaps.map((at) => plane.dot([at, f(at)], "nn-own-value", 4)),
];

function earlier(plane, before, which, leaps) {
  if (!before) return [];
  const path = plane.curve(
    sampled(before[which], before[leaps], plane.x),
    "nn-line-before",
  );
  return [svg("g", { class: "nn-ghost" }, path)];
}

function nameOf(plane, before) {
  if (!before) return [];
  const words = plane.text([plane.x[0], plane.y[1]], `before: ${before.name}`, {
    look: "nn-text-muted",
    dx: 8,
    dy: 17,
  });
  return [svg("g", { class: "nn-ghost" }, words)];
}

/** What is read off at z: towards the middle, or `outward` where there is room. */
function read(plane, z, y, words, outward = false) {
  const { width } = plane.inner;
  const free =
    z < 0 ? plane.X(z) - plane.X(plane.x[0]) : plane.X(plane.x[1]) - plane.X(z);
  const right = z < 0 !== (outward && free > Math.min(130, width / 2));
  const [dx, anchor] = right ? [9, "start"] : [-9, "end"];
  const high = plane.Y(y) - 9 < plane.Y(plane.y[1]) + 12;
  const look = "nn-text-strong";
  return plane.text([z, y], words, { look, anchor, dx, dy: high ? 18 : -9 });
}

const shades = (plane, ranges) =>
  ranges.map(([low, high]) =>
    svg("rect", {
      class: "nn-shade",
      x: plane.X(low),
      y: plane.Y(plane.y[1]),
      width: plane.X(high) - plane.X(low),
      height: plane.inner.height,
    }),
  );

/** The name of the shade, in its widest range, if that has the room. */
function flatName(plane, ranges) {
  const width = ([low, high]) => plane.X(high) - plane.X(low);
  const widest = ranges.reduce(
    (best, range) => (best && width(best) >= width(range) ? best : range),
    null,
  );
  if (!widest || width(widest) < 76) return [];
  const top = [(widest[0] + widest[1]) / 2, plane.y[1]];
  const look = { look: "nn-text-muted", anchor: "middle", dy: 17 };
  return [plane.text(top, `|g′| < ${FLAT}`, look)];
}
