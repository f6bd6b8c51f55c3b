// A map of the plane and its Jacobian: the image of a grid, of a small square, and the
// parallelogram that J makes of that square.
import { jacobian } from "../engine/jacobians.js";
import { network } from "../engine/mlp.js";
import { svg } from "../elements.js";
import { bentGrid, outline, square } from "../pieces/maps.js";
import { mount } from "../stage.js";
import { num } from "../text.js";

const CURVED = {
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
const CORNERS = [
  [-0.5, -0.5],
  [0.5, -0.5],
  [0.5, 0.5],
  [-0.5, 0.5],
];

const times = (J, [u, v]) => J.map(([a, b]) => a * u + b * v);

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
  from.picture.setAttribute("role", "group");
  from.picture.append(handle.element);
  stage.compare();

  return (state, ghost) => {
    const { f, J } = maps[state.map];
    const x = [state.x1, state.x2];
    const y = f(x);
    const matrix = J(x);
    to.window(...images[state.map]);
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
      ...bentGrid(from, (points) => points, window, window, 17),
      faint(from, earlier),
      outline(from, here, "nn-image"),
    ]);
    const straight = here.map(([u, v]) =>
      times(matrix, [u - x[0], v - x[1]]).map((d, i) => y[i] + d),
    );
    to.draw([
      ...bentGrid(to, all, window, window, 17),
      faint(to, earlier.map(maps[ghost?.map ?? state.map].f)),
      outline(to, all(here), "nn-image"),
      outline(to, straight, "nn-parallelogram"),
      to.dot(y, "nn-dot", 5),
    ]);
    const det = matrix[0][0] * matrix[1][1] - matrix[0][1] * matrix[1][0];
    const off = (h) => error(maps[state.map], x, h);
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

/** How far J's parallelogram is from the image of a square's corners, at worst. */
function error({ f, J }, x, h) {
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

function caption({ x1, x2 }, J, det, off) {
  const rows = J.map((row) => row.map((value) => num(value, 2)).join(" ")).join("; ");
  const flat = Math.abs(det) < 0.0005;
  const area = flat ? "nothing is left of an area" : `areas × ${num(Math.abs(det), 3)}`;
  const turned = det < -0.0005 ? ", turned over" : "";
  return `At (${num(x1, 2)}, ${num(x2, 2)}): J = [${rows}], ${area}${turned}. The parallelogram's corners are off by up to ${num(off, 3)}.`;
}
