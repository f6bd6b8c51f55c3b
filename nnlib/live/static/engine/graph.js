// A graph of scalar operations: forward to the result, backward along reversed arrows.
import { activation } from "./activations.js";
import { ofKind, refuse } from "./kinds.js";

const through = (kind) => {
  const { g, slope } = activation({ kind });
  return { value: (z) => g(z), slopes: ([z], a) => [slope(z, a)] };
};

/** Each operation: its value, and ∂value/∂argument for each argument. */
const operations = {
  "+": { value: (a, b) => a + b, slopes: () => [1, 1] },
  "−": { value: (a, b) => a - b, slopes: () => [1, -1] },
  "×": { value: (a, b) => a * b, slopes: ([a, b]) => [b, a] },
  "²": { value: (a) => a * a, slopes: ([a]) => [2 * a] },
  σ: through("Sigmoid"),
  tanh: through("Tanh"),
  ReLU: through("ReLU"),
};

/**
 * The graph that Python describes, { inputs: ["x", …], steps: [{ name, op, args }, …] },
 * run with a value for each input. Steps stand after what they need.
 * @returns {{value, nodes, edges}} value[name]; nodes in order; of each edge {from, to,
 *   local}: ∂to/∂from along this arrow alone.
 */
export function run({ inputs, steps }, values) {
  const value = {};
  for (const name of inputs) {
    if (!Number.isFinite(values[name]))
      refuse(`graph: the input ${name} has no value.`);
    value[name] = values[name];
  }
  const edges = [];
  for (const { name, op, args } of steps) {
    const { value: apply, slopes } = ofKind(operations, { kind: op }, "operation");
    const given = args.map((arg) => value[arg]);
    if (given.includes(undefined))
      refuse(`graph: ${name} stands before what it needs.`);
    value[name] = apply(...given);
    slopes(given, value[name]).forEach((local, i) =>
      edges.push({ from: args[i], to: name, local }),
    );
  }
  return { value, nodes: [...inputs, ...steps.map(({ name }) => name)], edges };
}

/**
 * ∂result/∂node of every node, `count` steps of the way back: step by step the last node
 * that is left hands upstream × local down each of its arrows, and they add where they
 * meet. @returns {{grad, handed}} grad[name] so far, and the arrows passed, in order.
 */
export function backward({ steps }, { edges }, count = steps.length) {
  const grad = { [steps.at(-1).name]: 1 };
  const handed = [];
  for (const { name } of steps.slice(steps.length - count).reverse()) {
    const upstream = grad[name] ?? 0;
    for (const edge of edges.filter(({ to }) => to === name)) {
      const share = upstream * edge.local;
      grad[edge.from] = (grad[edge.from] ?? 0) + share;
      handed.push({ ...edge, upstream, share });
    }
  }
  return { grad, handed };
}
