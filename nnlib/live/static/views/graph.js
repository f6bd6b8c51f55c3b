// A computation graph: forward with numbers, backward with upstream × local.
import { backward, run } from "../engine/graph.js";
import { Graph } from "../pieces/graph.js";
import { mount } from "../stage.js";
import { num } from "../text.js";

export default mount((stage) => {
  const { graph } = stage.config;
  const { inputs, steps } = graph;
  const count = steps.length;
  const result = steps.at(-1).name;
  const picture = stage.add(
    new Graph({ graph, label: "The computation graph, a box for each operation" }),
  );
  stage.player("step", () => 2 * count, { pause: 1200 });
  stage.compare();

  return (state, ghost) => {
    const { step } = state;
    const done = run(graph, state);
    const back = Math.max(0, step - count);
    const { grad, handed } = back
      ? backward(graph, done, back)
      : { grad: {}, handed: [] };
    const known = new Set([...inputs, ...steps.slice(0, step).map(({ name }) => name)]);
    const active = step === 0 ? null : step <= count ? step - 1 : 2 * count - step;
    const now = active === null ? null : steps[active];
    const formulas = Object.fromEntries(
      steps.map(({ name, op, args }) => [name, formula(op, args)]),
    );

    const boxes = {};
    for (const name of done.nodes) {
      boxes[name] = {
        active: now?.name === name,
        lines: [
          formulas[name] ? `${name} = ${formulas[name]}` : name,
          known.has(name) ? num(done.value[name], 4) : "",
          Object.hasOwn(grad, name) ? `∂ ${num(grad[name], 4)}` : "",
        ],
      };
    }
    picture.draw(boxes, arrows(done, handed, now, step), earlier(done, ghost, known));

    return {
      caption: caption(state, done, handed, now),
      numbers: () => numbers(done, grad, handed, known, step, formulas),
    };
  };

  function arrows({ edges }, handed, now, step) {
    return edges.map((edge, i) => {
      const twins = edges.filter(
        ({ from, to }) => from === edge.from && to === edge.to,
      );
      const place = twins.indexOf(edge);
      const passed = handed.find(
        ({ from, to }, k) =>
          from === edge.from &&
          to === edge.to &&
          handed.slice(0, k).filter((h) => h.from === from && h.to === to).length ===
            place,
      );
      const current = now?.name === edge.to && step <= count;
      return {
        from: edge.from,
        to: edge.to,
        twin: twins.length > 1 ? place * 2 - 1 : 0,
        look: passed ? "back" : current ? "now" : "",
        words: passed ? `× ${num(edge.local, 3)}` : "",
      };
    });
  }

  function earlier({ value }, ghost, known) {
    if (!ghost) return {};
    const before = run(graph, ghost).value;
    const moved = [...known].filter((name) => before[name] !== value[name]);
    return Object.fromEntries(
      moved.map((name) => [name, `was ${num(before[name], 4)}`]),
    );
  }

  function caption({ step, ...values }, { value }, handed, now) {
    if (step === 0)
      return `The inputs: ${inputs.map((x) => `${x} = ${num(values[x], 2)}`).join(", ")}.`;
    const { name, op, args } = now;
    if (step <= count) {
      const written = formula(
        op,
        args.map((arg) => num(value[arg], 4)),
      );
      return `Forward, ${step} of ${count}: ${name} = ${formula(op, args)} = ${written} = ${num(value[name], 4)}.`;
    }
    const ways = handed
      .filter(({ to }) => to === name)
      .map(
        ({ from, upstream, local, share }) =>
          `∂${result}/∂${from} gets ${num(upstream, 4)} × ${num(local, 4)} = ${num(share, 4)}`,
      );
    return `Backward, ${step - count} of ${count}, from ${name}: ${ways.join("; ")}.`;
  }

  function numbers({ nodes, value }, grad, handed, known, step, formulas) {
    const tables = [
      {
        title: "Nodes",
        columns: ["node", "is", "value", `∂${result}/∂node`],
        rows: nodes.map((name) => [
          name,
          formulas[name] ?? "input",
          known.has(name) ? value[name] : "not yet",
          grad[name] ?? "not yet",
        ]),
      },
    ];
    if (step > count)
      tables.push({
        title: "The way back",
        columns: ["arrow", "upstream", "local", "product"],
        rows: handed.map(({ from, to, upstream, local, share }) => [
          `${to} → ${from}`,
          upstream,
          local,
          share,
        ]),
      });
    return tables;
  }
});

/** The operation written out: a + b, σ(z), e². */
function formula(op, args) {
  if (op === "²") return /^\p{L}+$/u.test(args[0]) ? `${args[0]}²` : `(${args[0]})²`;
  return args.length === 2 ? args.join(` ${op} `) : `${op}(${args[0]})`;
}
