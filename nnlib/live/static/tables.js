// "Show the numbers": what a figure draws, as tables to read and to copy.
import { button, html } from "./elements.js";
import { figures } from "./text.js";

export class Tables {
  /** @param {string} title of the figure; say(words) tells the reader something. */
  constructor(title, say) {
    this.body = html("div", {
      class: "nn-tables",
      role: "region",
      tabindex: 0,
      "aria-label": `${title}: the numbers`,
    });
    this.copy = button("Copy the numbers", () => this.onCopy(say));
    this.element = html("div", { hidden: "" }, this.body, this.copy);
    this.toggle = button("Show the numbers", () => this.open(this.element.hidden));
    this.toggle.setAttribute("aria-expanded", "false");
  }

  open(open) {
    this.element.hidden = !open;
    this.toggle.setAttribute("aria-expanded", String(open));
    this.toggle.textContent = open ? "Hide the numbers" : "Show the numbers";
    this.draw();
  }

  /** @param numbers () → [{title, columns, rows}], asked only while they are shown. */
  show(numbers) {
    this.numbers = numbers;
    this.draw();
  }

  draw() {
    if (!this.element.hidden) this.body.replaceChildren(...this.numbers().map(table));
  }

  async onCopy(say) {
    try {
      await navigator.clipboard.writeText(asText(this.numbers()));
      say("The numbers are on the clipboard, in full, columns parted by tabs.");
    } catch {
      say("This browser keeps the clipboard shut: mark the numbers and copy them.");
    }
  }
}

function table({ title, columns, rows }) {
  const head = columns.map((name) => html("th", { scope: "col" }, name));
  const cell = (value) =>
    typeof value === "number"
      ? html("td", { class: "nn-number", "data-value": value }, figures(value))
      : html("td", {}, value);
  return html(
    "table",
    {},
    html("caption", {}, title),
    html("thead", {}, html("tr", {}, ...head)),
    html("tbody", {}, ...rows.map((row) => html("tr", {}, ...row.map(cell)))),
  );
}

const asText = (tables) =>
  tables
    .map(({ title, columns, rows }) =>
      [title, columns.join("\t"), ...rows.map((row) => row.join("\t"))].join("\n"),
    )
    .join("\n\n");
