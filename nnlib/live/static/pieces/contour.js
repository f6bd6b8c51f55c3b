// Contour lines on a grid of numbers.
import { svg } from "../elements.js";

/**
 * Where `values`, an n × n grid row after row, pass through `level`: pairs of points
 * [column, row], linear between the nodes. (Marching squares; of a saddle, the mean of
 * the corners says which side holds together.)
 */
export function isoline(values, n, level) {
  const pieces = [];
  for (let r = 0; r + 1 < n; r++)
    for (let c = 0; c + 1 < n; c++) {
      const at = r * n + c;
      const below = values[at] < level;
      if (
        values[at + 1] < level === below &&
        values[at + n] < level === below &&
        values[at + n + 1] < level === below
      )
        continue; // nearly all of them: so nothing is made for these
      const corners = [values[at], values[at + 1], values[at + n + 1], values[at + n]];
      const passes = (i, j) => corners[i] < level !== corners[j] < level;
      const cut = (i, j) => (level - corners[i]) / (corners[j] - corners[i]);
      const bottom = passes(0, 1) && [c + cut(0, 1), r];
      const right = passes(1, 2) && [c + 1, r + cut(1, 2)];
      const top = passes(3, 2) && [c + cut(3, 2), r + 1];
      const left = passes(0, 3) && [c, r + cut(0, 3)];
      const found = [bottom, right, top, left].filter(Boolean);
      if (found.length === 2) pieces.push(found);
      if (found.length < 4) continue;
      const mean = (corners[0] + corners[1] + corners[2] + corners[3]) / 4;
      if (mean < level === corners[0] < level)
        pieces.push([bottom, right], [top, left]);
      else pieces.push([bottom, left], [right, top]);
    }
  return pieces;
}

/** The pieces of an isoline joined end to end, so that a dash can run along them. */
export function chains(all) {
  const key = ([x, y]) => Math.round(x * 1e5) * 1e8 + Math.round(y * 1e5); // x, y < 900
  const pieces = all.filter(([a, b]) => key(a) !== key(b)); // none at a node's corner
  const meeting = new Map(); // a point → the pieces that end there and are still free
  for (const piece of pieces)
    for (const end of piece) {
      if (!meeting.has(key(end))) meeting.set(key(end), new Set());
      meeting.get(key(end)).add(piece);
    }
  const take = (piece) => {
    for (const end of piece) meeting.get(key(end)).delete(piece);
  };
  const walk = (from) => {
    const line = [];
    for (let at = from; ;) {
      const [next] = meeting.get(key(at));
      if (!next) return line;
      take(next);
      at = key(next[0]) === key(at) ? next[1] : next[0];
      line.push(at);
    }
  };
  const lines = [];
  for (const piece of pieces) {
    if (!meeting.get(key(piece[0])).has(piece)) continue;
    take(piece);
    const ahead = walk(piece[1]);
    const behind = walk(piece[0]);
    lines.push([...behind.reverse(), piece[0], piece[1], ...ahead]);
  }
  return lines;
}

/**
 * Where a plane with as many columns of cells as rows has `level`, up to its edges; the
 * values in the order of centres().
 */
export function border(plane, values, level, look) {
  const { width, height } = plane.canvas;
  const [left, top] = [plane.X(plane.x[0]), plane.Y(plane.y[1])];
  const place = ([column, row]) =>
    `${(left + ((column - 0.5) / width) * plane.inner.width).toFixed(1)} ` +
    (top + ((row - 0.5) / height) * plane.inner.height).toFixed(1);
  const d = chains(isoline(widened(values, width), width + 2, level))
    .map((line) => `M${line.map(place).join("L")}`)
    .join("");
  return svg("path", { class: look, d });
}

/** An n × n grid with one more node all around, each on the line through the last two. */
function widened(values, n) {
  const m = n + 2;
  const wide = new Float64Array(m * m);
  for (let r = 0; r < n; r++)
    for (let c = 0; c < n; c++) wide[(r + 1) * m + c + 1] = values[r * n + c];
  const extend = (from, step, count) => {
    wide[from] = 2 * wide[from + step] - wide[from + 2 * step];
    const end = from + (count - 1) * step;
    wide[end] = 2 * wide[end - step] - wide[end - 2 * step];
  };
  for (let r = 1; r <= n; r++) extend(r * m, 1, m);
  for (let c = 0; c < m; c++) extend(c, m, m);
  return wide;
}
