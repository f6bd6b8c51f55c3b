// Numbers as text, the same on the page as in Python (nnlib/live/text.py).

/** `x` with `digits` decimals, halves away from zero, a true minus. */
export function num(x, digits) {
  const text = Math.abs(x).toFixed(digits);
  return (x < 0 && /[1-9]/.test(text) ? "−" : "") + text;
}

/** "+ 0.50" or "− 0.50": a term after others in a sum. */
export const term = (x, digits) =>
  `${num(x, digits).startsWith("−") ? "−" : "+"} ${num(Math.abs(x), digits)}`;

/** 3997 → "3,997". */
export const whole = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

/** "100 %": `part` of `all`, rounded halves up. */
export const percent = (part, all) => `${num((100 * part) / all, 0)} %`;

/** `x` with up to six significant figures, a true minus: 0.880797, −1.2e−7, "infinite". */
export function figures(x) {
  if (Number.isNaN(x)) return "not a number";
  if (!Number.isFinite(x)) return x > 0 ? "infinite" : "−infinite";
  return String(Number(x.toPrecision(6))).replaceAll("-", "−");
}
