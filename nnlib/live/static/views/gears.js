// Gear wheels in a row: turns multiply along a road, and add where two roads meet.
import { mount } from "../stage.js";
import { num } from "../text.js";

const NAMES = ["x", "u", "v", "y"];
const TOOTH = 0.05; // how far a tooth stands out
const TEETH = 26; // of a wheel of radius 1

export default mount((stage) => {
  const plane = stage.plane({
    x: [-0.8, 3.7],
    y: [-1.75, 1.2],
    ratio: 2.95 / 4.5,
    xticks: 0,
    yticks: 0,
    label: "Four shafts with gear wheels, each driving the next",
  });
  stage.key(["nn-gear-drives", "drives"], ["nn-gear-driven", "is driven"]);
  stage.compare();

  return (state, ghost) => {
    const ratios = ratiosOf(state);
    const turns = turnsOf(state);
    const hands = NAMES.map((_, k) => hand(k, turns[k], "nn-line"));
    const gears = NAMES.flatMap((_, k) =>
      wheels(k, ratios).map(({ radius, teeth, look }) =>
        plane.curve(gear([k, 0], radius, teeth, side(k) * turns[k]), look),
      ),
    );
    const words = NAMES.map((name, k) =>
      plane.text([k, -1.02], `${name}: ${num(turns[k], 2)}`, { anchor: "middle" }),
    );
    const second = state.road
      ? [
          plane.curve(arc(), "nn-line-before"),
          plane.text([1.5, -1.62], `second road: × ${num(state.road, 1)}`, {
            anchor: "middle",
          }),
        ]
      : [];
    const steps = ratios.map((r, k) =>
      plane.text([k + 0.5, 0.93], `× ${num(r, 1)}`, {
        look: "nn-text-strong",
        anchor: "middle",
      }),
    );
    const past = ghost
      ? turnsOf(ghost).map((t, k) => hand(k, t, "nn-line-before"))
      : [];
    plane.draw(
      [...gears, ...hands, plane.ghost(past)],
      [...words, ...steps, ...second],
    );
    return { caption: caption(state), numbers: () => numbers(ratios, turns) };
  };

  function hand(k, turns, look) {
    const angle = 2 * Math.PI * side(k) * turns;
    return plane.segment(
      [k, 0],
      [k + 0.3 * Math.sin(angle), 0.3 * Math.cos(angle)],
      look,
    );
  }
});

/** Wheels that mesh turn opposite ways. */
const side = (k) => (k % 2 ? -1 : 1);

/** How often each wheel turns for a turn of the one before it. */
const ratiosOf = ({ r1, r2, r3, faster }) =>
  [r1, r2, r3].map((r) => r + Number(faster));

/** Turns of x, u, v and y. */
function turnsOf(state) {
  const [r1, r2, r3] = ratiosOf(state);
  const { turn, road } = state;
  const u = turn * r1;
  return [turn, u, u * r2, u * r2 * r3 + turn * road];
}

/**
 * The wheels on shaft k, first the driven, then the driver. Shafts stand one apart, so a
 * pair that turns r times as fast has radii r / (1 + r) and 1 / (1 + r).
 */
function wheels(k, ratios) {
  const driven = k > 0 ? [[1 / (1 + ratios[k - 1]), "nn-gear-driven"]] : [];
  const drives =
    k < ratios.length ? [[ratios[k] / (1 + ratios[k]), "nn-gear-drives"]] : [];
  return [...driven, ...drives].map(([radius, look]) => ({
    radius,
    teeth: Math.max(6, Math.round(TEETH * radius)),
    look,
  }));
}

/** The outline of a gear wheel. */
function gear([x, y], radius, teeth, turns) {
  return Array.from({ length: 4 * teeth + 1 }, (_, corner) => {
    const angle = 2 * Math.PI * ((corner - 0.5) / (4 * teeth) + turns);
    const r = radius + (Math.floor(corner / 2) % 2 ? TOOTH : -TOOTH) / 2;
    return [x + r * Math.sin(angle), y + r * Math.cos(angle)];
  });
}

/** From below x to below y: the second road. */
const arc = () =>
  Array.from({ length: 41 }, (_, i) => {
    const t = i / 40;
    return [3 * t, -1.15 - 0.25 * Math.sin(Math.PI * t)];
  });

function caption(state) {
  const ratios = ratiosOf(state);
  const product = ratios[0] * ratios[1] * ratios[2];
  const { turn, road } = state;
  const factors = ratios.map((r) => num(r, 1)).join(" · ");
  const said = road
    ? `dy/dx = ${factors} + ${num(road, 1)} = ${num(product + road, 2)}: along a road slopes multiply, where roads meet they add`
    : `dy/dx = ${factors} = ${num(product, 2)}`;
  return `${said}. While x turns ${num(turn, 2)} times, y turns ${num(turnsOf(state)[3], 2)} times.`;
}

function numbers(ratios, turns) {
  return [
    {
      title: "The wheels",
      columns: ["wheel", "turns for a turn of the one before", "turns"],
      rows: NAMES.map((name, k) => [name, k ? ratios[k - 1] : 1, turns[k]]),
    },
  ];
}
