// The way of TensorFlow Playground: a network of objects, a Node for each unit and a Link
// for each weight, one example after the other. What is its own we keep: derivatives are
// computed anew from the sum, gradients pile up in each Link until a batch is full, and
// the loss is ½ (y − t)². https://github.com/tensorflow/playground, src/nn.ts

const tanh = {
  output: (x) => Math.tanh(x),
  der: (x) => {
    const output = tanh.output(x);
    return 1 - output * output;
  },
};

class Link {
  errorDer = 0;
  accErrorDer = 0;
  numAccumulatedDers = 0;

  constructor(source, dest, weight) {
    Object.assign(this, { source, dest, weight });
  }
}

class Node {
  inputLinks = [];
  outputs = [];
  bias = 0;
  totalInput = 0;
  output = 0;
  outputDer = 0;
  inputDer = 0;
  accInputDer = 0;
  numAccumulatedDers = 0;

  constructor(activation) {
    this.activation = activation;
  }

  updateOutput() {
    this.totalInput = this.bias;
    for (let j = 0; j < this.inputLinks.length; j++) {
      const link = this.inputLinks[j];
      this.totalInput += link.weight * link.source.output;
    }
    this.output = this.activation.output(this.totalInput);
    return this.output;
  }
}

/** Layers of Nodes with these weights: [W (rows), b] of each layer. */
function build(weights) {
  const layers = [weights[0][0][0].map(() => new Node(tanh))];
  for (const [W, b] of weights) {
    const before = layers.at(-1);
    layers.push(
      W.map((row, i) => {
        const node = new Node(tanh);
        node.bias = b[i];
        before.forEach((source, j) => {
          const link = new Link(source, node, row[j]);
          node.inputLinks.push(link);
          source.outputs.push(link);
        });
        return node;
      }),
    );
  }
  return layers;
}

function forwardProp(network, inputs) {
  for (let i = 0; i < inputs.length; i++) network[0][i].output = inputs[i];
  for (let k = 1; k < network.length; k++) {
    const layer = network[k];
    for (let i = 0; i < layer.length; i++) layer[i].updateOutput();
  }
  return network.at(-1)[0].output;
}

function backProp(network, target) {
  const out = network.at(-1)[0];
  out.outputDer = out.output - target;
  for (let k = network.length - 1; k >= 1; k--) {
    const layer = network[k];
    for (let i = 0; i < layer.length; i++) {
      const node = layer[i];
      node.inputDer = node.outputDer * node.activation.der(node.totalInput);
      node.accInputDer += node.inputDer;
      node.numAccumulatedDers++;
    }
    for (let i = 0; i < layer.length; i++) {
      const node = layer[i];
      for (let j = 0; j < node.inputLinks.length; j++) {
        const link = node.inputLinks[j];
        link.errorDer = node.inputDer * link.source.output;
        link.accErrorDer += link.errorDer;
        link.numAccumulatedDers++;
      }
    }
    if (k === 1) continue;
    const before = network[k - 1];
    for (let i = 0; i < before.length; i++) {
      const node = before[i];
      node.outputDer = 0;
      for (let j = 0; j < node.outputs.length; j++) {
        const link = node.outputs[j];
        node.outputDer += link.weight * link.dest.inputDer;
      }
    }
  }
}

function updateWeights(network, rate) {
  for (let k = 1; k < network.length; k++) {
    const layer = network[k];
    for (let i = 0; i < layer.length; i++) {
      const node = layer[i];
      if (node.numAccumulatedDers > 0) {
        node.bias -= (rate * node.accInputDer) / node.numAccumulatedDers;
        node.accInputDer = 0;
        node.numAccumulatedDers = 0;
      }
      for (let j = 0; j < node.inputLinks.length; j++) {
        const link = node.inputLinks[j];
        if (link.numAccumulatedDers === 0) continue;
        link.weight -= (rate / link.numAccumulatedDers) * link.accErrorDer;
        link.accErrorDer = 0;
        link.numAccumulatedDers = 0;
      }
    }
  }
}

/** { epoch(), predict(x) } of a network that learns `points`, [{ x: […], label }, …]. */
export function playground(weights, points, rate, batchSize) {
  const network = build(weights);
  return {
    epoch() {
      points.forEach((point, i) => {
        forwardProp(network, point.x);
        backProp(network, point.label);
        if ((i + 1) % batchSize === 0) updateWeights(network, rate);
      });
    },
    predict: (x) => forwardProp(network, x),
  };
}
