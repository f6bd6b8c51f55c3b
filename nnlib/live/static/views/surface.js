// A loss over two weights: optimisers race down it from a start that can be dragged.
import { mount } from "../stage.js";
import { svg } from "../elements.js";
import { num } from "../text.js";
import { around } from "../pieces/labels.js";
import { lossText, rate } from "../pieces/scientific.js";
import { Landscape } from "../pieces/surface.js";
import { surfaceOf, walked } from "../pieces/terrain.js";

const KEPT = 40; // paths that need not be walked again

export default mount((stage) => {
  const { config } = stage;
  const surfaces = Object.fromEntries(
    Object.entries(config.surfaces).map(([name, spec]) => [name, surfaceOf(spec)]),
  );
  const plane = stage.add(
    new Landscape({
      x: [-1, 1],
      y: [-1, 1],
      xlabel: "w₁",
      ylabel: "w₂",
      ratio: 0.72,
      stackedRatio: 0.72,
      label: "Contour lines of the loss, and the ways of the optimisers",
    }),
  );
  plane.element.classList.add("nn-wide");
  const now = () => surfaces[stage.state().surface];
  const start = stage.handle({
    label: "start of the race",
    across: ["start", 0],
    up: ["start", 1],
    at: (event) => {
      const { centre, half } = now();
      return plane.under(event).map((w, i) => (w - centre[i]) / half[i]);
    },
    mark: svg("path", { class: "nn-start", d: "M-7 -7L7 7M-7 7L7 -7" }),
  });
  plane.picture.append(start.element);
  stage.compare();
  stage.player("step", () => config.steps, 150);

  const paths = new Map();

  /** How an optimiser goes in this state, walked once. */
  function pathOf(state, racer) {
    const key = JSON.stringify([state.surface, state.log_eta, state.start, racer.name]);
    if (!paths.has(key)) {
      if (paths.size >= KEPT) paths.delete(paths.keys().next().value);
      const spec = { ...racer.spec, lr: rate(state.log_eta) * racer.times };
      const surface = surfaces[state.surface];
      paths.set(key, walked(surface, spec, surface.place(state.start), config.steps));
    }
    return paths.get(key);
  }

  return (state, ghost) => {
    const surface = surfaces[state.surface];
    const { centre, half, levels } = surface;
    plane.window(...centre.map((middle, i) => [middle - half[i], middle + half[i]]));
    const colours = ["--nn-background", "--nn-grid"].map((name) => stage.colour(name));
    const { lines, names, room } = plane.relief(
      state.surface,
      surface.f,
      levels,
      colours,
    );
    const racing = config.optimisers.filter((racer) => state[racer.switch]);
    const from = surface.place(state.start);
    start.place(plane.X(from[0]), plane.Y(from[1]));
    room.keep(plane.X(from[0]), plane.Y(from[1]), 8);

    const ways = racing.map((racer) => {
      const path = pathOf(state, racer);
      const points = path.points.slice(0, state.step + 1).map(({ w }) => w);
      const kind = config.optimisers.indexOf(racer) % 6;
      return { racer, kind, ...plane.way(points, kind) };
    });
    for (const { at } of ways) room.keep(...at, 6);
    const words = ways.flatMap((way) => named(way, room));
    plane.draw(
      [
        ...lines,
        ...before(state, ghost, racing),
        ...ways.map(({ path }) => path),
        ...ways.map(({ mark }) => mark),
      ],
      [...names, ...words, ...nameOfBefore(state, ghost, room)],
    );
    return {
      caption: caption(state, racing, from),
      numbers: () => [
        {
          title: "The start",
          columns: ["w₁", "w₂", "loss"],
          rows: [[...from, surface.f(...from)]],
        },
        ...racing.map((racer) => table(state, racer)),
      ],
    };
  };

  /** The name of a racer beside its mark, with a thin line to it if it stands apart. */
  function named({ racer, kind, at }, room) {
    const { left, right, top, bottom } = plane.edges;
    const x = Math.max(left, Math.min(right, at[0]));
    const y = Math.max(top, Math.min(bottom, at[1]));
    const arrow = y > at[1] ? " ↑" : y < at[1] ? " ↓" : x > at[0] ? " ←" : " →";
    const gone = x !== at[0] || y !== at[1];
    const words = room.place(
      racer.name + (gone ? arrow : ""),
      around(x, y),
      `nn-way-name nn-way-name${kind}`,
    );
    if (!words) return [];
    const { x: tx, y: ty } = Object.fromEntries(
      ["x", "y"].map((name) => [name, Number(words.getAttribute(name))]),
    );
    const apart = Math.hypot(tx - x, ty - 4 - y) > 20;
    const thread = svg("line", {
      class: "nn-thread",
      x1: x,
      y1: y,
      x2: tx,
      y2: ty - 4,
    });
    return apart ? [thread, words] : [words];
  }

  // ---- the setting before --------------------------------------------------------------

  function comparable(state, ghost) {
    if (ghost?.surface !== state.surface) return false;
    return ghost.log_eta !== state.log_eta || `${ghost.start}` !== `${state.start}`;
  }

  function before(state, ghost, racing) {
    if (!comparable(state, ghost)) return [];
    const ways = racing.map((racer) => {
      const points = pathOf(ghost, racer).points.slice(0, state.step + 1);
      const kind = config.optimisers.indexOf(racer);
      return plane.curve(
        plane.way(
          points.map(({ w }) => w),
          kind,
        ).inside,
        "nn-line-before",
      );
    });
    return [svg("g", { class: "nn-ghost" }, ...ways)];
  }

  function nameOfBefore(state, ghost, room) {
    if (!comparable(state, ghost)) return [];
    const parts = [];
    if (ghost.log_eta !== state.log_eta) parts.push(`η = ${rate(ghost.log_eta)}`);
    if (`${ghost.start}` !== `${state.start}`) parts.push("another start");
    const { left, bottom } = plane.edges;
    const spots = [15, 30, 45, 60].map((up) => [left + 8, bottom - up + 6, "start"]);
    const words = room.place(`before: ${parts.join(", ")}`, spots, "nn-text-muted");
    return words ? [svg("g", { class: "nn-ghost" }, words)] : [];
  }

  // ---- what it says ------------------------------------------------------------------

  function caption(state, racing, from) {
    const { surface, log_eta, step } = state;
    const place = `(${num(from[0], 2)}, ${num(from[1], 2)})`;
    const states = racing.map((racer) => `${racer.name} ${stands(state, racer)}`);
    return `${surface}, η = ${rate(log_eta)}, from ${place}, step ${step}: ${states.join("; ") || "no optimiser is switched on"}.`;
  }

  function stands(state, racer) {
    const { points, doubtful, off } = pathOf(state, racer);
    if (doubtful !== null && state.step >= doubtful) return "chaotic by now";
    if (off !== null && state.step >= off) return `diverged at step ${off}`;
    return `at loss ${lossText(points[state.step].loss)}`;
  }

  function table(state, racer) {
    const { points, doubtful, off } = pathOf(state, racer);
    const title = `${racer.name}, step ${state.step}`;
    const columns = ["quantity", "w₁", "w₂"];
    if (state.step >= Math.min(doubtful ?? Infinity, off ?? Infinity))
      return { title, columns, rows: [[stands(state, racer), "", ""]] };
    const { w, g, loss, memory } = points[state.step];
    const rows = [["w", ...w], ["∂L/∂w", ...g], ...memory, ["loss", loss, ""]];
    return { title, columns, rows };
  }
});
