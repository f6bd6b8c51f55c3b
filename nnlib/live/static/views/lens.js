// One point of a map: its small square's image close up, J's parallelogram, and J itself.
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
import { HeatMap } from "../pieces/matrix.js";
import { sizeText } from "../pieces/sizes.js";
import { mount } from "../stage.js";
import { num } from "../text.js";

const LINES = 17; // of the grid, each way
const LOCAL = 7; // of the finer grid around the square
const Y = ["∂y₁", "∂y₂"];
const X = ["∂x₁", "∂x₂"];

export default mount((stage) => {
  const { window, map, halvings: most } = stage.config;
  const { f, J } = CURVED[map];
  const from = stage.plane({
    x: window,
    y: window,
    xlabel: "x₁",
    ylabel: "x₂",
    ratio: 1,
    stackedRatio: 0.8,
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
    stackedRatio: 0.8,
    xticks: 3,
    yticks: 4,
    label: "The square's image, close up, and the parallelogram that J makes of it",
  });
  const matrix = stage.add(
    new HeatMap({
      shape: [2, 2],
      label: "The Jacobian at the point",
      name: "J",
      rows: Y,
      columns: X,
      digits: 3,
    }),
  );
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
    const x = [state.x1, state.x2];
    const h = 1 / 2 ** state.halvings;
    const y = f(x);
    const here = J(x);
    const det = here[0][0] * here[1][1] - here[0][1] * here[1][0];
    handle.place(from.X(x[0]), from.Y(x[1]));
    const earlier = ghost
      ? square([ghost.x1, ghost.x2], 1 / 2 ** ghost.halvings)
      : null;
    const faint = (plane, points) =>
      plane.ghost(points ? [outline(plane, points, "nn-line-before")] : []);
    const own = square(x, h);
    from.draw([
      ...bentGrid(from, (points) => points, window, window, LINES),
      faint(from, earlier),
      outline(from, own, "nn-image"),
      ...steps(h).map((step, i) => from.arrow(x, plus(x, step), SIDES[i])),
    ]);
    const image = own.map(f);
    const straight = own.map(([u, v]) => plus(y, times(here, [u - x[0], v - x[1]])));
    const near = x.map((at) => [at - 1.5 * h, at + 1.5 * h]);
    const ends = steps(h).map((step) => plus(y, times(here, step)));
    to.window(...closeUp(to, y, [...image, ...straight]));
    to.draw(
      [
        ...bentGrid(to, (points) => points.map(f), ...near, LOCAL),
        faint(to, earlier?.map(f)),
        outline(to, image, "nn-image"),
        outline(to, straight, "nn-parallelogram"),
        ...ends.map((end, i) => to.arrow(y, end, SIDES[i])),
        to.dot(y, "nn-dot", 5),
      ],
      named(to, y, ends),
    );
    matrix.draw(here);
    const longest = Math.max(...[0, 1].map((j) => Math.hypot(here[0][j], here[1][j])));
    const closer = Array.from({ length: most + 2 }, (_, k) => {
      const error = parallelogramError({ f, J }, x, 1 / 2 ** k);
      return [1 / 2 ** k, error, (2 ** k * error) / longest];
    });
    return {
      caption: caption(state, here, det, closer),
      numbers: () => [
        {
          title: "The Jacobian J",
          columns: ["", ...X],
          rows: here.map((row, i) => [Y[i], ...row]),
        },
        { title: "Areas", columns: ["det J", "factor"], rows: [[det, Math.abs(det)]] },
        {
          title: "Closer and closer",
          columns: ["side", "error", "error / longest side"],
          rows: closer.slice(0, -1),
        },
      ],
    };
  };
});

function caption({ x1, x2, halvings: k }, J, det, closer) {
  const rows = J.map((row) => row.map((value) => num(value, 2)).join(" ")).join("; ");
  const flat = Math.abs(det) < 0.0005;
  const area = flat ? "nothing is left of an area" : `areas × ${num(Math.abs(det), 3)}`;
  const turned = det < -0.0005 ? ", turned over" : "";
  const side = k ? `1/${2 ** k}` : "1";
  const [[, error, share], [, next]] = [closer[k], closer[k + 1]];
  return `At (${num(x1, 2)}, ${num(x2, 2)}): J = [${rows}], ${area}${turned}. Side ${side}: the parallelogram's corners are off by up to ${sizeText(error)}, ${num(100 * share, 1)} % of its longest side; with half the side, ${num(error / next, 1)} times less.`;
}
