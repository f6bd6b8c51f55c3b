// A figure as one picture file: SVG with every style written out, or PNG made of it.
import { svg } from "./elements.js";

const SCALE = 2; // PNG pixels a CSS pixel: sharp on paper and on a projector
const STYLES = [
  "color",
  "fill",
  "fill-opacity",
  "font-family",
  "font-size",
  "font-style",
  "font-variant-numeric",
  "font-weight",
  "opacity",
  "paint-order",
  "stroke",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-linejoin",
  "stroke-opacity",
  "stroke-width",
  "text-anchor",
  "visibility",
];

/** The figure's pieces as they stand on the page: an <svg> that needs no style sheet. */
export function asSVG({ plots, pieces, title, caption }) {
  const frame = plots.getBoundingClientRect();
  const [width, height] = [Math.ceil(frame.width), Math.ceil(frame.height)];
  const size = { viewBox: `0 0 ${width} ${height}`, width, height };
  const paper = getComputedStyle(pieces[0].element).backgroundColor;
  const whole = svg(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", ...size },
    svg("title", {}, title),
    svg("desc", {}, caption),
    svg("rect", { width, height, fill: paper }),
  );
  for (const { element } of pieces) {
    for (const part of element.querySelectorAll("canvas, svg")) {
      const box = part.getBoundingClientRect();
      const place = {
        x: box.x - frame.x,
        y: box.y - frame.y,
        width: box.width,
        height: box.height,
      };
      whole.append(part.localName === "svg" ? still(part, place) : pixels(part, place));
    }
  }
  return whole;
}

function still(part, place) {
  const copy = part.cloneNode(true);
  const [from, to] = [part, copy].map((root) => [root, ...root.querySelectorAll("*")]);
  from.forEach((element, i) => {
    const styles = getComputedStyle(element);
    for (const name of STYLES)
      to[i].style.setProperty(name, styles.getPropertyValue(name));
    for (const name of ["class", "tabindex", "role"]) to[i].removeAttribute(name);
  });
  for (const [name, value] of Object.entries(place)) copy.setAttribute(name, value);
  return copy;
}

const pixels = (canvas, place) =>
  svg("image", {
    ...place,
    href: canvas.toDataURL(),
    preserveAspectRatio: "none",
    "image-rendering": "pixelated",
  });

/** The SVG's text, as a data: address. */
function address(picture) {
  const text = new XMLSerializer().serializeToString(picture);
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
}

export function saveSVG(figure) {
  save(address(asSVG(figure)), `${figure.name}.svg`);
}

export async function savePNG(figure) {
  const picture = asSVG(figure);
  const image = new Image();
  image.src = address(picture);
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = SCALE * picture.getAttribute("width");
  canvas.height = SCALE * picture.getAttribute("height");
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  save(canvas.toDataURL("image/png"), `${figure.name}.png`);
}

function save(href, download) {
  Object.assign(document.createElement("a"), { href, download }).click();
}
