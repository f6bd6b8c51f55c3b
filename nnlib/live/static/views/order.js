// The way back through b = a + a, c = b + b, d = c + c, in three orders.
import { Graph } from "../pieces/graph.js";
import { mount } from "../stage.js";
import { whole } from "../text.js";

const [ORDERED, PATHS] = ["in topological order", "each path by itself"];
const ALL = 14;

export default mount((stage) => {
  const { graph, many } = stage.config;
  const names = [...graph.inputs, ...graph.steps.map(({ name }) => name)];
  const picture = stage.add(new Graph({ graph, label: "a, doubled three times" }));
  stage.player("step", () => walk(names, stage.state().way, ALL).arrows.length, {
    pause: 900,
  });

  return ({ way, step }) => {
    const { arrows, grad } = walk(names, way, step);
    const last = arrows.at(-1);
    const boxes = Object.fromEntries(
      names.map((name, k) => [
        name,
        {
          active: name === last?.to,
          lines: [
            k ? `${name} = ${names[k - 1]} + ${names[k - 1]}` : name,
            String(2 ** k),
            name in grad ? `∂ ${grad[name]}` : "",
          ],
        },
      ]),
    );
    picture.draw(
      boxes,
      names
        .slice(1)
        .flatMap((to, k) => [0, 1].map((which) => arrow(arrows, names[k], to, which))),
    );
    return {
      caption: caption(way, arrows, grad),
      numbers: () => numbers(arrows, grad),
    };
  };

  function arrow(walked, from, to, which) {
    const times = walked.filter((one) => one.of === to && one.which === which).length;
    const words = times > 1 ? `${times}×` : "";
    return { from, to, twin: which * 2 - 1, look: times ? "back" : "", words };
  }

  function caption(way, arrows, grad) {
    const every = walk(names, way, ALL);
    const count = every.arrows.length;
    if (arrows.length === 0)
      return `d = 8a, so ∂d/∂a is 8. Walking back ${way} takes ${count} arrows.`;
    const { of, to, upstream } = arrows.at(-1);
    const said = `Arrow ${arrows.length} of ${count}: ${of} hands ${upstream} × 1 to ${to}, which now holds ${grad[to]}.`;
    if (arrows.length < count) return said;
    const verdict = every.grad.a === 8 ? "right" : "wrong: the answer is 8";
    const cost = way === ORDERED ? 2 * many : 2 ** (many + 1) - 2;
    return `${said} ∂d/∂a = ${every.grad.a} is ${verdict}. With ${many} doublings this way walks ${whole(cost)} arrows.`;
  }

  function numbers(arrows, grad) {
    const tables = [
      {
        title: "Nodes, a = 1",
        columns: ["node", "value", "∂d/∂node so far"],
        rows: names.map((name, k) => [name, 2 ** k, grad[name] ?? "not yet"]),
      },
    ];
    if (arrows.length)
      tables.push({
        title: "The arrows walked",
        columns: ["step", "arrow", "upstream", "handed on"],
        rows: arrows.map(({ of, to, upstream }, k) => [
          k + 1,
          `${of} → ${to}`,
          upstream,
          upstream,
        ]),
      });
    return tables;
  }
});

/** The first `most` arrows of a walk back, and what each node holds after them. */
function walk(names, way, most) {
  const last = names.length - 1;
  const grad = { [names[last]]: 1 };
  const arrows = [];
  const visit = (k, upstream) => {
    for (const which of [0, 1]) {
      if (arrows.length === most) return;
      const [of, to] = [names[k], names[k - 1]];
      const here = upstream ?? grad[of];
      arrows.push({ of, to, which, upstream: here });
      grad[to] = (grad[to] ?? 0) + here;
      if (way !== ORDERED && k > 1) visit(k - 1, way === PATHS ? here : null);
    }
  };
  if (way === ORDERED) for (let k = last; k > 0; k--) visit(k, null);
  else visit(last, way === PATHS ? 1 : null);
  return { arrows, grad };
}
