// A map of the plane: the image of its grid, and of a square.
import { svg } from "../elements.js";

const LINES = 13; // of the grid, each way
const POINTS = 60; // on each of them

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
