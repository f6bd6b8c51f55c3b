// One weight, one example: the loss is a parabola, its tangent says which way it falls.
import { mount } from "../stage.js";
import { num } from "../text.js";

const REACH = 2; // of the tangent, to either side

export default mount((stage) => {
  const { x, t, window: ends } = stage.config;
  const left = stage.plane({
    x: ends,
    y: [-0.7, 9.5],
    xlabel: "w",
    ylabel: "loss",
    ratio: 0.95,
    stackedRatio: 0.75,
    xticks: 7,
    yticks: 6,
    label: "The loss against w, its tangent, and one step",
  });
  const right = stage.plane({
    x: [0, 1],
    y: [-2.5, 4.5],
    xlabel: "x",
    ylabel: "y",
    ratio: 0.95,
    stackedRatio: 0.6,
    xticks: 4,
    yticks: 6,
    label: "The example, and what the neuron answers",
  });
  const handle = stage.handle({
    label: "The point on the parabola",
    across: "w",
    at: (event) => left.under(event),
  });
  left.picture.append(handle.element);
  stage.key(
    ["nn-line", "tangent; the answers y = w x"],
    ["nn-curve", "loss"],
    ["nn-residual", "error"],
    ["before", "after the step, or earlier setting"],
  );
  stage.compare();

  const loss = (w) => (t - w * x) ** 2;
  const slopeAt = (w) => -2 * x * (t - w * x);
  const stepFrom = ({ w, eta }) => w - eta * slopeAt(w);
  const curve = Array.from({ length: 121 }, (_, i) => {
    const w = ends[0] + ((ends[1] - ends[0]) * i) / 120;
    return [w, loss(w)];
  });
  const touching = (w, look) =>
    left.segment(
      [w - REACH, loss(w) - REACH * slopeAt(w)],
      [w + REACH, loss(w) + REACH * slopeAt(w)],
      look,
    );

  return (state, ghost) => {
    const { w } = state;
    const there = stepFrom(state);
    left.draw([
      left.segment([ends[0], 0], [ends[1], 0], "nn-axis-zero"),
      left.ghost(
        ghost
          ? [
              touching(ghost.w, "nn-line-before"),
              left.arrow(
                [ghost.w, loss(ghost.w)],
                [stepFrom(ghost), loss(ghost.w)],
                "nn-arrow-before",
              ),
            ]
          : [],
      ),
      left.curve(curve, "nn-curve"),
      left.segment([w, left.y[0]], [w, loss(w)], "nn-guide"),
      touching(w, "nn-line"),
      left.segment([there, loss(w)], [there, loss(there)], "nn-guide"),
      left.arrow([w, loss(w)], [there, loss(w)], "nn-arrow"),
      left.dot([there, loss(there)], "nn-dot", 4),
    ]);
    handle.place(left.X(w), left.Y(loss(w)));
    right.draw([
      right.segment([0, 0], [1, 0], "nn-axis-zero"),
      right.segment([0, 0], [1, there], "nn-line-before"),
      right.segment([0, 0], [1, w], "nn-line"),
      right.segment([x, t], [x, w * x], "nn-residual"),
      right.dot([x, t], "nn-dot", 6),
    ]);
    return {
      caption: caption(state),
      numbers: () => [
        {
          title: "One step",
          columns: ["quantity", "before", "after"],
          rows: [
            ["w", w, there],
            ["answer w x", w * x, there * x],
            ["loss (t − w x)²", loss(w), loss(there)],
            ["slope −2 x (t − w x)", slopeAt(w), slopeAt(there)],
          ],
        },
      ],
    };
  };

  function caption(state) {
    const { w, eta } = state;
    const [slope, there] = [slopeAt(w), stepFrom(state)];
    const said = `w = ${num(w, 1)} answers ${num(w * x, 2)} where ${num(t, 0)} is right: loss ${num(loss(w), 2)}, slope ${num(slope, 2)}.`;
    if (slope === 0)
      return `${said} This is the lowest point: no step moves w, whatever η is.`;
    const way = slope < 0 ? "negative, so w must grow" : "positive, so w must shrink";
    return `${said} It is ${way}: w − η · slope = ${num(there, 2)} for η = ${num(eta, 1)}, and the loss there is ${num(loss(there), 2)}.`;
  }
});
