// One run with a plateau, three rules for stopping: where each of them ends it.
import { svg } from "../elements.js";
import { Chart } from "../pieces/chart.js";
import { Room } from "../pieces/labels.js";
import { plateau, slopeOf, sure } from "../pieces/plateau.js";
import { rate } from "../pieces/scientific.js";
import { powerOfTen, sizeText } from "../pieces/sizes.js";
import { mount } from "../stage.js";
import { whole } from "../text.js";

const SHAPES = [
  () => svg("circle", { r: 6 }),
  () => svg("rect", { x: -5.5, y: -5.5, width: 11, height: 11 }),
  () => svg("path", { d: "M0 -7.5L7 5.5H-7Z" }),
];
const SEEN = 300; // points of a curve over all those steps

export default mount((stage) => {
  const { first, most, reach } = stage.config;
  const left = stage.plane({
    x: reach,
    y: [-0.03, 1.08],
    xlabel: "w",
    ylabel: "loss",
    ratio: 0.95,
    stackedRatio: 0.65,
    xticks: 6,
    label: "The loss against w, and where each rule stops",
  });
  const right = stage.add(
    new Chart({
      x: [0.8, 1.3 * most],
      y: [-0.03, 1.08],
      logX: true,
      xlabel: "step",
      ylabel: "loss",
      ratio: 0.95,
      stackedRatio: 0.8,
      label: "The loss, step by step, and where each rule stops",
    }),
  );
  stage.key(
    ["nn-curve", "loss"],
    ["nn-guide", "step limit"],
    ["before", "earlier setting"],
  );
  stage.compare();

  const runs = new Map();

  /** w and the loss before each step and after the last, the slope before each. */
  function runOf({ log_eta }) {
    if (!runs.has(log_eta)) {
      const eta = rate(log_eta);
      const [ws, losses, sizes] = [[], [], []];
      for (let step = 0, w = first; step <= most; step++) {
        ws.push(w);
        losses.push(sure(w));
        sizes.push(-slopeOf(w));
        w += eta * sizes.at(-1);
      }
      runs.set(log_eta, { eta, ws, losses, sizes });
    }
    return runs.get(log_eta);
  }

  const limitOf = ({ log_limit }) => Math.round(10 ** log_limit);

  /** Each rule's name, the step at which the run ends, and whether the rule ended it. */
  function placesOf(state) {
    const { eta, ws, losses, sizes } = runOf(state);
    const [tol, wait, limit] = [rate(state.log_tol), state.patience, limitOf(state)];
    const rules = {
      "short step": (k) => eta * sizes[k - 1] < tol,
      "small slope": (k) => sizes[k - 1] < tol,
      "no gain": (k) => k >= wait && losses[k - wait] - losses[k] < tol,
    };
    return Object.entries(rules).map(([name, ends]) => {
      let step = 1;
      while (step < limit && !ends(step)) step++;
      return { name, step, own: ends(step), w: ws[step], loss: losses[step] };
    });
  }

  /** The loss after steps 1 to the limit, as many points as can be seen. */
  function curveOf(state) {
    const { losses } = runOf(state);
    const limit = limitOf(state);
    const steps = Array.from({ length: SEEN }, (_, i) =>
      Math.round(limit ** (i / (SEEN - 1))),
    );
    return [...new Set(steps)].map((k) => [k, losses[k]]);
  }

  const curve = plateau(reach);

  const marked = (plane, [x, y], kind, look = `nn-way nn-way${kind}`) =>
    svg(
      "g",
      { class: look, transform: `translate(${plane.X(x)} ${plane.Y(y)})` },
      SHAPES[kind](),
    );

  return (state, ghost) => {
    const places = placesOf(state);
    const before = ghost ? placesOf(ghost) : [];
    const limit = limitOf(state);
    left.draw([
      left.segment([reach[0], 0], [reach[1], 0], "nn-axis-zero"),
      left.curve(curve, "nn-curve"),
      svg("path", {
        class: "nn-start",
        d: "M-6 -6L6 6M-6 6L6 -6",
        transform: `translate(${left.X(first)} ${left.Y(sure(first))})`,
      }),
      left.ghost(
        before.map(({ w, loss }, kind) =>
          marked(left, [w, loss], kind, "nn-mark-before"),
        ),
      ),
      ...places.map(({ w, loss }, kind) => marked(left, [w, loss], kind)),
    ]);
    const room = new Room(right.edges);
    for (const { step, loss } of places) room.keep(right.X(step), right.Y(loss), 8);
    const names = places.map(({ name, step, loss }, kind) =>
      room.place(
        name,
        offTheCurve(right.X(step), right.Y(loss)),
        `nn-text-strong nn-way-name${kind}`,
      ),
    );
    right.draw(
      [
        right.ghost([
          ...(ghost ? [right.curve(curveOf(ghost), "nn-line-before")] : []),
          ...before.map(({ step, loss }, kind) =>
            marked(right, [step, loss], kind, "nn-mark-before"),
          ),
        ]),
        right.segment([limit, right.y[0]], [limit, right.y[1]], "nn-guide"),
        right.curve(curveOf(state), "nn-curve"),
        ...places.map(({ step, loss }, kind) => marked(right, [step, loss], kind)),
      ],
      names.filter(Boolean),
    );
    return {
      caption: caption(state, places),
      numbers: () => [
        {
          title: "Where each rule stops",
          columns: ["rule", "step", "w", "loss", "slope"],
          rows: places.map(({ name, step, w, loss }) => [
            name,
            step,
            w,
            loss,
            slopeOf(w),
          ]),
        },
      ],
    };
  };
});

/** Spots for a name at (x, y), off the curve: below it first, then above. */
function offTheCurve(x, y) {
  const spots = [];
  for (const off of [24, 40, 56, -14, -30, -46])
    for (const anchor of ["middle", "start", "end"]) spots.push([x, y + off, anchor]);
  return spots;
}

function caption({ log_eta, log_tol, patience }, places) {
  const said = places.map(
    ({ name, step, loss, own }) =>
      `${name} ${own ? "" : "not before the limit, "}at step ${whole(step)}, loss ${sizeText(loss)}`,
  );
  return `η = ${rate(log_eta)}, tolerance ${powerOfTen(log_tol)}, patience ${patience}. Each rule stops the run: ${said.join("; ")}.`;
}
