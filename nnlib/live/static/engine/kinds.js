/**
 * What `table` holds for a description such as { kind: "Tanh" }: Python names the class,
 * and its settings stand beside `kind` under their Python names.
 * @throws {Error} with the names that there are, if spec.kind is none of them.
 */
export function ofKind(table, spec, what) {
  const kind = spec?.kind;
  if (typeof kind !== "string" || !Object.hasOwn(table, kind)) {
    const known = Object.keys(table).join(", ");
    refuse(`unknown ${what} "${kind}"; it knows ${known}.`);
  }
  return table[kind];
}

/** Ends what goes on: what was wrong, and what was needed. */
export function refuse(message) {
  throw new Error(`engine: ${message}`);
}
