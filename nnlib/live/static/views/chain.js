// The Jacobians of three layers, to be placed: which products exist, and which is right.
import { jacobian, layerJacobians, product } from "../engine/jacobians.js";
import { network } from "../engine/mlp.js";
import { Chain } from "../pieces/chain.js";
import { countedTable, shape, subscript, turned } from "../pieces/matrix.js";
import { sizeText } from "../pieces/sizes.js";
import { mount } from "../stage.js";

const PLACES = ["left", "middle", "right"];
const EXACT = 1e-12; // what rounding leaves of a difference

const gap = (A, B) =>
  Math.max(...A.flatMap((row, i) => row.map((v, j) => Math.abs(v - B[i][j]))));
const same = (A, B) => shape(A) === shape(B) && gap(A, B) < EXACT;

export default mount((stage) => {
  const { net: spec, nothing } = stage.config;
  const net = network(spec);
  const chain = stage.add(
    new Chain({
      places: PLACES.length,
      rows: Math.max(...net.sizes),
      label: "The factors that are placed, and their product",
    }),
  );

  return (state) => {
    const x = [state.x1, state.x2];
    const each = layerJacobians(net, x);
    const J = jacobian(net, x);
    const known = {};
    each.forEach((M, k) => {
      known[`J${subscript(k)}`] = M;
      known[`J${subscript(k)}ᵀ`] = turned(M);
    });
    const factors = PLACES.map((place) => state[place])
      .filter((name) => name !== nothing)
      .map((name) => ({ name, values: known[name] }));
    const clash = clashOf(factors);
    const whole = factors.length && clash === null ? multiplied(factors) : null;
    chain.draw({
      factors,
      product: whole,
      clash,
      name: whole ? nameOf(whole, J) : "",
      lines: refusal(factors, clash),
    });
    return {
      caption: caption(factors, clash, whole, J),
      numbers: () => [
        ...factors.map(({ name, values }, k) =>
          countedTable(`${k + 1}: ${name}`, values),
        ),
        ...(whole ? [countedTable("The product", whole)] : []),
        countedTable("J = ∂y/∂x", J),
      ],
    };
  };
});

/** The first factor whose rows are not as long as the next one's columns, or null. */
function clashOf(factors) {
  const at = factors.findIndex(
    ({ values }, k) =>
      k + 1 < factors.length && values[0].length !== factors[k + 1].values.length,
  );
  return at < 0 ? null : at;
}

const multiplied = ([first, ...others]) =>
  others.reduce((A, { values }) => product(A, values), first.values);

/** What the product is, beside its picture. */
function nameOf(whole, J) {
  if (same(whole, J)) return "J = ∂y/∂x";
  return same(whole, turned(J)) ? "Jᵀ" : "not J";
}

/** Why there is no product, in lines short enough for a telephone. */
function refusal(factors, clash) {
  if (!factors.length) return ["Place a factor."];
  if (clash === null) return [];
  const [one, other] = [factors[clash], factors[clash + 1]];
  const [d, inner] = [one.values[0].length, other.values.length];
  return [
    `A row of ${one.name} has ${d} numbers,`,
    `a column of ${other.name} has ${inner}:`,
    `${d} ≠ ${inner}, so there is no product.`,
  ];
}

function caption(factors, clash, whole, J) {
  if (!factors.length) return "No factor is placed yet.";
  const names = factors.map(({ name }) => name).join(" ");
  const shapes = factors.map(({ values }) => shape(values)).join(" · ");
  if (clash !== null) {
    const [one, other] = [factors[clash], factors[clash + 1]];
    return `${names}, that is ${shapes}: refused. A row of ${one.name} has ${one.values[0].length} numbers, a column of ${other.name} has ${other.values.length}.`;
  }
  const said =
    factors.length === 1
      ? `${names} alone is ${shapes}`
      : `${names}, that is ${shapes}, is ${shape(whole)}`;
  if (same(whole, J)) return `${said}: it is J = ∂y/∂x, numerator layout.`;
  if (same(whole, turned(J)))
    return `${said}: it is Jᵀ, which takes ∂L/∂y back to ∂L/∂x.`;
  if (shape(whole) !== shape(J))
    return `${said}. It exists, but is no ∂y/∂x: that is ${shape(J)}.`;
  return `${said}. The shape is that of ∂y/∂x, the numbers are not: off by ${sizeText(gap(whole, J), 2)}.`;
}
