// The squared error of a sigmoid neuron whose target is 1: flat where it is most wrong.
import { logistic } from "../engine/activations.js";

/** (1 − σ(w))² */
export function sure(w) {
  const off = 1 - logistic(w);
  return off * off;
}

/** d/dw (1 − σ(w))² */
export function slopeOf(w) {
  const a = logistic(w);
  return -2 * (1 - a) * (1 - a) * a;
}

/** The curve of `sure` between these ends, as points [w, loss]. */
export function plateau([low, high]) {
  return Array.from({ length: 161 }, (_, i) => {
    const w = low + ((high - low) * i) / 160;
    return [w, sure(w)];
  });
}
