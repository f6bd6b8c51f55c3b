// The perceptron rule: the line turns at each mistake, and the corrections are counted.
import { trainPerceptron } from "../engine/perceptron.js";
import { mount } from "../stage.js";
import { num, whole } from "../text.js";

export default mount((stage) => {
  const plane = stage.plane({
    x: [-1, 1],
    y: [-1, 1],
    xlabel: "x₁",
    ylabel: "x₂",
    ratio: 1,
    xticks: 3,
    yticks: 3,
    label: "The examples, the line and the example last corrected",
  });
  const count = stage.plane({
    x: [0, 1],
    y: [0, 1],
    xlabel: "epoch",
    ylabel: "corrections so far",
    ratio: 1,
    stackedRatio: 0.55,
    label: "Corrections counted against the epoch",
  });
  stage.key(
    ["class0", "target 0"],
    ["class1", "target 1"],
    ["ring", "corrected"],
    ["before", "line before"],
  );
  const most = stage.controls.find(({ name }) => name === "step").high;
  let key;
  let run;
  const train = ({ data, start, eta }) => {
    if (key !== `${data},${start},${eta}`) {
      key = `${data},${start},${eta}`;
      const { X, t } = stage.config.data[data];
      run = trainPerceptron(X, t, {
        ...stage.config.starts[start],
        eta,
        epochs: stage.config.epochs,
        most,
      });
    }
    return run;
  };
  stage.player("step", () => train(stage.state()).corrections.length);

  return (state) => {
    const { corrections, count: all, clean } = train(state);
    const { X, t, window, bound } = stage.config.data[state.data];
    const step = Math.min(state.step, corrections.length);
    const start = stage.config.starts[state.start];
    const now = step ? corrections[step - 1] : { ...start, epoch: 0, row: -1 };
    const before = step > 1 ? corrections[step - 2] : start;

    plane.window(...window);
    plane.field(
      (x, y) => (now.w[0] * x + now.w[1] * y + now.b > 0 ? 1 : 0),
      stage.fieldColours(),
    );
    plane.draw([
      ...(step
        ? plane.boundary(before.w, before.b, { look: "nn-line-before", arrow: false })
        : []),
      ...plane.boundary(now.w, now.b),
      ...X.map((x, i) => plane.example(x, t[i], { ring: i === now.row })),
    ]);

    const when = ({ epoch, row }) => epoch - 1 + (row + 1) / X.length;
    const last = clean ?? Math.ceil(when(corrections.at(-1)));
    const bounded = bound !== null && state.start === "zero"; // the theorem starts at zero
    const near = bounded && bound < 6 * corrections.length; // else it flattens the stairs
    const top = Math.max(corrections.length, near ? bound : 0) * 1.15 + 1;
    count.window([0, last], [0, top]);
    const stairs = (list) => {
      const points = [[0, 0]];
      list.forEach((c, i) => points.push([when(c), i], [when(c), i + 1]));
      return points;
    };
    const done = stairs(corrections.slice(0, step));
    const parts = [
      count.curve(stairs(corrections), "nn-guide"),
      count.curve(done, "nn-curve"),
    ];
    if (near) parts.push(count.segment([0, bound], [last, bound], "nn-line-before"));
    if (bounded) {
      const words = near ? "never above this line" : "far above";
      const at = [0, near ? bound : top];
      parts.push(
        count.text(at, `(R/γ)² = ${num(bound, 1)}: ${words}`, {
          dx: 8,
          dy: near ? -6 : 16,
        }),
      );
    }
    parts.push(count.dot(done.at(-1), "nn-dot"));
    count.draw(parts);
    const shown = corrections.slice(0, step);
    return {
      caption: caption(state, { step, now, corrections, all, clean, t }),
      numbers: () => [
        {
          title: `Corrections on ${state.data}`,
          columns: ["correction", "epoch", "example", "error", "w₁", "w₂", "b"],
          rows: shown.map((c, i) => [i + 1, c.epoch, c.row + 1, c.error, ...c.w, c.b]),
        },
      ],
    };
  };

  function caption({ data }, { step, now, corrections, all, clean, t }) {
    const w = `w = (${num(now.w[0], 2)}, ${num(now.w[1], 2)}), b = ${num(now.b, 2)}`;
    const allOfThem = `${whole(all)} correction${all === 1 ? "" : "s"}`;
    const end =
      clean === null
        ? `never clean: ${allOfThem} in ${whole(stage.config.epochs)} epochs`
        : `clean in epoch ${clean} after ${allOfThem}`;
    if (step === 0)
      return `${data}, before the first correction: ${w}. Played to the end: ${end}.`;
    const of = all > corrections.length ? whole(all) : corrections.length;
    const answered = `target ${t[now.row]}, answered ${t[now.row] - now.error}`;
    return `${data}, correction ${step} of ${of}, epoch ${now.epoch}, example ${now.row + 1} (${answered}): now ${w}. Played to the end: ${end}.`;
  }
});
