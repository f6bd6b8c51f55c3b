// Typed arrays and three nested loops, as one writes them without a second thought:
// batch by batch, everything allocated once, tanh behind every layer, SGD on ½ (y − t)².

/** { epoch(), predict(x) } of a network with these weights, [W (rows), b] of each layer. */
export function plain(weights, X, T, rate, batchSize) {
  const layers = weights.map(([W, b]) => ({
    W: Float64Array.from(W.flat()),
    b: Float64Array.from(b),
    dW: new Float64Array(W.flat().length),
    db: new Float64Array(b.length),
    a: new Float64Array(batchSize * b.length),
    delta: new Float64Array(batchSize * b.length),
    dIn: W[0].length,
    dOut: b.length,
  }));
  const last = layers.at(-1);
  const input = new Float64Array(batchSize * layers[0].dIn);

  function forward(x, n) {
    for (const { W, b, a, dIn, dOut } of layers) {
      for (let r = 0; r < n; r++) {
        for (let i = 0; i < dOut; i++) {
          let z = b[i];
          for (let j = 0; j < dIn; j++) z += W[i * dIn + j] * x[r * dIn + j];
          a[r * dOut + i] = Math.tanh(z);
        }
      }
      x = a;
    }
  }

  function backward(x, t, n) {
    for (let r = 0; r < n; r++) {
      const y = last.a[r];
      last.delta[r] = ((y - t[r]) / n) * (1 - y * y);
    }
    for (let k = layers.length - 1; k >= 0; k--) {
      const { W, dW, db, delta, dIn, dOut } = layers[k];
      const a = k ? layers[k - 1].a : x;
      for (let i = 0; i < dOut; i++) {
        for (let j = 0; j < dIn; j++) {
          let sum = 0;
          for (let r = 0; r < n; r++) sum += delta[r * dOut + i] * a[r * dIn + j];
          dW[i * dIn + j] = sum;
        }
        let sum = 0;
        for (let r = 0; r < n; r++) sum += delta[r * dOut + i];
        db[i] = sum;
      }
      if (k === 0) continue;
      const below = layers[k - 1].delta;
      for (let r = 0; r < n; r++) {
        for (let j = 0; j < dIn; j++) {
          let sum = 0;
          for (let i = 0; i < dOut; i++) sum += delta[r * dOut + i] * W[i * dIn + j];
          below[r * dIn + j] = sum * (1 - a[r * dIn + j] ** 2);
        }
      }
    }
    for (const { W, b, dW, db } of layers) {
      for (let i = 0; i < W.length; i++) W[i] -= rate * dW[i];
      for (let i = 0; i < b.length; i++) b[i] -= rate * db[i];
    }
  }

  return {
    epoch() {
      for (let start = 0; start < T.length; start += batchSize) {
        const d = layers[0].dIn;
        const x = X.subarray(start * d, (start + batchSize) * d);
        const t = T.subarray(start, start + batchSize);
        forward(x, t.length);
        backward(x, t, t.length);
      }
    },
    predict(x) {
      input.set(x);
      forward(input, 1);
      return last.a[0];
    },
  };
}
