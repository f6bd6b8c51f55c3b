// Names beside what they name, none on top of another.
import { svg } from "../elements.js";

const FONTS = {
  plain: "12px system-ui, sans-serif",
  strong: "700 13px system-ui, sans-serif",
};
const RISE = 10; // px that letters reach above the line they stand on
const FALL = 4; // and below it
let ruler;

function widthOf(words, look) {
  ruler ??= document.createElement("canvas").getContext("2d");
  ruler.font = look.includes("strong") ? FONTS.strong : FONTS.plain;
  return ruler.measureText(words).width + 2;
}

export class Room {
  /** @param {{left, right, top, bottom}} edges in pixels: no name goes beyond them. */
  constructor(edges) {
    this.edges = edges;
    this.taken = [];
  }

  /**
   * A text at the first of `spots`, [x, y, anchor] each, where there is room; null if
   * there is none. It keeps its room.
   */
  place(words, spots, look = "nn-text") {
    const width = widthOf(words, look);
    for (const [x, y, anchor = "start"] of spots) {
      const left = x - { start: 0, middle: width / 2, end: width }[anchor];
      const box = { left, right: left + width, top: y - RISE, bottom: y + FALL };
      if (!this.inside(box) || this.taken.some((other) => overlap(box, other)))
        continue;
      this.taken.push(box);
      return svg("text", { class: look, x, y, "text-anchor": anchor }, words);
    }
    return null;
  }

  /** Give away a round place: no name will cover it. */
  keep(x, y, r) {
    this.taken.push({ left: x - r, right: x + r, top: y - r, bottom: y + r });
  }

  inside({ left, right, top, bottom }) {
    const { edges } = this;
    const across = left >= edges.left + 2 && right <= edges.right - 2;
    return across && top >= edges.top + 2 && bottom <= edges.bottom - 2;
  }
}

const overlap = (one, other) =>
  one.left < other.right &&
  other.left < one.right &&
  one.top < other.bottom &&
  other.top < one.bottom;

/** Spots for a name at x, as near to the height y as may be, from top to bottom. */
export function upAndDown(x, y, { top, bottom }, anchor = "end") {
  const wish = Math.max(top + RISE + 3, Math.min(bottom - FALL - 3, y));
  const spots = [[x, wish, anchor]];
  for (let off = 15; off < bottom - top; off += 15)
    spots.push([x, wish + off, anchor], [x, wish - off, anchor]);
  return spots;
}

/** Spots for a name around a mark at (x, y): close by first, then further away. */
export function around(x, y, near = 11) {
  const spots = [];
  for (const far of [near, near + 15, near + 30, near + 48, near + 70]) {
    const slant = 0.75 * far;
    spots.push(
      [x + far, y + 4, "start"],
      [x - far, y + 4, "end"],
      [x + slant, y - slant, "start"],
      [x + slant, y + slant + 8, "start"],
      [x - slant, y - slant, "end"],
      [x - slant, y + slant + 8, "end"],
      [x, y - far, "middle"],
      [x, y + far + 8, "middle"],
    );
  }
  return spots;
}
