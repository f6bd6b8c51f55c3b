// A sigmoid neuron, sure and wrong: its loss falls, and meanwhile its slope grows.
import { svg } from "../elements.js";
import { plateau, slopeOf, sure } from "../pieces/plateau.js";
import { mount } from "../stage.js";
import { num } from "../text.js";

const LOOKS = { loss: "nn-curve", slope: "nn-curve nn-test" };
const TOUCH = 1.5; // of the tangent, to either side

export default mount((stage) => {
  const { long, every, reach } = stage.config;
  const left = stage.plane({
    x: reach,
    y: [-0.03, 1.08],
    xlabel: "w",
    ylabel: "loss",
    ratio: 0.95,
    stackedRatio: 0.7,
    xticks: 6,
    label: "The loss against w, and the tangent at this step",
  });
  const right = stage.plane({
    x: [0, long],
    y: [-0.03, 1.08],
    xlabel: "step",
    ratio: 0.95,
    stackedRatio: 0.65,
    xticks: 4,
    label: "The loss and the size of the slope, step by step",
  });
  stage.key(
    [LOOKS.loss, "loss"],
    [LOOKS.slope, "size of the slope"],
    ["nn-line", "tangent"],
    ["before", "earlier setting"],
  );
  stage.compare();
  stage.player("step", () => long, { pause: 0, stride: 2 });

  const paths = new Map();

  /** The whole run from this start: w, loss and slope before each step, and at the end. */
  function runFrom(start) {
    if (!paths.has(start)) {
      const run = [];
      for (let step = 0, w = start; step <= long; step++) {
        run.push({ w, loss: sure(w), slope: slopeOf(w) });
        w -= slopeOf(w);
      }
      paths.set(start, run);
    }
    return paths.get(start);
  }

  const line = ({ start, step }, of, look) =>
    right.curve(
      runFrom(start)
        .slice(0, step + 1)
        .map((one, k) => [k, of(one)]),
      look,
    );
  const lossOf = ({ loss }) => loss;
  const sizeOf = ({ slope }) => -slope;
  const curve = plateau(reach);
  const touching = ({ w, loss, slope }, look) =>
    left.segment(
      [w - TOUCH, loss - TOUCH * slope],
      [w + TOUCH, loss + TOUCH * slope],
      look,
    );

  return (state, ghost) => {
    const run = runFrom(state.start);
    const now = run[state.step];
    const top = steepest(run);
    left.draw([
      left.segment([reach[0], 0], [reach[1], 0], "nn-axis-zero"),
      left.ghost(
        ghost ? [touching(runFrom(ghost.start)[ghost.step], "nn-line-before")] : [],
      ),
      left.curve(curve, "nn-curve"),
      svg("path", {
        class: "nn-start",
        d: "M-6 -6L6 6M-6 6L6 -6",
        transform: `translate(${left.X(state.start)} ${left.Y(sure(state.start))})`,
      }),
      touching(now, "nn-line"),
      left.dot([now.w, now.loss], "nn-dot", 7),
    ]);
    const seen = top > 0 && state.step >= top;
    right.draw([
      right.ghost(
        ghost
          ? [
              line(ghost, lossOf, "nn-line-before"),
              line(ghost, sizeOf, "nn-line-before"),
            ]
          : [],
      ),
      seen ? right.segment([top, -0.03], [top, 1.08], "nn-guide") : svg("g"),
      line(state, lossOf, LOOKS.loss),
      line(state, sizeOf, LOOKS.slope),
      right.dot([state.step, now.loss], "nn-dot", 5),
      right.dot([state.step, -now.slope], "nn-dot", 5),
    ]);
    return {
      caption: caption(state, run, top),
      numbers: () => [
        {
          title: "The way down",
          columns: ["step", "w", "loss", "slope"],
          rows: run
            .map(({ w, loss, slope }, k) => [k, w, loss, slope])
            .filter(([k]) => k <= state.step && k % every === 0),
        },
      ],
    };
  };
});

/** The step before which the slope is at its steepest. */
const steepest = (run) =>
  run.reduce((best, { slope }, k) => (slope < run[best].slope ? k : best), 0);

function caption({ start, step }, run, top) {
  const { w, loss, slope } = run[step];
  const said = `From w = ${num(start, 1)} with η = 1, after step ${step}: w = ${num(w, 2)}, loss ${num(loss, 4)}, slope ${num(slope, 4)}.`;
  if (step === 0) return `${said} The loss has yet to fall.`;
  if (top === 0)
    return `${said} Loss and slope have both become smaller at every step.`;
  const size = (k) => num(-run[k].slope, 4);
  const grown = `from ${size(0)} to ${size(Math.min(step, top))} in size`;
  if (step <= top)
    return `${said} The loss fell at every step, and the slope grew: ${grown}.`;
  return `${said} The loss fell at every step; the slope grew until step ${top}, ${grown}, and shrinks since.`;
}
