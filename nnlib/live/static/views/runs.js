// A neuron's training that fails, and its cure: the way of (w, b), and the loss.
import { valueAndGrad } from "../engine/backprop.js";
import { optimiser, stopped } from "../engine/gradient_descent.js";
import { loss } from "../engine/loss.js";
import { network } from "../engine/mlp.js";
import { defaultRng } from "../engine/random.js";
import { svg } from "../elements.js";
import { Chart } from "../pieces/chart.js";
import { Room, around } from "../pieces/labels.js";
import { sizeText } from "../pieces/sizes.js";
import { Landscape } from "../pieces/surface.js";
import { surfaceOf } from "../pieces/terrain.js";
import { mount } from "../stage.js";
import { whole } from "../text.js";

const DIVERGED = 1e6; // a weight beyond this has

export default mount((stage) => {
  const { rooms, stops } = stage.config;
  const surfaces = Object.fromEntries(
    Object.entries(rooms).map(([name, { surface }]) => [name, surfaceOf(surface)]),
  );
  const plane = stage.add(
    new Landscape({
      x: [-1, 1],
      y: [-1, 1],
      xlabel: "w",
      ylabel: "b",
      ratio: 0.8,
      stackedRatio: 0.7,
      xticks: 4,
      label: "Contour lines of the loss, and the way of the weight and the bias",
    }),
  );
  const chart = stage.add(
    new Chart({
      x: [0, stops],
      y: [0.1, 1],
      logY: true,
      xlabel: "step",
      ylabel: "loss",
      label: "The loss step by step",
      ratio: 0.8,
      stackedRatio: 0.52,
      xticks: 4,
    }),
  );
  stage.compare();
  stage.player("step", () => stops, { pause: 100 });
  const known = new Map();

  function courseOf({ room, cure }) {
    const key = `${room} ${cure}`;
    if (!known.has(key)) {
      const { runs, each, surface } = rooms[room];
      known.set(key, course(runs[Number(cure)], surface, surfaces[room], stops * each));
    }
    return known.get(key);
  }

  return (state, ghost) => {
    const { each } = rooms[state.room];
    const own = courseOf(state);
    const at = state.step * each;
    const before =
      ghost?.room === state.room && ghost.cure !== state.cure ? courseOf(ghost) : null;
    drawWay(state.room, own, at, before);
    drawLoss(state, own, at, before);
    return {
      caption: caption(state, own, at),
      numbers: () => [
        {
          title: "The run so far",
          columns: ["step", "w", "b", "loss"],
          rows: Array.from({ length: state.step + 1 }, (_, k) => k * each)
            .filter((k) => k < own.losses.length)
            .map((k) => [k, ...own.points[k], own.losses[k]]),
        },
      ],
    };
  };

  // ---- the pictures ------------------------------------------------------------------

  function drawWay(room, own, at, before) {
    const { f, centre, half, levels } = surfaces[room];
    plane.window(...centre.map((middle, i) => [middle - half[i], middle + half[i]]));
    const colours = ["--nn-background", "--nn-grid"].map((name) => stage.colour(name));
    const { lines, names } = plane.relief(room, f, levels, colours);
    const so = plane.way(own.points.slice(0, at + 1), 1);
    const start = svg("path", {
      class: "nn-start",
      d: "M-6 -6L6 6M-6 6L6 -6",
      transform: `translate(${plane.X(own.points[0][0])} ${plane.Y(own.points[0][1])})`,
    });
    const earlier = before && plane.way(before.points.slice(0, at + 1), 1).inside;
    plane.draw(
      [
        ...lines,
        ...(earlier ? [plane.ghost([plane.curve(earlier, "nn-line-before")])] : []),
        start,
        so.path,
        so.mark,
      ],
      names,
    );
  }

  function drawLoss({ room, cure }, own, at, before) {
    const { each, losses } = rooms[room];
    chart.look({ x: [0, stops * each], y: losses, logY: true });
    const points = Array.from(own.losses.slice(0, at + 1), (value, k) => [k, value]);
    const end = points.at(-1);
    const [x, y] = [chart.X(end[0]), chart.Y(end[1])];
    const labels = new Room(chart.edges);
    labels.keep(x, y, 6);
    const high = Math.max(chart.edges.top + 12, y);
    const look = "nn-text-strong nn-name";
    const name = labels.place(sizeText(end[1]), around(x, high), look);
    chart.draw(
      [
        ...(before ? [chart.ghost([curve(before.losses)])] : []),
        chart.curve(points, "nn-curve"),
      ],
      [...(y >= chart.edges.top ? [chart.dot(end, "nn-dot", 5)] : []), name].filter(
        Boolean,
      ),
    );
    if (!before) return;
    const words = `before: ${cure ? "without" : "with"} the cure`;
    const { right, bottom } = chart.edges;
    const spots = [-8, -24, -40, -56].map((dy) => [right - 8, bottom + dy, "end"]);
    const text = labels.place(words, spots, "nn-text-muted");
    if (text) chart.above.append(chart.ghost([text]));
  }

  function curve(losses) {
    const points = Array.from(losses, (value, k) => [k, value]);
    return chart.curve(points, "nn-line-before");
  }

  // ---- what it says ------------------------------------------------------------------

  function caption({ room, cure }, { points, losses, end }, at) {
    const last = losses.length - 1;
    const here = Math.min(at, last);
    const [w, b] = points[here].map((value) => sizeText(value));
    const where = `w = ${w}, b = ${b}`;
    const half = losses.slice(Math.floor(here / 2), here + 1);
    const state =
      `loss ${sizeText(losses[here])}, on the second half of the way ` +
      `from ${sizeText(Math.min(...half))} to ${sizeText(Math.max(...half))}`;
    const name = cure ? `${room}, cured (${rooms[room].cure})` : room;
    if (at >= last && end)
      return `${name}: ${end} at step ${whole(last)}, ${where}, ${state}.`;
    return `${name}, step ${whole(at)}: ${where}, ${state}.`;
  }
});

/** nnlib.live.optimisers.course_of: the points, the losses, and how the run ends. */
function course(run, { network: spec, X, T, loss: kind }, { f }, most) {
  const net = network(spec);
  net.params.forEach((p, k) => p.fill(run.start[k]));
  const objective = loss(kind);
  const opt = optimiser({ kind: "SGD", lr: run.lr });
  const rng = defaultRng(0);
  const [n, size] = [X.length, run.batch];
  const points = [run.start];
  const losses = [f(...run.start)];
  let kept = net.params.map((p) => p.map(() => 0));
  for (;;) {
    const order = run.shuffled ? Array.from(rng.permutation(n)) : [...X.keys()];
    for (let at = 0; at < n; at += size) {
      const rows = order.slice(at, at + size);
      valueAndGrad(net, objective, ...[X, T].map((M) => rows.map((i) => M[i])));
      kept = net.grads.map((g, k) =>
        g.map(
          (slope, i) =>
            (run.cleared ? 0 : kept[k][i]) + slope * (run.summed ? size : 1),
        ),
      );
      opt.step(net.params, kept);
      points.push(net.params.map(([value]) => value));
      losses.push(f(...points.at(-1)));
      const change = points.at(-1).map((value, k) => value - points.at(-2)[k]);
      const step = losses.length - 1;
      if (points.at(-1).some((value) => Math.abs(value) > DIVERGED))
        return { points, losses, end: "diverged" };
      if (
        stopped(
          step,
          change,
          kept.map(([slope]) => slope),
          { smallChange: run.small_change },
        )
      )
        return { points, losses, end: "stopped" };
      if (step === most) return { points, losses, end: "" };
    }
  }
}
