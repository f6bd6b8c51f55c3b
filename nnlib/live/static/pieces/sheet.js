// A sheet of working: quantities one below the other, each in symbols, in numbers, with
// its result, the one of the moment framed.
import { dress, html, svg } from "../elements.js";

const LINE = 17; // pixels from line to line
const GAP = 10; // between quantities
const LETTER = 6.6; // pixels, generously: a letter of the working
const INDENT = 24;

export class Sheet {
  /** @param {object} options label: for a screen reader. */
  constructor({ label }) {
    this.width = 0;
    this.picture = svg("svg", { role: "img", "aria-label": label });
    this.element = html("div", { class: "nn-plane nn-broad" }, this.picture);
  }

  resize(width) {
    this.width = width;
  }

  /**
   * @param {object[]} cells {lines: [symbols, numbers, result], active} from the top
   * @param {string[][][]} sheets the lines of all sheets that this one may become: it is
   *   as high as the highest, so that nothing below it moves.
   */
  draw(cells, sheets) {
    const tall = (lines) => this.fold(lines).length * LINE + GAP;
    const high = (sheet) => sheet.reduce((sum, lines) => sum + tall(lines), GAP);
    const height = Math.max(...sheets.map(high));
    if (height !== this.height) {
      this.height = height;
      this.element.style.height = `${height}px`;
    }
    const box = { viewBox: `0 0 ${this.width} ${height}`, height };
    dress(this.picture, box, []);
    let top = GAP;
    const parts = cells.flatMap(({ lines, active }) => {
      const folded = this.fold(lines);
      const frame = this.frame(top, folded.length);
      const texts = folded.map((words, i) => this.line(words, i, top));
      top += tall(lines);
      return active ? [frame, ...texts] : texts;
    });
    this.picture.replaceChildren(...parts);
  }

  /** The lines below the symbols in as few as the width allows. */
  fold([symbols, ...rest]) {
    const folded = [symbols];
    for (const words of rest) {
      const joined = `${folded.at(-1)} ${words}`;
      const fits = joined.length * LETTER < this.width - INDENT - 8;
      if (folded.length > 1 && fits) folded.splice(-1, 1, joined);
      else folded.push(words);
    }
    return folded;
  }

  line(words, i, top) {
    const look = i ? "nn-text" : "nn-text-strong";
    const at = { x: i ? INDENT : 10, y: top + 13 + i * LINE };
    return svg("text", { ...at, class: look }, words);
  }

  frame(top, lines) {
    const size = { width: this.width - 4, height: lines * LINE + 7, rx: 6 };
    return svg("rect", { class: "nn-sheet-now", x: 2, y: top - 4, ...size });
  }
}
