// What the controls of a figure can say. Python describes each one: a slider or a row of
// values by its grid {low, high, step}, a menu by its options, a switch by neither.

const decimals = (x) => (String(x).split(".")[1] ?? "").length;

/** The value nearest to `x` on the grid: 1.15 for JupyterLab's 1.1500000000000004. */
export function onGrid({ low, high, step }, x) {
  const digits = Math.max(...[low, step].map(decimals));
  const nearest = low + Math.round((x - low) / step) * step;
  return Number(Math.min(Math.max(nearest, low), high).toFixed(digits));
}

/** What the model's `raw` value means: a number, an option, numbers, true or false. */
export function meaning(control, raw) {
  if (control.options) return control.options[raw];
  if (control.most) return raw.map((x) => onGrid(control, x));
  return control.step === undefined ? raw : onGrid(control, raw);
}

/** The raw value by which the model knows `value`. */
export const rawValue = ({ options }, value) =>
  options ? options.indexOf(value) : value;

/** `value` as it stands in a link: 0.5, AND, true, 0.1;0.2. */
export const linkText = (value) => [value].flat().join(";");

/** The value that `text` from a link stands for, or undefined if it stands for none. */
export function fromLink(control, text) {
  const { options, least, most, step } = control;
  if (options) return options.find((option) => String(option) === text);
  if (step === undefined) return { true: true, false: false }[text];
  if (!most) return numberFromLink(control, text);
  const parts = text === "" ? [] : text.split(";");
  const values = parts.map((part) => numberFromLink(control, part));
  const fits = values.length >= least && values.length <= most;
  return fits && !values.includes(undefined) ? values : undefined;
}

function numberFromLink(grid, text) {
  const x = Number(text);
  if (text.trim() === "" || !(x >= grid.low && x <= grid.high)) return undefined;
  return onGrid(grid, x);
}
