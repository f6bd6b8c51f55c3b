// Predict first: after a change the result stays hidden until the reader has written
// down what it will show.
import { button, html } from "./elements.js";

export class Predict {
  /** @param {object} stage whose result is hidden and shown. */
  constructor(stage) {
    this.stage = stage;
    const id = `nn-predict-${stage.config.id}`;
    this.input = html("input", { type: "text", id, autocomplete: "off" });
    const label = html("label", { for: id }, "What will the figure show?");
    this.form = html(
      "form",
      { class: "nn-predict", hidden: "" },
      label,
      this.input,
      html("button", { type: "submit", class: "nn-button" }, "Show me"),
    );
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.commit();
    });
    this.toggle = button("Predict first", () => this.turn(!this.on));
    this.toggle.setAttribute("aria-pressed", "false");
    Object.assign(this, { on: false, veiled: false });
  }

  turn(on) {
    this.on = on;
    this.toggle.setAttribute("aria-pressed", String(on));
    this.veil(false);
    if (on) this.stage.say("Change something: the result waits for your prediction.");
  }

  /** The reader has changed something: hide what follows from it. */
  changed() {
    if (!this.on || this.veiled) return;
    this.veil(true);
    this.stage.say("");
  }

  veil(veiled) {
    this.veiled = veiled;
    this.form.hidden = !veiled;
    this.stage.veil(veiled);
  }

  commit() {
    const words = this.input.value.trim();
    if (words === "") {
      this.stage.say("Write first what you expect: a word or a number is enough.");
      this.input.focus();
      return;
    }
    this.veil(false);
    this.stage.say(`You predicted: ${words}`);
    this.input.value = "";
  }
}
