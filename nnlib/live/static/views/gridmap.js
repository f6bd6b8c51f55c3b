// A map of the plane and its Jacobian: the image of a grid, of a small square, and the
// parallelogram that J makes of that square.
import { jacobian } from "../engine/jacobians.js";
import { network } from "../engine/mlp.js";
import { svg } from "../elements.js";
import {
  CURVED,
  SIDES,
  bentGrid,
  closeUp,
  named,
  outline,
  parallelogramError,
  plus,
  square,
  steps,
  times,
} from "../pieces/maps.js";
import { mount } from "../stage.js";
import { num, percent } from "../text.js";

const LINES = 17; // of the grid, each way
const LOCAL = 7; // of the finer grid around the square

/** Every map of the menu by its name: f of a point, J at a point. */
function mapsOf({ straight, layer }) {
  const net = network(layer);
  const maps = { ...CURVED };
  maps["a layer: tanh W x"] = { f: (x) => net.at(x), J: (x) => jacobian(net, x) };
  for (const [name, A] of Object.entries(straight))
    maps[name] = { f: (x) => times(A, x), J: () => A };
  return maps;
}

export default mount((stage) => {
  const { window, images } = stage.config;
  const maps = mapsOf(stage.config);
  const from = stage.plane({
    x: window,
    y: window,
    xlabel: "x₁",
    ylabel: "x₂",
    ratio: 1,
    stackedRatio: 0.9,
    xticks: 4,
    yticks: 4,
    label: "The plane of x: a grid, a point and a square about it",
  });
  const to = stage.plane({
    x: window,
    y: window,
    xlabel: "y₁",
    ylabel: "y₂",
    ratio: 1,
    stackedRatio: 0.9,
    xticks: 4,
    yticks: 4,
    label: "The plane of f(x): the grid's image, the square's, and J's parallelogram",
  });
  const handle = stage.handle({
    label: "the point x",
    across: "x1",
    up: "x2",
    at: (event) => from.under(event),
  });
  from.given = true; // the point and its square are the reader's own
  from.picture.setAttribute("role", "group");
  from.picture.append(handle.element);
  stage.key(
    ["nn-image", "the square and its image"],
    ["nn-parallelogram", "what J makes of it"],
    ["nn-column0", "step along x₁"],
    ["nn-column1", "step along x₂"],
    ["before", "earlier setting"],
  );
  stage.compare();

  return (state, ghost) => {
    const { f, J } = maps[state.map];
    const x = [state.x1, state.x2];
    const y = f(x);
    const matrix = J(x);
    handle.place(from.X(x[0]), from.Y(x[1]));
    const all = (points) => points.map(f);
    const earlier = ghost ? square([ghost.x1, ghost.x2], ghost.h) : [];
    const faint = (plane, points) =>
      svg(
        "g",
        { class: "nn-ghost" },
        ...(ghost ? [outline(plane, points, "nn-line-before")] : []),
      );
    const here = square(x, state.h);
    from.draw([
      ...bentGrid(from, (points) => points, window, window, LINES),
      faint(from, earlier),
      outline(from, here, "nn-image"),
      ...steps(state.h).map((step, i) => from.arrow(x, plus(x, step), SIDES[i])),
    ]);
    const straight = here.map(([u, v]) => plus(y, times(matrix, [u - x[0], v - x[1]])));
    const near = x.map((at) => [at - 1.5 * state.h, at + 1.5 * state.h]);
    if (state.closeup) to.window(...closeUp(to, y, [...all(here), ...straight]));
    else to.window(...images[state.map]);
    const columns = steps(state.h).map((step) => plus(y, times(matrix, step)));
    to.draw(
      [
        ...(state.closeup
          ? bentGrid(to, all, ...near, LOCAL)
          : bentGrid(to, all, window, window, LINES)),
        faint(to, earlier.map(maps[ghost?.map ?? state.map].f)),
        outline(to, all(here), "nn-image"),
        outline(to, straight, "nn-parallelogram"),
        ...columns.map((end, i) => to.arrow(y, end, SIDES[i])),
        to.dot(y, "nn-dot", 5),
      ],
      state.closeup ? named(to, y, columns) : [],
    );
    const det = matrix[0][0] * matrix[1][1] - matrix[0][1] * matrix[1][0];
    const off = (h) => parallelogramError(maps[state.map], x, h);
    return {
      caption: caption(state, matrix, det, off(state.h)),
      numbers: () => [
        {
          title: "The Jacobian J",
          columns: ["", "∂x₁", "∂x₂"],
          rows: matrix.map((row, i) => [`∂y${"₁₂"[i]}`, ...row]),
        },
        {
          title: "The point",
          columns: ["", "first", "second"],
          rows: [
            ["x", ...x],
            ["f(x)", ...y],
          ],
        },
        { title: "Areas", columns: ["det J", "factor"], rows: [[det, Math.abs(det)]] },
        {
          title: "Closer and closer",
          columns: ["h", "error"],
          rows: [0, 1, 2, 3, 4].map((k) => [state.h / 2 ** k, off(state.h / 2 ** k)]),
        },
      ],
    };
  };
});

function caption({ x1, x2, h, closeup }, J, det, off) {
  const rows = J.map((row) => row.map((value) => num(value, 2)).join(" ")).join("; ");
  const flat = Math.abs(det) < 0.0005;
  const area = flat ? "nothing is left of an area" : `areas × ${num(Math.abs(det), 3)}`;
  const turned = det < -0.0005 ? ", turned over" : "";
  const longest = h * Math.max(...[0, 1].map((j) => Math.hypot(J[0][j], J[1][j])));
  const seen = closeup
    ? ` Close up: ${percent(off, longest)} of its longest side.`
    : "";
  return `At (${num(x1, 2)}, ${num(x2, 2)}): J = [${rows}], ${area}${turned}. The parallelogram's corners are off by up to ${num(off, 3)}.${seen}`;
}
