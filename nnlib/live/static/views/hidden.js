// The plane of inputs beside the plane of what two hidden units make of it.
import { button, svg } from "../elements.js";
import { network } from "../engine/mlp.js";
import { border } from "../pieces/contour.js";
import { Room, around } from "../pieces/labels.js";
import { bentGrid } from "../pieces/maps.js";
import { mount } from "../stage.js";
import { num, term } from "../text.js";

const CELLS = 60; // of the field each way
const FEW = 4; // examples or fewer: each is named, and its sum is told
const SMALL = 20; // more examples than this are drawn smaller
const ROWS = 60; // of the table
const SLACK = 1e-6; // of the last digit that the caption prints: this close is it
const HIDDEN = ["w11", "w12", "b1", "w21", "w22", "b2"];
const ARROW = 0.1; // of the window's width

export default mount((stage) => {
  const { X, targets, window, presets, fixed } = stage.config;
  const net = network(stage.config.net);
  const [W, b] = net.params;
  const look = { ratio: 1, xticks: 3, yticks: 3 };
  const input = stage.plane({
    ...look,
    x: window,
    y: window,
    xlabel: "x₁",
    ylabel: "x₂",
    cells: CELLS,
    label: "The examples among the inputs, and the border of the answer",
  });
  const space = stage.plane({
    ...look,
    x: [-0.1, 1.1],
    y: [-0.1, 1.1],
    xlabel: "a₁",
    ylabel: "a₂",
    label: "The same examples after the hidden layer, and a straight line",
  });
  stage.key(
    ["class0", "target 0"],
    ["class1", "target 1"],
    ["wrong", "answered wrongly"],
    ["nn-line", "border of the answer"],
    ["nn-guide", "a hidden unit's z = 0"],
    ["before", "earlier setting"],
  );
  for (const [name, weights] of Object.entries(presets))
    stage.tools.append(button(name, () => stage.set(weights)));
  stage.compare();

  /** The state with the fixed values in it and the hidden weights as they act. */
  function full(s) {
    const state = { steep: 1, ...fixed, ...s };
    for (const name of HIDDEN) state[name] *= state.steep;
    return { ...state, steep: 1 };
  }

  const hide = (s) => {
    W.set([s.w11, s.w12, s.w21, s.w22]);
    b.set([s.b1, s.b2]);
  };
  const bend = (points) => pairs(net.forward(Float64Array.from(points.flat())));
  const sums = (s, points) => points.map(([a1, a2]) => s.v1 * a1 + s.v2 * a2);
  const fieldOf = (s) => sums(s, pairs(net.forward(input.centres())));
  const line = (s, kind) =>
    space.boundary([s.v1, s.v2], -s.threshold, { look: kind, arrow: false });

  /** What an earlier setting has in each plane. */
  function traces(ghost) {
    if (!ghost) return [[], []];
    hide(ghost);
    return [
      [border(input, fieldOf(ghost), ghost.threshold, "nn-line-before")],
      [
        ...line(ghost, "nn-line-before"),
        ...bend(X).map((a) => space.dot(a, "nn-hollow", 5)),
      ],
    ];
  }

  return (now, earlier) => {
    const [state, ghost] = [full(now), earlier && full(earlier)];
    const { threshold } = state;
    const name = state.data ?? Object.keys(targets)[0];
    const t = targets[name];
    hide(state);
    space.window(...reach(bend(corners(window))));
    const before = traces(ghost);
    hide(state);
    const colours = stage.fieldColours();
    const values = fieldOf(state);
    input.cellwise((i) => colours[Number(values[i] > threshold)]);
    space.field((a1, a2) => Number(state.v1 * a1 + state.v2 * a2 > threshold), colours);
    const A = bend(X);
    const total = sums(state, A);
    const right = total.map((z, i) => z > threshold === (t[i] === 1));
    const marks = (plane, points) => {
      const all = points.map((at, i) => ({ at, target: t[i], wrong: !right[i] }));
      if (X.length > SMALL) return plane.crowd(all);
      return all.map(({ at, target, wrong }) => plane.example(at, target, { wrong }));
    };
    const units = [
      { w: [state.w11, state.w12], b: state.b1, words: "a₁" },
      { w: [state.w21, state.w22], b: state.b2, words: "a₂" },
    ];
    input.draw([
      ...bentGrid(input, (points) => points, window, window),
      input.ghost(before[0]),
      border(input, values, threshold, "nn-line"),
      ...units.flatMap((unit) => [
        ...input.boundary(unit.w, unit.b, { look: "nn-guide", arrow: false }),
        ...direction(input, unit),
      ]),
      ...marks(input, X),
      ...unitNames(input, units, X),
    ]);
    space.draw([
      ...bentGrid(space, bend, window, window),
      space.ghost(before[1]),
      ...line(state, "nn-line"),
      ...marks(space, A),
      ...(X.length > FEW ? [] : names(space, X, A, onLine(space, state))),
    ]);
    return {
      caption: caption(state, name, t, total, right),
      numbers: () => [
        {
          title: `${name} through the hidden layer`,
          columns: ["x₁", "x₂", "target", "a₁", "a₂", sumText(state), "answer"],
          rows: X.slice(0, ROWS).map((x, i) => [
            ...x,
            t[i],
            ...A[i],
            total[i],
            Number(total[i] > threshold),
          ]),
        },
      ],
    };
  };
});

