// A training that fails without an error message, and its cure: loss, and every z.
import { train } from "../engine/backprop.js";
import { optimiser } from "../engine/gradient_descent.js";
import { loss } from "../engine/loss.js";
import { network } from "../engine/mlp.js";
import { svg } from "../elements.js";
import { Chart } from "../pieces/chart.js";
import { Room } from "../pieces/labels.js";
import { sizeText } from "../pieces/sizes.js";
import { mount } from "../stage.js";
import { percent, whole } from "../text.js";

const FLAT = 0.05; // a slope below this counts as none
const DETAIL = 4; // points of the loss curve from one stop to the next

export default mount((stage) => {
  const { runs, stops, each, losses, flat, told } = stage.config;
  const objective = loss({ kind: "MSE" });
  const chart = stage.add(
    new Chart({
      x: [0, stops * each],
      y: losses,
      logY: true,
      xlabel: "rounds",
      ylabel: "loss",
      label: "The loss round by round",
      ratio: 0.8,
      stackedRatio: 0.52,
      xticks: 4,
    }),
  );
  const rows = runs[0].net.layers[0].W.length;
  const units = stage.plane({
    x: [-4, 4],
    y: [-rows - 0.5, -0.5],
    xlabel: "z of every example",
    ylabel: "neuron",
    label: "z of every neuron for every example",
    ratio: 0.8,
    stackedRatio: 0.7,
    yticks: 0,
  });
  stage.key(
    ["class0", "target 0"],
    ["class1", "target 1"],
    ["nn-flat-key", `slope below ${FLAT}`],
  );
  stage.compare();
  stage.player("step", () => stops, { pause: 60 });
  const known = new Map();

  /** The course of this training: nnlib.live.activations._course, stop by stop. */
  function course(cure, name) {
    if (known.has(cure)) return known.get(cure);
    const job = stage.job(String(cure), () => training(runs[Number(cure)]), name);
    if (job.done) known.set(cure, job.value);
    return job.done ? job.value : null;
  }

  function* training({ net: spec, X: rowsOfX, t, phases }) {
    const net = network(spec);
    const X = Float64Array.from(rowsOfX.flat());
    const T = Float64Array.from(t);
    const n = t.length;
    const found = { t, losses: [], z: [], right: [] };
    const look = () => {
      const Y = net.forward(X, n);
      found.z.push(net.A[1].slice());
      found.right.push(t.filter((target, i) => Y[i] > 0.5 === (target === 1)).length);
    };
    for (const [rounds, lr] of phases) {
      const opt = optimiser({ kind: "SGD", lr });
      const run = train(net, objective, opt, X, T, { epochs: rounds });
      for (let round = 0; round < rounds; round++) {
        if (found.losses.length % each === 0) look();
        found.losses.push(run.next().value.loss);
        if (round % 20 === 0) yield found;
      }
    }
    look();
    found.losses.push(objective.value(net.forward(X, n), T, n));
    const all = found.z.flatMap((z) => [extreme(z, Math.min), extreme(z, Math.max)]);
    found.reach = reach(Math.min(...all), Math.max(...all));
    return found;
  }

  return (state, ghost) => {
    const now = course(state.cure, "now");
    if (!now) {
      chart.draw([]);
      units.draw([]);
      return { caption: "Training …", numbers: () => [] };
    }
    const before =
      ghost && ghost.cure !== state.cure ? course(ghost.cure, "ghost") : null;
    drawLoss(now, state.step, before && { ...before, ...ghost });
    drawUnits(now, state.step);
    return {
      caption: caption(now, state.step),
      numbers: () => numbers(now, state.step),
    };
  };

  // ---- the pictures ----------------------------------------------------------------

  function drawLoss(now, step, before) {
    const end = [step * each, now.losses[step * each]];
    const [x, y] = [chart.X(end[0]), chart.Y(end[1])];
    const room = new Room(chart.edges);
    room.keep(x, y, 6);
    const spots = [-9, 18].flatMap((dy) => [
      [x + 8, y + dy, "start"],
      [x - 8, y + dy, "end"],
    ]);
    const name = room.place(sizeText(end[1], 4), spots, "nn-text-strong nn-name");
    chart.draw(
      [
        ...(before ? [chart.ghost([curve(before, stops, "nn-line-before")])] : []),
        curve(now, step, "nn-curve"),
      ],
      [chart.dot(end, "nn-dot", 5), ...(name ? [name] : [])],
    );
    if (!before) return;
    const [bx, by] = [chart.edges.right - 8, chart.Y(before.losses.at(-1))];
    const places = [-8, 16, -24, 32].map((dy) => [bx, by + dy, "end"]);
    const words = `before: ${before.cure ? "with" : "without"} the cure`;
    const text = room.place(words, places, "nn-text-muted");
    if (text) chart.above.append(chart.ghost([text]));
  }

  /** The losses up to a stop: all of the first rounds, then some between the stops. */
  function curve({ losses: all }, step, look) {
    const points = [];
    for (let round = 0; round <= step * each; round++)
      if (round < each || round % (each / DETAIL) === 0)
        points.push([round, all[round]]);
    return chart.curve(points, look);
  }

  function drawUnits({ t, z, reach: x }, step) {
    units.window(x, units.y);
    const marks = Array.from(z[step], (at, i) => {
      const target = t[Math.floor(i / rows)];
      const row = (i % rows) + 1 + (target ? 0.16 : -0.16);
      return { at: [at, -row], target };
    });
    const levels = Array.from({ length: rows }, (_, k) =>
      units.segment([x[0], -k - 1.5], [x[1], -k - 1.5], "nn-histogram-foot"),
    );
    const names = Array.from({ length: rows }, (_, k) =>
      units.text([x[0], -k - 1], String(k + 1), {
        look: "nn-text-muted",
        anchor: "end",
        dx: -6,
        dy: 4,
      }),
    );
    units.draw(
      [
        ...flat.map(shade),
        ...levels,
        units.segment([0, units.y[0]], [0, units.y[1]], "nn-axis-zero"),
        svg("g", { class: "nn-rug" }, ...units.crowd(marks)),
      ],
      names,
    );
  }

  /** A range without slope, from top to bottom; null is an end that has no end. */
  function shade([low, high]) {
    const from = Math.max(low ?? -Infinity, units.x[0]);
    const to = Math.min(high ?? Infinity, units.x[1]);
    return svg("rect", {
      class: "nn-shade",
      x: units.X(from),
      y: units.Y(units.y[1]),
      width: Math.max(0, units.X(to) - units.X(from)),
      height: units.inner.height,
    });
  }

  // ---- what it says ----------------------------------------------------------------

  function caption({ t, losses: all, z, right }, step) {
    const when = step ? `After ${whole(step * each)} rounds` : "Before training";
    const answers = `${right[step]} of ${t.length} right`;
    return `${when}: loss ${sizeText(all[step * each], 4)}, ${answers}. ${said(z[step])}`;
  }

  function said(z) {
    if (told === "apart") {
      const spans = perExample(z).map((row) => Math.max(...row) - Math.min(...row));
      return `The neurons' z lie at most ${sizeText(Math.max(...spans))} apart.`;
    }
    if (told === "dead") {
      const dead = perUnit(z).filter((all) => all.every((at) => at <= 0)).length;
      return `${dead} of ${rows} neurons are dead: z ≤ 0 for every point.`;
    }
    const inside =
      ([low, high]) =>
      (at) =>
        at > (low ?? -Infinity) && at < (high ?? Infinity);
    const few = z.filter((at) => flat.some((range) => inside(range)(at))).length;
    return `g′(z) < ${FLAT} for ${percent(few, z.length)} of all z.`;
  }

  function perExample(z) {
    const row = (_, i) => z.subarray(i * rows, (i + 1) * rows);
    return Array.from({ length: z.length / rows }, row);
  }

  function perUnit(z) {
    const column = (_, k) => Array.from(z.filter((at, i) => i % rows === k));
    return Array.from({ length: rows }, column);
  }

  function numbers({ losses: all, z }, step) {
    return [
      {
        title: "Loss",
        columns: ["rounds", "loss"],
        rows: Array.from({ length: stops + 1 }, (_, k) => [k * each, all[k * each]]),
      },
      {
        title: "z of the neurons now",
        columns: ["neuron", "least", "most"],
        rows: perUnit(z[step]).map((at, k) => [
          `neuron ${k + 1}`,
          Math.min(...at),
          Math.max(...at),
        ]),
      },
    ];
  }
});

const extreme = (z, which) => z.reduce((found, at) => which(found, at));

/** The window for all z: from −4 to 4, or a little more than what there is. */
function reach(least, most) {
  const [low, high] = [Math.min(-4, least), Math.max(4, most)];
  const margin = 0.05 * (high - low);
  return [low - margin, high + margin];
}
