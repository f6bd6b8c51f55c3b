// Up to four lines, each a neuron, and a fifth that counts how many say yes.
import { svg } from "../elements.js";
import { mount } from "../stage.js";
import { num } from "../text.js";

const NAMED = 1 / 64; // of the picture: in smaller regions there is no room for a number

export default mount((stage) => {
  const { X, t, cells, window } = stage.config;
  const plane = stage.plane({
    x: window,
    y: window,
    xlabel: "x₁",
    ylabel: "x₂",
    ratio: 1,
    xticks: 4,
    yticks: 4,
    cells,
    label: "The plane of inputs: the lines, the regions, and how many lines say yes",
  });
  stage.key(
    ["class0", "target 0"],
    ["class1", "target 1"],
    ["wrong", "answered wrongly"],
    ["nn-line-before", "earlier setting"],
  );
  stage.compare();
  const layer = svg("g");
  const handles = [0, 1, 2, 3].map((k) =>
    stage.handle({
      label: `foot of line ${k + 1}`,
      across: ["feet", 2 * k],
      up: ["feet", 2 * k + 1],
      at: (event) => plane.under(event),
    }),
  );
  layer.append(...handles.map(({ element }) => element));
  plane.picture.setAttribute("role", "group");
  plane.picture.append(layer);

  const outline = ({ feet, lines }, look) =>
    footed(feet, lines).flatMap(([p, q]) =>
      plane.boundary([-p, -q], p * p + q * q, { look, arrow: false }),
    );
  const arrows = (feet) =>
    feet.map(([p, q]) => plane.arrow([p, q], [0.6 * p, 0.6 * q], "nn-arrow"));

  return (state, ghost) => {
    const { lines, threshold } = state;
    const feet = footed(state.feet, lines);
    const says = (x, y) => feet.map(([p, q]) => p * p + q * q - (p * x + q * y) > 0);
    const yes = (votes) => votes.filter(Boolean).length;
    const centres = plane.centres();
    const found = new Map(); // the votes of a region → how many cells, and their sum
    const [from, to] = stage.fieldColours();
    plane.cellwise((i) => {
      const [x, y] = [centres[2 * i], centres[2 * i + 1]];
      const votes = says(x, y);
      const key = votes.join();
      const one = found.get(key) ?? { votes, cells: 0, x: 0, y: 0 };
      found.set(key, one);
      one.cells += 1;
      one.x += x;
      one.y += y;
      return yes(votes) > threshold ? to : from;
    });
    const regions = [...found.values()];
    const wrong = X.map(([x, y], i) => yes(says(x, y)) > threshold !== (t[i] === 1));
    plane.draw(
      [
        plane.ghost(ghost ? outline(ghost, "nn-line-before") : []),
        ...outline(state, "nn-line"),
        ...arrows(feet),
        ...plane.crowd(X.map((at, i) => ({ at, target: t[i], wrong: wrong[i] }))),
      ],
      regions
        .filter(({ cells: size }) => size > NAMED * cells * cells)
        .map(({ votes, cells: size, x, y }) =>
          plane.text([x / size, y / size], String(yes(votes)), {
            look: "nn-text-strong",
            anchor: "middle",
            dy: 4,
          }),
        ),
    );
    handles.forEach((handle, k) => {
      handle.element.setAttribute("display", k < lines ? "inline" : "none");
      handle.place(plane.X(state.feet[2 * k]), plane.Y(state.feet[2 * k + 1]));
    });
    return {
      caption: caption(state, count(feet), wrong),
      numbers: () => [
        {
          title: "The regions in the picture",
          columns: [
            ...feet.map((_, k) => `line ${k + 1}`),
            "yes",
            "share of the picture",
            "answer",
          ],
          rows: regions.map(({ votes, cells: size }) => [
            ...votes.map((vote) => (vote ? "yes" : "no")),
            yes(votes),
            size / cells ** 2,
            yes(votes) > threshold ? "inside" : "outside",
          ]),
        },
        {
          title: "The lines",
          columns: ["line", "w₁", "w₂", "b"],
          rows: feet.map(([p, q], k) => [k + 1, -p, -q, p * p + q * q]),
        },
      ],
    };
  };
});

const footed = (feet, lines) =>
  Array.from({ length: lines }, (_, k) => [feet[2 * k], feet[2 * k + 1]]);

/** How many regions the lines cut the whole plane into: 1 + lines + Σ (lines through p − 1). */
function count(all) {
  const same = (a, b) => a[0] === b[0] && a[1] === b[1];
  const feet = all
    .filter(([p, q]) => p !== 0 || q !== 0)
    .filter((f, i, rest) => rest.findIndex((one) => same(one, f)) === i);
  const points = [];
  feet.forEach(([a, b], i) =>
    feet.slice(i + 1).forEach(([c, d]) => {
      const turn = a * d - b * c;
      if (Math.abs(turn) <= 1e-9) return;
      const [p, q] = [a * a + b * b, c * c + d * d];
      const [x, y] = [(p * d - q * b) / turn, (q * a - p * c) / turn];
      const met = points.find((one) => Math.hypot(one.x - x, one.y - y) < 1e-6);
      if (met) met.pairs += 1;
      else points.push({ x, y, pairs: 1 });
    }),
  );
  const through = points.map(({ pairs }) =>
    Math.round((1 + Math.sqrt(1 + 8 * pairs)) / 2),
  );
  return 1 + feet.length + through.reduce((sum, k) => sum + k - 1, 0);
}

function caption({ lines, threshold }, regions, wrong) {
  const cut =
    lines === 1 ? "1 line cuts the plane into" : `${lines} lines cut the plane into`;
  const right = wrong.filter((one) => !one).length;
  let rule = `${num(threshold + 0.5, 0)} of ${lines} must say yes`;
  if (threshold > lines) rule = `More than ${num(threshold, 1)} can never say yes`;
  else if (threshold < 1) rule = "One yes is enough (OR)";
  else if (threshold > lines - 1) rule = "All must say yes (AND)";
  return `${cut} ${regions} regions. ${rule}: ${right} of ${wrong.length} right.`;
}
