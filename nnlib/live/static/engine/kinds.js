/**
 * What `table` holds for a description such as { kind: "Tanh" }: Python names the class,
 * and its settings stand beside `kind` under their Python names.
 * @throws {Error} with the names that there are, if spec.kind is none of them.
 */
export function ofKind(table, spec, what) {
  const kind = spec?.kind;
  if (typeof kind !== "string" || !Object.hasOwn(table, kind)) {
    const known = Object.keys(table).join(", ");
    throw new Error(`engine: unknown ${what} "${kind}"; it knows ${known}.`);
  }
  return table[kind];
}

/** An Error with this message, unless `good`. */
export function need(good, message) {
  if (!good) throw new Error(`engine: ${message}`);
}
