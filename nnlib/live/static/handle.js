// A mark on a picture that the reader drags, or moves with the arrow keys.
import { dress, svg } from "./elements.js";
import { onGrid } from "./controls.js";
import { num } from "./text.js";

const KEYS = {
  ArrowRight: ["across", 1],
  ArrowLeft: ["across", -1],
  ArrowUp: ["up", 1],
  ArrowDown: ["up", -1],
  PageUp: ["up", 10],
  PageDown: ["up", -10],
};

export class Handle {
  /**
   * @param {object} stage
   * @param {object} options label: what a screen reader calls it; across, up: the
   *   control that the left and right (up and down) arrows move, a name or
   *   [name, index] for one entry of a row of values, `up` the same as `across` if left
   *   out; title: what it moves, in words, by default the control's label; at(event) → [across, up] values under the pointer (no dragging without it);
   *   mark: the element that is seen, a dot if left out.
   */
  constructor(stage, { label, across, up, title, at, mark }) {
    this.stage = stage;
    this.both = up !== undefined;
    this.ends = { across: this.end(across), up: this.end(up ?? across) };
    if (title) this.ends.across.title = title;
    this.mark = mark ?? svg("circle", { class: "nn-handle-dot", r: 7 });
    this.element = svg(
      "g",
      { class: "nn-handle", role: "slider", tabindex: 0, "aria-label": label },
      svg("circle", { class: "nn-handle-room", r: 18 }),
      this.mark,
    );
    this.element.addEventListener("keydown", (event) => this.onKey(event));
    if (at) this.drag(at);
  }

  end(which) {
    const [name, index] = [which].flat();
    const control = this.stage.controls.find((c) => c.name === name);
    const title = `${control.label}${index === undefined ? "" : ` ${index + 1}`}`;
    return { control, index, title };
  }

  value({ control, index }, state) {
    return index === undefined ? state[control.name] : state[control.name][index];
  }

  /** Put the mark at (x, y) of the picture, in pixels. */
  place(x, y) {
    dress(this.element, { transform: `translate(${x} ${y})` }, []);
  }

  /** Tell assistive technology where the mark stands. */
  tell(state) {
    const { across, up } = this.ends;
    const digits = (String(across.control.step).split(".")[1] ?? "").length;
    const now = this.value(across, state);
    const words = `${across.title} ${num(now, digits)}`;
    const also = this.both ? `, ${up.title} ${num(this.value(up, state), digits)}` : "";
    const { low, high } = across.control;
    dress(
      this.element,
      {
        "aria-valuemin": low,
        "aria-valuemax": high,
        "aria-valuenow": now,
        "aria-valuetext": words + also,
      },
      [],
    );
  }

  onKey(event) {
    const known = KEYS[event.key];
    if (!known) return;
    event.preventDefault();
    const [which, steps] = known;
    const { control } = this.ends[which];
    const far = event.shiftKey ? 10 : 1;
    const now = this.value(this.ends[which], this.stage.state());
    this.move({ [which]: now + steps * far * control.step });
  }

  /** Set one or both values, each brought onto its control's grid. */
  move(wanted) {
    const values = {};
    const state = this.stage.state();
    for (const [which, x] of Object.entries(wanted)) {
      const { control, index } = this.ends[which];
      const value = onGrid(control, x);
      if (index === undefined) values[control.name] = value;
      else {
        values[control.name] ??= [...state[control.name]];
        values[control.name][index] = value;
      }
    }
    this.stage.set(values);
  }

  drag(at) {
    const follow = (event) => {
      const [across, up] = at(event);
      this.move(this.both ? { across, up } : { across });
    };
    this.element.addEventListener("pointerdown", (event) => {
      this.element.setPointerCapture(event.pointerId);
      this.element.addEventListener("pointermove", follow);
    });
    for (const end of ["pointerup", "pointercancel"])
      this.element.addEventListener(end, () =>
        this.element.removeEventListener("pointermove", follow),
      );
  }
}
