// Six optimisers race down a loss over two weights; one of them shows what it remembers.
import { mount } from "../stage.js";
import { svg } from "../elements.js";
import { num } from "../text.js";
import { around } from "../pieces/labels.js";
import { Ledger } from "../pieces/ledger.js";
import { lossText } from "../pieces/scientific.js";
import { sizeText } from "../pieces/sizes.js";
import { Landscape } from "../pieces/surface.js";
import { surfaceOf, walked } from "../pieces/terrain.js";

const KEPT = 60; // paths that need not be walked again

export default mount((stage) => {
  const { races, optimisers, steps } = stage.config;
  const surfaces = Object.fromEntries(
    Object.entries(races).map(([name, { surface }]) => [name, surfaceOf(surface)]),
  );
  const plane = stage.add(
    new Landscape({
      x: [-1, 1],
      y: [-1, 1],
      xlabel: "w₁",
      ylabel: "w₂",
      ratio: 0.86,
      stackedRatio: 0.72,
      xticks: 4,
      label: "Contour lines of the loss, and the ways of the optimisers",
    }),
  );
  const ledger = stage.add(
    new Ledger({
      rows: 6,
      label: "What the chosen optimiser has in hand at this step",
    }),
  );
  const now = () => surfaces[stage.state().race];
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
  stage.player("step", () => steps, { pause: 150 });

  const eta = ({ race, doublings }, { own }) => own ?? races[race].eta * 2 ** doublings;

  const paths = new Map();

  /** How an optimiser goes in this state, walked once. */
  function pathOf(state, racer) {
    const lr = eta(state, racer);
    const key = JSON.stringify([state.race, lr, state.start, racer.name]);
    if (!paths.has(key)) {
      if (paths.size >= KEPT) paths.delete(paths.keys().next().value);
      const surface = surfaces[state.race];
      const spec = { ...racer.spec, lr };
      paths.set(key, walked(surface, spec, surface.place(state.start), steps));
    }
    return paths.get(key);
  }

  return (state, ghost) => {
    const surface = surfaces[state.race];
    const { centre, half, levels } = surface;
    plane.window(...centre.map((middle, i) => [middle - half[i], middle + half[i]]));
    const colours = ["--nn-background", "--nn-grid"].map((name) => stage.colour(name));
    const relief = plane.relief(state.race, surface.f, levels, colours);
    const from = surface.place(state.start);
    const chosen = optimisers.find(({ name }) => name === state.chosen);
    drawWays(state, ghost, chosen, from, relief);
    ledger.draw(
      [`${chosen.name}, step ${state.step}`, "w₁", "w₂"],
      lines(state, chosen),
    );
    return {
      caption: caption(state, from),
      numbers: () => [
        {
          title: "The race",
          columns: ["optimiser", "η", "loss"],
          rows: optimisers.map((racer) => [
            racer.name,
            eta(state, racer),
            standing(state, racer).loss ?? standing(state, racer).lost,
          ]),
        },
        table(state, chosen),
      ],
    };
  };

  // ---- the picture -------------------------------------------------------------------

  function drawWays(state, ghost, chosen, from, { lines: contours, names, room }) {
    start.place(plane.X(from[0]), plane.Y(from[1]));
    room.keep(plane.X(from[0]), plane.Y(from[1]), 8);
    const ways = optimisers.map((racer, kind) => {
      const points = pathOf(state, racer).points.slice(0, state.step + 1);
      const way = plane.way(
        points.map(({ w }) => w),
        kind,
      );
      if (racer !== chosen) way.path.classList.add("nn-aside");
      return { racer, kind, ...way };
    });
    ways.sort((one, other) => (one.racer === chosen) - (other.racer === chosen));
    const shown = ways.filter(({ at }) => inside(at));
    for (const { at } of shown) room.keep(...at, 6);
    const words = [...shown].reverse().map(({ racer, kind, at }) => {
      const look = `nn-way-name nn-way-name${kind}`;
      return room.place(racer.name, around(...at), look);
    });
    plane.draw(
      [
        ...contours,
        ...before(state, ghost, chosen),
        ...ways.map(({ path }) => path),
        ...ways.map(({ mark }) => mark),
      ],
      [...names, ...words.filter(Boolean)],
    );
  }

  function inside([x, y]) {
    const { left, right, top, bottom } = plane.edges;
    return x >= left && x <= right && y >= top && y <= bottom;
  }

  /** Where the chosen one went in the setting before, in the same race. */
  function before(state, ghost, chosen) {
    const same = ["race", "doublings", "start"];
    const differs = same.some((name) => `${ghost?.[name]}` !== `${state[name]}`);
    if (ghost?.race !== state.race || !differs) return [];
    const points = pathOf(ghost, chosen).points.slice(0, state.step + 1);
    const way = plane.way(
      points.map(({ w }) => w),
      0,
    );
    return [plane.ghost([plane.curve(way.inside, "nn-line-before")])];
  }

  /** The ledger's lines: the table of numbers, but for the loss. */
  function lines(state, chosen) {
    return table(state, chosen).rows.map(([name, ...values]) => ({
      name,
      values: values
        .filter((value) => value !== "")
        .map((value) => (typeof value === "string" ? value : sizeText(value, 4))),
    }));
  }

  // ---- what it says ------------------------------------------------------------------

  /** nnlib.live.optimisers.Standing: where a racer stands at this step. */
  function standing(state, racer) {
    const { points, doubtful, off } = pathOf(state, racer);
    const { step } = state;
    const { goal } = races[state.race];
    const certain = points.slice(0, Math.min(step + 1, doubtful ?? Infinity));
    const at = certain.findIndex(({ loss }) => loss <= goal);
    const arrived = at < 0 ? null : at;
    if (off !== null && step >= off) return { lost: "diverged", arrived: null };
    if (doubtful !== null && step >= doubtful) return { lost: "chaotic", arrived };
    return { loss: points[step].loss, arrived };
  }

  function caption(state, from) {
    const { goal } = races[state.race];
    const place = `(${num(from[0], 2)}, ${num(from[1], 2)})`;
    const common = sizeText(races[state.race].eta * 2 ** state.doublings);
    const all = optimisers.map(({ name }, k) => ({
      name,
      ...standing(state, optimisers[k]),
    }));
    const there = all
      .filter(({ arrived }) => arrived !== null)
      .sort((one, other) => one.arrived - other.arrived)
      .map(({ name, arrived }) => `${name} at step ${arrived}`);
    const onTheWay = all
      .filter(({ arrived, lost }) => arrived === null && !lost)
      .map(({ name, loss }) => `${name} at loss ${lossText(loss)}`);
    const lost = (how) =>
      all
        .filter((one) => one.lost === how && one.arrived === null)
        .map(({ name }) => name);
    const said = Object.entries({
      [`Down to loss ${sizeText(goal, 1)}`]: there.length ? there : ["none yet"],
      "On the way": onTheWay,
      Diverged: lost("diverged"),
      "Chaotic by now": lost("chaotic"),
    })
      .filter(([, who]) => who.length)
      .map(([how, who]) => `${how}: ${who.join(", ")}`);
    const race = `${state.race}, η = ${common}, from ${place}, step ${state.step}`;
    return `${[race, ...said, lastStep(state)].join(". ")}.`;
  }

  function lastStep(state) {
    const chosen = optimisers.find(({ name }) => name === state.chosen);
    const { lost } = standing(state, chosen);
    const step =
      lost ??
      `(${moved(state, chosen)
        .map((x) => sizeText(x))
        .join(", ")})`;
    return `The last step of ${chosen.name}: ${step}`;
  }

  /** By how much the last step of a racer moved each weight. */
  function moved(state, racer) {
    const { points } = pathOf(state, racer);
    const last = points[Math.max(state.step - 1, 0)].w;
    return points[state.step].w.map((at, i) => at - last[i]);
  }

  function table(state, chosen) {
    const { points } = pathOf(state, chosen);
    const title = `${chosen.name}, step ${state.step}`;
    const columns = ["quantity", "w₁", "w₂"];
    const { lost } = standing(state, chosen);
    if (lost) return { title, columns, rows: [[lost, "", ""]] };
    const { w, g, loss, memory } = points[state.step];
    const rows = [
      ["w now", ...w],
      ["last step", ...moved(state, chosen)],
      ["slope g", ...g],
      ...memory,
      ["loss", loss, ""],
    ];
    return { title, columns, rows };
  }
});
