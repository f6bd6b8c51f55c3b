// Elements of the page and of its pictures, made in one call.

export function html(tag, attributes = {}, ...children) {
  return dress(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return dress(
    document.createElementNS("http://www.w3.org/2000/svg", tag),
    attributes,
    children,
  );
}

/** Give `element` attributes (null and undefined are left out) and children. */
export function dress(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export function button(label, onClick) {
  const element = html("button", { type: "button", class: "nn-button" }, label);
  element.addEventListener("click", onClick);
  return element;
}
