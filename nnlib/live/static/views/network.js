// A small network, number by number: forward to the loss, and δ on the way back.
import { loss } from "../engine/loss.js";
import { network } from "../engine/mlp.js";
import { svg } from "../elements.js";
import { NetworkDiagram } from "../pieces/network.js";
import { mount } from "../stage.js";
import { num } from "../text.js";

export default mount((stage) => {
  const { config } = stage;
  const net = network(config.net);
  const judge = loss(config.loss);
  const depth = net.layers.length / 2;
  const sizes = [net.dIn, ...net.params.filter((_, k) => k % 2).map((b) => b.length)];
  const places = placesOf(sizes);
  const handles = places.map(({ title }, index) =>
    stage.handle({
      label: title,
      title,
      across: ["weights", index],
      mark: svg("g"),
    }),
  );
  const diagram = stage.add(
    new NetworkDiagram({ sizes, handles, label: "The network: units and weights" }),
  );
  stage.player("step", () => 2 * depth + 1, { pause: 1200 });
  stage.compare();

  function run({ weights, example }) {
    let at = 0;
    for (const p of net.params) {
      p.set(weights.slice(at, at + p.length));
      at += p.length;
    }
    const row = Number(example) - 1;
    const T = Float64Array.from(config.T[row]);
    const Y = net.forward(Float64Array.from(config.X[row]), 1);
    const dY = new Float64Array(Y.length);
    const value = judge.valueAndGrad(Y, T, 1, dY);
    net.backward(dY);
    return {
      value,
      target: config.T[row],
      a: sizes.map((_, k) => Array.from(net.A[2 * k])),
      z: sizes.slice(1).map((_, k) => Array.from(net.A[2 * k + 1])),
      delta: sizes.slice(1).map((_, k) => Array.from(net.deltas[2 * k + 1])),
      grads: net.grads.flatMap((g) => Array.from(g)),
    };
  }

  return (state, ghost) => {
    const { step, weights } = state;
    const before = ghost && { weights: ghost.weights, units: run(ghost).a };
    const now = run(state);
    const passed = (layer) => step > 2 * depth - layer; // the way back has seen it
    const active = step <= depth ? step : step > depth + 1 ? 2 * depth + 2 - step : -1;
    const units = now.a.map((layer, k) =>
      layer.map((a, i) => ({
        value: step >= k ? a : null,
        delta: k > 0 && passed(k - 1) ? now.delta[k - 1][i] : null,
        active: k === active,
      })),
    );
    const edges = places.map(({ layer, from, to }, index) => ({
      layer,
      from,
      to,
      value: weights[index],
      gradient: passed(layer) ? now.grads[index] : null,
    }));
    diagram.draw(edges, units, before);
    return {
      caption: caption(step, now),
      numbers: () => numbers(step, weights, now, passed),
    };
  };

  function caption(step, { a, z, value, target, delta, grads }) {
    if (step === 0) return `The input: x = ${row(a[0], 2)}.`;
    if (step <= depth)
      return `Forward, layer ${step}: z = ${row(z[step - 1])}, a = ${row(a[step])}.`;
    if (step === depth + 1)
      return `The loss of ${row(a[depth])} against ${row(target, 2)}: L = ${num(value, 4)}.`;
    const k = 2 * depth + 1 - step;
    const steepest = places
      .map((place, index) => ({ ...place, slope: grads[index] }))
      .filter(({ layer, from }) => layer === k && from !== null)
      .reduce((best, one) => (Math.abs(one.slope) > Math.abs(best.slope) ? one : best));
    return `Backward, layer ${k + 1}: δ = ${row(delta[k])}; its steepest weight, from ${steepest.from + 1} to ${steepest.to + 1}, has the gradient ${num(steepest.slope, 4)}.`;
  }

  function numbers(step, weights, { a, z, value, delta, grads }, passed) {
    const layers = delta.map((_, k) => k);
    return [
      {
        title: "Units",
        columns: ["layer", "unit", "z", "a", "δ = ∂L/∂z"],
        rows: layers.flatMap((k) =>
          delta[k].map((d, j) => [
            k + 1,
            j + 1,
            ...(step > k ? [z[k][j], a[k + 1][j]] : ["not yet", "not yet"]),
            passed(k) ? d : "not yet",
          ]),
        ),
      },
      {
        title: "Weights",
        columns: ["weight", "value", "∂L/∂weight"],
        rows: places.map(({ name, layer }, index) => [
          name,
          weights[index],
          passed(layer) ? grads[index] : "not yet",
        ]),
      },
      {
        title: "The loss",
        columns: ["L"],
        rows: [[step > depth ? value : "not yet"]],
      },
    ];
  }
});

/** Where each parameter stands in the picture, in the order of net.params. */
function placesOf(sizes) {
  const places = [];
  for (let layer = 0; layer + 1 < sizes.length; layer++) {
    const n = layer + 1;
    for (let to = 0; to < sizes[n]; to++)
      for (let from = 0; from < sizes[layer]; from++)
        places.push({
          layer,
          from,
          to,
          name: `w${n}(${from + 1}→${to + 1})`,
          title: `weight of layer ${n}, from ${from + 1} to ${to + 1}`,
        });
    for (let to = 0; to < sizes[n]; to++)
      places.push({
        layer,
        from: null,
        to,
        name: `b${n}(${to + 1})`,
        title: `bias of layer ${n}, unit ${to + 1}`,
      });
  }
  return places;
}

/** (0.47, 0.32): a row of numbers; one number stands without brackets. */
function row(values, digits = 4) {
  const words = values.map((value) => num(value, digits));
  return words.length === 1 ? words[0] : `(${words.join(", ")})`;
}
