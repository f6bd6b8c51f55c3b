// Sizes from far below to far above one as text, as nnlib/live/views/sizes.py writes them.
import { whole } from "../text.js";

/** 10⁻³ for −3. */
export const powerOfTen = (power) =>
  `10${power < 0 ? "⁻" : ""}${String(Math.abs(power)).replace(/\d/g, (n) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[n])}`;

/** `x` to so many significant digits: 0.0421, 12.3, 4,210, 1.23·10⁻⁷, −2·10⁶. */
export function sizeText(x, digits = 3) {
  if (x === 0) return "0";
  const sign = x < 0 ? "−" : "";
  const [head, exponent] = Math.abs(x)
    .toExponential(digits - 1)
    .split("e");
  const power = Number(exponent);
  if (power < -4 || power > 4) return `${sign}${head}·${powerOfTen(power)}`;
  const rounded = Number(`${head}e${power}`);
  const decimals = digits - 1 - power;
  return sign + (decimals > 0 ? rounded.toFixed(decimals) : whole(rounded));
}
