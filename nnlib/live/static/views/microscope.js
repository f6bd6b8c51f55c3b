// How far off a difference quotient is, by its step h, and the loss as that h sees it.
import { Chart } from "../pieces/chart.js";
import { powerOfTen, sizeText } from "../pieces/sizes.js";
import { mount } from "../stage.js";
import { num } from "../text.js";

const LOOKS = ["nn-curve nn-test", "nn-curve"]; // one-sided, central
const FORMATS = { "64 bits": (x) => x, "32 bits": Math.fround };
const SEEN = 160; // stretches of the curve under the microscope
const RANGE = [-2, 2]; // what it shows, in steps of h

export default mount((stage) => {
  const { places, bias, target, steps, faintest } = stage.config;
  const chart = stage.add(
    new Chart({
      x: [steps.at(-1), steps[0]],
      y: [faintest, 30],
      logX: true,
      logY: true,
      xlabel: "h",
      ylabel: "off by",
      label: "The errors of both difference quotients against h",
      ratio: 0.9,
    }),
  );
  const handle = stage.handle({
    label: "The step h",
    across: "e",
    at: (event) => [powerUnder(event)],
  });
  chart.picture.append(handle.element);
  const plane = stage.plane({
    x: RANGE,
    y: [-1, 1],
    xlabel: "steps of h from w",
    ylabel: "rise of L, in h",
    label: "The loss around w, magnified so that h is one unit",
    ratio: 0.9,
  });
  stage.key(
    [LOOKS[1], "central"],
    [LOOKS[0], "one-sided"],
    ["nn-line", "the loss"],
    ["nn-guide", "backprop's tangent"],
  );
  stage.compare();

  /** The exponent under the pointer: the axis is linear in it. */
  function powerUnder(event) {
    const [across] = chart.under(event);
    const [low, high] = chart.x;
    const share = (across - low) / (high - low);
    return Math.log10(low) + share * Math.log10(high / low);
  }

  /** L(w), every operation rounded by `round`: nnlib.live.bugs.tied_loss. */
  function loss(w, round) {
    const z = round(w + bias);
    const off = round(round(w * Math.max(z, 0)) - target);
    return round(off * off);
  }

  function slope(w) {
    const z = w + bias;
    const a = Math.max(z, 0);
    return 2 * (w * a - target) * (a + (z > 0 ? w : 0));
  }

  /** The one-sided and the central difference. */
  function estimates(w, step, round) {
    const h = round(step);
    const [up, here, down] = [round(w + h), w, round(w - h)].map((at) =>
      loss(at, round),
    );
    return [round(round(up - here) / h), round(round(up - down) / round(2 * h))];
  }

  /** How far off both are, for every h. */
  function mistakes({ where, precision }) {
    const round = FORMATS[precision];
    const w = round(places[where]);
    return steps.map((h) =>
      estimates(w, h, round).map((said) => Math.abs(said - slope(w))),
    );
  }

  return (state, ghost) => {
    const off = mistakes(state);
    const h = Number(`1e${state.e}`);
    const at = steps.indexOf(h);
    drawErrors(off, h, at, ghost);
    drawLoss(state, h);
    return { caption: caption(state, off, at), numbers: () => numbers(off) };
  };

  // ---- the pictures ----------------------------------------------------------------

  function drawErrors(off, h, at, ghost) {
    const before = ghost ? mistakes(ghost) : null;
    const curves = (all, looks) =>
      looks.map((look, kind) =>
        chart.curve(
          all.map((both, i) => [steps[i], Math.max(both[kind], faintest)]),
          look,
        ),
      );
    const old = before ? curves(before, ["nn-line-before", "nn-line-before"]) : [];
    chart.draw([
      chart.segment([h, chart.y[0]], [h, chart.y[1]], "nn-guide"),
      chart.ghost(old),
      ...curves(off, LOOKS),
    ]);
    handle.place(chart.X(h), chart.Y(Math.max(off[at][1], faintest)));
  }

  function drawLoss({ where, precision }, step) {
    const round = FORMATS[precision];
    const [w, h] = [places[where], step].map(round);
    const here = loss(w, round);
    const rise = (u) =>
      round(round(loss(round(w + round(round(u) * h)), round) - here) / h);
    const points = Array.from({ length: SEEN + 1 }, (_, i) => {
      const u = RANGE[0] + (i * (RANGE[1] - RANGE[0])) / SEEN;
      return [u, rise(u)];
    });
    const tangent = slope(w);
    const heights = points.map(([, y]) => Math.abs(y));
    const reach = 1.1 * Math.max(...heights, 2 * Math.abs(tangent)) || 1;
    plane.window(RANGE, [-reach, reach]);
    const [oneSided, central] = estimates(w, step, round);
    const middle = (rise(-1) + rise(1)) / 2;
    const line = (m, y, look) =>
      plane.segment([RANGE[0], y + RANGE[0] * m], [RANGE[1], y + RANGE[1] * m], look);
    plane.draw([
      line(tangent, 0, "nn-guide"),
      plane.curve(points, "nn-line"),
      line(oneSided, 0, LOOKS[0]),
      line(central, middle, LOOKS[1]),
      ...[-1, 0, 1].map((u) => plane.dot([u, rise(u)], "nn-dot", 5)),
    ]);
  }

  // ---- what it says ----------------------------------------------------------------

  function caption({ e, where, precision }, off, at) {
    const w = FORMATS[precision](places[where]);
    const [oneSided, central] = off[at].map((x) => sizeText(x, 2));
    const said = `h = ${powerOfTen(e)} in ${precision}, ${where}: backprop says ${num(slope(w), 4)}. The one-sided difference is off by ${oneSided}, the central one by ${central}.`;
    if (where === "on the kink") {
      const right = 2 * (w * (w + bias) - target) * w;
      return `${said} No h helps: the slope is ${num(0, 2)} on the left of the kink, ${num(right, 2)} on its right.`;
    }
    const best = [0, 1].map((kind) => {
      const all = off.map((both) => both[kind]);
      return sizeText(steps[all.indexOf(Math.min(...all))], 1);
    });
    return `${said} They are best with h = ${best[0]} and h = ${best[1]}.`;
  }

  function numbers(off) {
    return [
      {
        title: "The errors",
        columns: ["h", "one-sided, off by", "central, off by"],
        rows: off.map((both, i) => [steps[i], ...both]),
      },
    ];
  }
});
