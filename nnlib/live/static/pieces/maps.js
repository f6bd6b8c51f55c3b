// A map of the plane: the image of its grid, of a square, and what its Jacobian makes of
// that square.
import { svg } from "../elements.js";
import { Room, around } from "./labels.js";

const LINES = 13; // of the grid, each way
const POINTS = 60; // on each of them

export const SIDES = ["nn-column0", "nn-column1"]; // the looks of J's columns
const CORNERS = [
  [-0.5, -0.5],
  [0.5, -0.5],
  [0.5, 0.5],
  [-0.5, 0.5],
];

/** Maps that bend the plane: f of a point, J at a point. */
export const CURVED = {
  "x₁² x₂ and 5 x₁ + sin x₂": {
    f: ([x1, x2]) => [x1 * x1 * x2, 5 * x1 + Math.sin(x2)],
    J: ([x1, x2]) => [
      [2 * x1 * x2, x1 * x1],
      [5, Math.cos(x2)],
    ],
  },
  "polar: x₁ cos x₂ and x₁ sin x₂": {
    f: ([x1, x2]) => [x1 * Math.cos(x2), x1 * Math.sin(x2)],
    J: ([x1, x2]) => [
      [Math.cos(x2), -x1 * Math.sin(x2)],
      [Math.sin(x2), x1 * Math.cos(x2)],
    ],
  },
};

export const times = (J, [u, v]) => J.map(([a, b]) => a * u + b * v);

const spread = ([low, high], count) =>
  Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));

/** The image, drawn on `plane`, of a grid over x and y; f: list of points → their images. */
export function bentGrid(plane, f, x, y, lines = LINES) {
  const upright = spread(x, lines).map((at) => spread(y, POINTS).map((v) => [at, v]));
  const level = spread(y, lines).map((at) => spread(x, POINTS).map((u) => [u, at]));
  return [
    ...upright.map((points) => plane.curve(f(points), "nn-grid-up")),
    ...level.map((points) => plane.curve(f(points), "nn-grid-across")),
  ];
}

/** The outline of a square of side h about a point, as points. */
export function square([x1, x2], h, points = 12) {
  const edge = spread([-h / 2, h / 2], points);
  const half = h / 2;
  return [
    ...edge.map((u) => [u, -half]),
    ...edge.map((v) => [half, v]),
    ...edge.map((u) => [-u, half]),
    ...edge.map((v) => [-half, -v]),
  ].map(([u, v]) => [x1 + u, x2 + v]);
}

/** A closed outline through points. */
export function outline(plane, points, look) {
  const d = points.map(([x, y]) => `${plane.X(x).toFixed(2)} ${plane.Y(y).toFixed(2)}`);
  return svg("path", { class: look, d: `M${d.join("L")}Z` });
}

export const plus = (y, step) => y.map((at, i) => at + step[i]);

/** From the middle of the square to the middles of two of its sides. */
export const steps = (h) => [
  [h / 2, 0],
  [0, h / 2],
];

/** The window about y that holds all points, one scale for both axes. */
export function closeUp(plane, y, points) {
  const { width, height } = plane.inner;
  const far = Math.max(...points.flatMap((p) => p.map((at, i) => Math.abs(at - y[i]))));
  const unit = (1.3 * far) / Math.min(width, height);
  return [width, height].map((size, i) => [y[i] - unit * size, y[i] + unit * size]);
}

/** J's columns by name, beside the arrows' ends. */
export function named(plane, y, columns) {
  const [left, right] = plane.x.map((at) => plane.X(at));
  const [bottom, top] = plane.y.map((at) => plane.Y(at));
  const room = new Room({ left, right, top, bottom });
  room.keep(plane.X(y[0]), plane.Y(y[1]), 8);
  const ends = columns.map(([u, v]) => [plane.X(u), plane.Y(v)]);
  for (const [u, v] of ends) room.keep(u, v, 6);
  return ends
    .map(([u, v], i) => room.place(`∂f/∂x${"₁₂"[i]}`, around(u, v), "nn-text-strong"))
    .filter(Boolean);
}

/** How far J's parallelogram is from the image of a square's corners, at worst. */
export function parallelogramError({ f, J }, x, h) {
  const y = f(x);
  const matrix = J(x);
  const distances = CORNERS.map((corner) => {
    const step = corner.map((c) => h * c);
    const straight = times(matrix, step).map((d, i) => y[i] + d);
    const image = f(step.map((d, i) => x[i] + d));
    return Math.hypot(image[0] - straight[0], image[1] - straight[1]);
  });
  return Math.max(...distances);
}
