// Numbers of any size as text, and how long a run's digits can be trusted:
// nnlib/live/views/scientific.py, word for word.
import { whole } from "../text.js";

const SUPERSCRIPTS = { "-": "⁻", ...Object.fromEntries([..."⁰¹²³⁴⁵⁶⁷⁸⁹"].entries()) };

/** 10 to this power, as text: 10⁻³. */
export const powerOfTen = (power) =>
  `10${[...String(power)].map((sign) => SUPERSCRIPTS[sign]).join("")}`;

/** `x` to so many significant digits: 0.0421, 12.3, 4,210, 1.23·10⁻⁷. */
function short(x, digits = 3) {
  if (x === 0) return "0";
  const sign = x < 0 ? "−" : "";
  const [head, exponent] = Math.abs(x)
    .toExponential(digits - 1)
    .split("e");
  const power = Number(exponent);
  if (power < -4 || power > 4) return `${sign}${head}·${powerOfTen(power)}`;
  const rounded = Number(`${head}e${power}`);
  return sign + (power < digits ? rounded.toFixed(digits - 1 - power) : whole(rounded));
}

/** A loss to three digits; next to nothing is called so, for its digits are noise. */
export const lossText = (loss) => (Math.abs(loss) < 1e-8 ? "below 10⁻⁸" : short(loss));

/** η = 10^exponent to three digits, so that what is shown is what is used. */
export const rate = (exponent) => Number((10 ** exponent).toExponential(2));

export const NUDGE = 1e-12; // relative, of all that a twin computes
const TRUSTED = 1e-6; // a run and its twin differ by less than this, relatively
const SMALL = 1e-3; // what is smaller than this counts as this much

/** Whether a run and its nudged twin are so far apart that no digit is certain. */
export const parted = (one, other) =>
  !(Math.abs(one - other) <= TRUSTED * Math.max(Math.abs(one), Math.abs(other), SMALL));

/** Numbers in [−1, 1) that look random, one for each whole number k. */
export const shake = (k) => ((k * 40503) % 65536) / 32768 - 1;
