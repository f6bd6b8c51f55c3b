// numpy's default_rng(seed), bit for bit: the page draws the same initial weights and
// the same mini-batches as Python. A seed is hashed by SeedSequence into the state of
// PCG64 (XSL-RR 128/64): O'Neill, HMC-CS-2014-0905 (2014).
import { refuse } from "./kinds.js";

const WORD = 2 ** 32;
const LIMB = 2 ** 16; // 128 bits are eight of them, lowest first: products stay exact

/** n as 16-bit limbs. */
function limbs(n) {
  return Float64Array.from({ length: 8 }, (_, k) =>
    Number((n >> BigInt(16 * k)) & 0xffffn),
  );
}

const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;
const FACTOR = limbs(MULTIPLIER);

/** One stream of numpy's hash: each word that it takes changes its constant. */
function hash(start, multiplier) {
  let constant = start;
  return (word) => {
    const mixed = word ^ constant;
    constant = Math.imul(constant, multiplier);
    const value = Math.imul(mixed, constant);
    return value ^ (value >>> 16);
  };
}

/** SeedSequence(seed).generate_state(8, uint32).                     → 8 words of 32 bits */
function seedWords(seed) {
  const entropy = [seed % WORD, Math.floor(seed / WORD), 0, 0];
  const stir = hash(0x43b0d7e5, 0x931e8875);
  const pool = entropy.map(stir);
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) {
      if (from === to) continue;
      const value =
        Math.imul(0xca01f9dd, pool[to]) - Math.imul(0x4973f715, stir(pool[from]));
      pool[to] = value ^ (value >>> 16);
    }
  }
  const squeeze = hash(0x8b51f9dd, 0x58f38ded);
  return [...pool, ...pool].map((word) => squeeze(word) >>> 0);
}

/** A stream of random numbers: numpy's Generator with its PCG64. */
class Generator {
  #state;
  #increment;
  #high = 0; // the upper and the lower half of the last 64 bits
  #low = 0;
  #spare = -1; // an upper half that is still to be handed out, or -1

  constructor(seed) {
    const w = seedWords(seed).map(BigInt);
    const state = (w[1] << 96n) | (w[0] << 64n) | (w[3] << 32n) | w[2];
    const stream = (w[5] << 96n) | (w[4] << 64n) | (w[7] << 32n) | w[6];
    const increment = (stream << 1n) | 1n;
    this.#state = limbs((increment + state) * MULTIPLIER + increment);
    this.#increment = limbs(increment);
  }

  /** state ← state · multiplier + increment (mod 2¹²⁸), then 64 bits of it, stirred. */
  #advance() {
    const state = this.#state;
    // highest limb first: each needs the old values of those below it
    for (let k = 7; k >= 0; k--) {
      let sum = this.#increment[k];
      for (let j = 0; j <= k; j++) sum += state[j] * FACTOR[k - j];
      state[k] = sum;
    }
    for (let k = 0, carry = 0; k < 8; k++) {
      const sum = state[k] + carry;
      carry = Math.floor(sum / LIMB);
      state[k] = sum - carry * LIMB;
    }
    let high = (state[7] * LIMB + state[6]) ^ (state[3] * LIMB + state[2]);
    let low = (state[5] * LIMB + state[4]) ^ (state[1] * LIMB + state[0]);
    const turn = state[7] >>> 10;
    if (turn >= 32) [high, low] = [low, high];
    const by = turn & 31;
    // x << 32 is x in JavaScript: so the shift to the left is made in two
    this.#high = ((high >>> by) | ((low << 1) << (31 - by))) >>> 0;
    this.#low = ((low >>> by) | ((high << 1) << (31 - by))) >>> 0;
  }

  /** 32 bits: 64 are drawn at a time, and the lower half is handed out first. */
  #word() {
    const spare = this.#spare;
    this.#spare = -1;
    if (spare >= 0) return spare;
    this.#advance();
    this.#spare = this.#high;
    return this.#low;
  }

  /** Uniform in [0, 1), a multiple of 2⁻⁵³. */
  random() {
    this.#advance();
    return (this.#high * 2 ** 21 + (this.#low >>> 11)) / 2 ** 53;
  }

  /** Uniform in [low, high): one number, or n of them as a Float64Array. */
  uniform(low = 0, high = 1, n) {
    const draw = () => low + (high - low) * this.random();
    return n === undefined ? draw() : Float64Array.from({ length: n }, draw);
  }

  /** A whole number in low … high − 1, or n of them as an array. */
  integers(low, high, n) {
    const whole = [low, high, high - low].every(Number.isSafeInteger);
    if (!whole || low >= high)
      refuse(`integers needs whole low < high, got ${low}, ${high}.`);
    const draw = () => low + this.#below(high - low);
    return n === undefined ? draw() : Array.from({ length: n }, draw);
  }

  /** Uniform in 0 … count − 1, by Lemire's method, arXiv:1805.10941 (2018). */
  #below(count) {
    if (count === 1) return 0;
    if (count > WORD) return this.#belowMany(BigInt(count));
    if (count === WORD) return this.#word();
    const reject = WORD % count;
    for (;;) {
      // word · count has 64 bits: two products of 48 stay exact
      const word = this.#word();
      const lower = (word & 0xffff) * count;
      const upper = (word >>> 16) * count + Math.floor(lower / LIMB);
      const rest = (upper % LIMB) * LIMB + (lower % LIMB);
      if (rest >= reject) return Math.floor(upper / LIMB);
    }
  }

  #belowMany(count) {
    const all = 1n << 64n;
    for (;;) {
      this.#advance();
      const product = ((BigInt(this.#high) << 32n) | BigInt(this.#low)) * count;
      if (product % all >= all % count) return Number(product >> 64n);
    }
  }

  /**
   * 0 … n − 1 in random order, into `order`: each place, from the last one down, swaps
   * with one that is not behind it. That one is drawn from the next power of two, again
   * until it fits, and not by Lemire's method: so does numpy.
   */
  permutation(n, order = new Uint32Array(n)) {
    for (let i = 0; i < n; i++) order[i] = i;
    for (let i = n - 1; i > 0; i--) {
      const mask = 0xffffffff >>> Math.clz32(i);
      let j;
      do j = this.#word() & mask;
      while (j > i);
      const moved = order[i];
      order[i] = order[j];
      order[j] = moved;
    }
    return order;
  }
}

/** numpy.random.default_rng(seed), for a whole seed ≥ 0. */
export function defaultRng(seed) {
  if (!Number.isSafeInteger(seed) || seed < 0)
    refuse(`a seed must be a whole number, 0 or more, got ${seed}.`);
  return new Generator(seed);
}