function caption(state, name, t, total, right) {
  const n = t.length;
  const of = (target) => total.filter((_, i) => t[i] === target);
  const [low, high] = [Math.max(...of(0)), Math.min(...of(1))];
  const allowed =
    low + 1e-9 < high
      ? `Any threshold from ${inside(low, high).join(" to ")} would do`
      : `No threshold gets all ${n} right`;
  const told =
    n > FEW ? "" : `: the sums are ${total.map((z) => num(z, 3)).join(", ")}`;
  const count = right.filter(Boolean).length;
  return `${name}: ${sumText(state)} > ${num(state.threshold, 2)} answers ${count} of ${n} right. ${allowed}${told}.`;
}

/** Both numbers as text, rounded towards each other: what is printed lies between. */
function inside(low, high) {
  const digits = high - low > 2e-4 ? 4 : 10;
  const scale = 10 ** digits;
  const ends = [Math.ceil(low * scale - SLACK), Math.floor(high * scale + SLACK)];
  return ends.map((end) => num(end / scale, digits));
}

const sumText = ({ v1, v2 }) =>
  v1 === 1 && v2 === 1 ? "a₁ + a₂" : `${num(v1, 2)} a₁ ${term(v2, 2)} a₂`;

function pairs(flat) {
  const points = [];
  for (let i = 0; i < flat.length; i += 2) points.push([flat[i], flat[i + 1]]);
  return points;
}

const corners = ([low, high]) => [
  [low, low],
  [low, high],
  [high, low],
  [high, high],
];

/**
 * The window for all that the hidden units can say, the same on both axes: a unit is
 * highest and lowest at corners of the plane.
 */
function reach(points) {
  const low = Math.min(0, ...points.flat());
  const high = Math.max(1, ...points.flat());
  const margin = 0.1 * (high - low);
  const ends = [low - margin, high + margin];
  return [ends, ends];
}

/** The point of a unit's line nearest to the middle, and a step from there along w. */
function footOf(plane, { w, b }) {
  const square = w[0] * w[0] + w[1] * w[1];
  if (square === 0) return null;
  const middle = (plane.x[0] + plane.x[1]) / 2;
  const off = ((w[0] + w[1]) * middle + b) / square;
  const foot = w.map((one) => middle - off * one);
  const step = (ARROW * (plane.x[1] - plane.x[0])) / Math.sqrt(square);
  return { foot, tip: foot.map((at, i) => at + step * w[i]) };
}

/** The arrow to the side where a unit is above its middle. */
function direction(plane, unit) {
  const at = footOf(plane, unit);
  return at ? [plane.arrow(at.foot, at.tip, "nn-arrow")] : [];
}

function roomIn(plane, points) {
  const [left, right] = plane.x.map((x) => plane.X(x));
  const [bottom, top] = plane.y.map((y) => plane.Y(y));
  const room = new Room({ left, right, top, bottom });
  for (const [x, y] of points) room.keep(plane.X(x), plane.Y(y), 8);
  return room;
}

/** Each hidden unit's name beside its arrow. */
function unitNames(plane, units, X) {
  const seen = units
    .map((unit) => ({ ...footOf(plane, unit), words: unit.words }))
    .filter(({ foot }) => foot?.every((at) => at >= plane.x[0] && at <= plane.x[1]));
  const few = X.length > SMALL ? [] : X;
  const room = roomIn(plane, [...few, ...seen.flatMap(({ foot, tip }) => [foot, tip])]);
  return seen
    .map(({ tip: [x, y], words }) =>
      room.place(words, around(plane.X(x), plane.Y(y)), "nn-text-strong"),
    )
    .filter(Boolean);
}

/** Points along the output's line in the hidden plane. */
function onLine(plane, { v1, v2, threshold }) {
  const [low, high] = plane.x;
  const along = Array.from({ length: 41 }, (_, k) => low + ((high - low) * k) / 40);
  return along.flatMap((at) => [
    ...(v2 ? [[at, (threshold - v1 * at) / v2]] : []),
    ...(v1 ? [[(threshold - v2 * at) / v1, at]] : []),
  ]);
}

/** Which input each mark was, off the line; those that land together share their words. */
function names(plane, X, A, line) {
  const room = roomIn(plane, A);
  for (const [x, y] of line) room.keep(plane.X(x), plane.Y(y), 3);
  const places = new Map();
  A.forEach(([a1, a2], i) => {
    const [x, y] = [plane.X(a1), plane.Y(a2)];
    const key = `${Math.round(x / 16)} ${Math.round(y / 16)}`;
    if (!places.has(key)) places.set(key, { x, y, words: [] });
    places.get(key).words.push(`(${X[i].join(", ")})`);
  });
  return [...places.values()]
    .map(({ x, y, words }) => room.place(words.join(" "), around(x, y), "nn-text"))
    .filter(Boolean);
}
