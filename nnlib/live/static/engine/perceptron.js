// One neuron that decides, and the rule by which it learns from mistakes.

/** z = w·x + b, the signed score of one example. */
export function score(w, b, x) {
  let z = 0;
  for (let i = 0; i < w.length; i++) z += w[i] * x[i];
  return z + b;
}

/** ŷ = 1 if z > 0 else 0: strict, so a point on the line is answered with 0. */
export const predict = (w, b, x) => (score(w, b, x) > 0 ? 1 : 0);

/** How many rows of X the neuron (w, b) answers with their target in t. */
export function rightAnswers(w, b, X, t) {
  let right = 0;
  for (let i = 0; i < X.length; i++) right += predict(w, b, X[i]) === t[i] ? 1 : 0;
  return right;
}

/**
 * The perceptron rule, row after row: e = t − ŷ, w ← w + η e x, b ← b + η e.
 * Stops after the first epoch without a mistake, after `epochs`, or once `most`
 * corrections are recorded (`count` goes on to the end all the same).
 * @returns {{corrections: {epoch, row, error, w, b}[], count: number, clean: number|null}}
 *   the corrections, how many there were in all, and the epoch without a mistake.
 */
export function trainPerceptron(X, t, { w, b, eta, epochs, most = Infinity }) {
  const corrections = [];
  let count = 0;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const before = count;
    for (let row = 0; row < X.length; row++) {
      const error = t[row] - predict(w, b, X[row]);
      if (error === 0) continue;
      w = w.map((weight, i) => weight + eta * error * X[row][i]);
      b += eta * error;
      count += 1;
      if (count <= most) corrections.push({ epoch, row, error, w, b });
    }
    if (count === before) return { corrections, count, clean: epoch };
  }
  return { corrections, count, clean: null };
}
