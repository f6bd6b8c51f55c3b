// The stage: one figure, its pieces of picture, its controls, its caption. A view builds
// its pieces once and paints them again whenever a control moves.
import { fromLink, linkText, meaning, rawValue } from "./controls.js";
import { savePNG, saveSVG } from "./download.js";
import { button, html, svg } from "./elements.js";
import { Handle } from "./handle.js";
import { ALONE, Job, SLICE } from "./job.js";
import { Plane } from "./pieces/plane.js";
import { Predict } from "./predict.js";
import { Tables } from "./tables.js";

const ARRIVAL = { every: 100, total: 3000 }; // ms: formulas above are set meanwhile
const ANNOUNCE_AFTER = 500; // ms of quiet before a screen reader is told the new caption
const GESTURE = 700; // ms of rest that part one change of mind from the next

const MARKS = {
  class0: () =>
    svg("g", { class: "nn-class0" }, svg("circle", { cx: 12, cy: 12, r: 6.5 })),
  class1: () =>
    svg(
      "g",
      { class: "nn-class1" },
      svg("rect", { x: 6, y: 6, width: 12, height: 12 }),
    ),
  class2: () =>
    svg("g", { class: "nn-class2" }, svg("path", { d: "M12 4.5l7 14h-14Z" })),
  dot: () => svg("circle", { class: "nn-dot", cx: 12, cy: 12, r: 6 }),
  square: () => svg("rect", { class: "nn-image", x: 6, y: 6, width: 12, height: 12 }),
  wrong: () => svg("path", { class: "nn-wrong", d: "M3 3l18 18m0 -18l-18 18" }),
  ring: () => svg("circle", { class: "nn-ring", cx: 12, cy: 12, r: 9 }),
  hollow: () => svg("circle", { class: "nn-hollow", cx: 12, cy: 12, r: 6 }),
  held: () => {
    const look = { class: "nn-class0 nn-held" };
    return svg("g", look, svg("circle", { cx: 12, cy: 12, r: 6.5 }));
  },
  before: () => svg("path", { class: "nn-line-before", d: "M1 12h22" }),
};

/**
 * Make an anywidget module of `setup(stage)`. It builds the figure's pieces and returns
 * paint(state, ghost), which draws the state of the controls (and, where the view
 * compares, what it drew in the earlier state `ghost`, unless null) and returns
 * {caption, numbers}: a sentence, and () → [{title, columns, rows}].
 */
export function mount(setup) {
  return {
    render({ model, el, permalinks = false }) {
      const stage = new Stage(model, el, permalinks);
      stage.start(setup(stage));
      return () => stage.end();
    },
  };
}

export class Stage {
  constructor(model, el, permalinks) {
    Object.assign(this, { model, el, permalinks, pieces: [], handles: [], ends: [] });
    this.queued = 0;
    this.jobs = new Map();
    this.config = model.get("config");
    this.anchor = `figure-${this.config.id}`; // "one-neuron" may be a heading's
    this.controls = this.config.controls;
    const { title } = this.config;
    this.plots = html("div", { class: "nn-plots" });
    this.legend = html("p", { class: "nn-key" });
    this.tools = group(`${title}: buttons`);
    this.more = group(`${title}: more`);
    this.caption = html("span");
    this.note = html("span", { class: "nn-note" });
    this.said = html("p", { class: "nn-said", role: "status" });
    this.tables = new Tables(title, (words) => this.say(words));
    this.predict = new Predict(this);
    this.root = html(
      "figure",
      { class: "nn-figure", id: this.anchor, "aria-label": title },
      this.plots,
      this.legend,
      html("figcaption", {}, html("strong", {}, `${title}. `), this.caption, this.note),
      this.predict.form,
      this.tools,
      this.more,
      this.tables.element,
      this.said,
    );
    this.starts = this.state();
  }

  // ---- what a view builds with -------------------------------------------------------

  /** Add a piece of picture: it has .element, .width and resize(width, stacked). */
  add(piece) {
    this.pieces.push(piece);
    this.plots.append(piece.element);
    return piece;
  }

  plane(options) {
    return this.add(new Plane(options));
  }

  /** A mark to drag or to move with the arrow keys: see Handle. Put it where it is seen. */
  handle(options) {
    const handle = new Handle(this, options);
    this.handles.push(handle);
    return handle;
  }

  /**
   * A line under the picture that says what the marks mean: [look, words], …. A look is
   * one of MARKS, the class of a line, or an element for a box of 24 by 24.
   */
  key(...entries) {
    const parts = entries.map(([look, words]) =>
      html(
        "span",
        {},
        svg(
          "svg",
          { viewBox: "0 0 24 24", "aria-hidden": "true" },
          typeof look === "string"
            ? (MARKS[look]?.() ?? svg("path", { class: look, d: "M1 12h22" }))
            : look,
        ),
        words,
      ),
    );
    this.legend.append(...parts);
  }

  /** Hand paint() the setting before the last change, or one that the reader keeps. */
  compare() {
    this.kept = null;
    this.keep = button("Keep to compare", () => {
      this.kept = this.kept ? null : this.state();
      this.keep.setAttribute("aria-pressed", String(this.kept !== null));
      this.say(this.kept ? "This setting stays in the picture, dashed." : "");
      this.ask();
    });
    this.keep.setAttribute("aria-pressed", "false");
  }

  /**
   * Work that takes longer than a frame: `steps()` makes a generator, run in slices and
   * dropped when paint() asks for another `key` under the same `name`, or for none.
   * @returns {{value, done: boolean}} what the generator last yielded or returned.
   */
  job(key, steps, name = "") {
    let job = this.jobs.get(name);
    if (job?.key !== key) {
      job = new Job(key, steps());
      this.jobs.set(name, job);
    }
    if (!job.done) job.advance(this.until);
    job.wanted = true;
    return job;
  }

  /**
   * Play, Back, Step and Restart for the control `name`; last() is where playing stops.
   * Playing goes `stride` on every `pause` ms, or in every frame if that is 0.
   */
  player(name, last, { pause = 400, stride = 1 } = {}) {
    let playing = null;
    const at = () => this.state()[name];
    const go = (to) => this.set({ [name]: Math.max(0, Math.min(to, last())) });
    const stop = () => {
      clearTimeout(playing?.timer);
      cancelAnimationFrame(playing?.frame);
      playing = null;
      play.textContent = "Play";
    };
    const wait = () => {
      playing = pause
        ? { timer: setTimeout(beat, pause) }
        : { frame: requestAnimationFrame(beat) };
    };
    const beat = () => {
      go(at() + stride);
      if (at() < last()) wait();
      else stop();
    };
    const play = button("Play", () => {
      if (playing) return stop();
      if (at() >= last()) go(0);
      play.textContent = "Pause";
      wait();
    });
    const jump = (label, to) =>
      button(label, () => {
        stop();
        go(to());
      });
    this.tools.append(
      play,
      jump("Back", () => at() - 1),
      jump("Step", () => at() + 1),
      jump("Restart", () => 0),
    );
    this.ends.push(stop);
  }

  /** The field's two colours in the theme of the moment, as [r, g, b]. */
  fieldColours() {
    this.colours ??= ["--nn-field0", "--nn-field1"].map((name) => this.colour(name));
    return this.colours;
  }

  /** A colour of the palette ("--nn-ink") in the theme of the moment, as [r, g, b]. */
  colour(name) {
    const hex = getComputedStyle(this.root).getPropertyValue(name).trim();
    return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  }

  // ---- the controls ------------------------------------------------------------------

  /** What the controls say now, by name: see meaning(). */
  state() {
    return Object.fromEntries(
      this.controls.map((c) => [c.name, meaning(c, this.model.get(c.name))]),
    );
  }

  set(values) {
    for (const control of this.controls) {
      if (Object.hasOwn(values, control.name))
        this.model.set(control.name, rawValue(control, values[control.name]));
    }
    this.model.save_changes();
  }

  // ---- from the first picture to the last --------------------------------------------

  start(paint) {
    this.paint = paint;
    this.tools.append(
      button("Reset sliders", () => {
        this.say("");
        this.set(this.starts);
      }),
    );
    this.fillMore();
    if (this.permalinks) this.restore();
    this.el.append(this.root);
    const ask = () => this.ask();
    for (const { name } of this.controls) this.model.on(`change:${name}`, ask);
    this.ends.push(() => {
      for (const { name } of this.controls) this.model.off(`change:${name}`, ask);
    });
    this.watchSize();
    this.watchTheme();
    this.repaint();
  }

  fillMore() {
    const figure = () => ({
      plots: this.plots,
      pieces: this.pieces,
      name: this.config.id,
      title: this.config.title,
      caption: this.caption.textContent,
    });
    this.more.append(
      this.predict.toggle,
      this.tables.toggle,
      ...(this.keep ? [this.keep] : []),
      ...(this.permalinks ? [button("Copy link", () => this.copyLink())] : []),
      button("Save SVG", () => saveSVG(figure())),
      button("Save PNG", () => savePNG(figure())),
    );
    const toggle = button("More", () => {
      this.more.hidden = !this.more.hidden;
      toggle.setAttribute("aria-expanded", String(!this.more.hidden));
    });
    toggle.setAttribute("aria-expanded", "false");
    this.more.hidden = true;
    this.tools.append(toggle);
  }

  end() {
    cancelAnimationFrame(this.queued);
    clearTimeout(this.quiet);
    for (const end of this.ends) end();
  }

  /** Ask for a new picture in the next frame. */
  ask() {
    this.asked = true;
    this.frame();
  }

  /** While nobody asks, jobs get as much time as pictures of them: a key waits less. */
  frame() {
    this.queued ||= requestAnimationFrame((now) => {
      this.queued = 0;
      const waiting = [...this.jobs.values()].filter(({ done }) => !done);
      if (this.asked || waiting.length === 0 || now > this.next) this.repaint();
      else this.work(waiting);
    });
  }

  work(jobs) {
    const until = performance.now() + ALONE;
    for (const job of jobs) job.advance(until);
    this.frame();
  }

  repaint() {
    if (!this.fit()) return;
    this.asked = false;
    const start = performance.now();
    this.until = start + SLICE;
    const state = this.state();
    this.notice(state);
    for (const job of this.jobs.values()) job.wanted = false;
    const { caption, numbers } = this.paint(state, this.ghost());
    this.caption.textContent = caption;
    this.tables.show(numbers);
    for (const handle of this.handles) handle.tell(state);
    for (const [name, job] of this.jobs) if (!job.wanted) this.jobs.delete(name);
    const end = performance.now();
    this.next = end + (end - start);
    this.settle([...this.jobs.values()].every(({ done }) => done));
  }

  /** Give every piece its width. False where the figure is not shown yet. */
  fit() {
    const lefts = new Set(this.pieces.map(({ element }) => element.offsetLeft));
    const stacked = this.pieces.length > 1 && lefts.size === 1;
    for (const piece of this.pieces) {
      if (piece.element.hidden) continue;
      const width = piece.element.clientWidth;
      if (width === 0) return false; // the size watcher will ask again
      if (width !== piece.width) piece.resize(width, stacked);
    }
    return true;
  }

  /** Remember the setting before this one; changes in quick succession count as one. */
  notice(state) {
    const text = JSON.stringify(state);
    if (text === this.text) return;
    const now = performance.now();
    if (this.text !== undefined) {
      if (now - this.moved > GESTURE) this.before = this.shown;
      this.moved = now;
      this.predict.changed();
    } else this.moved = -GESTURE;
    Object.assign(this, { text, shown: state });
  }

  ghost() {
    if (!this.keep) return null;
    const ghost = this.kept ?? this.before ?? null;
    return JSON.stringify(ghost) === this.text ? null : ghost;
  }

  /** Say that work goes on, and go on; or, once all is drawn, tell the new caption. */
  settle(done) {
    this.root.setAttribute("aria-busy", String(!done));
    clearTimeout(this.quiet);
    if (!done) return this.frame();
    this.heard ??= this.caption.textContent; // what it says at first is no news
    this.quiet = setTimeout(() => this.announce(), ANNOUNCE_AFTER);
  }

  announce() {
    const text = this.caption.textContent;
    if (text !== this.heard && !this.predict.veiled)
      this.said.textContent = this.heard = text;
  }

  say(words) {
    this.note.textContent = words && ` ${words}`;
  }

  /** Hide (or show again) what follows from the controls. */
  veil(veiled) {
    this.root.classList.toggle("nn-veiled", veiled);
    const results = this.pieces.filter(({ given }) => !given);
    for (const { element } of results) element.classList.toggle("nn-hidden", veiled);
    this.caption.hidden = veiled;
    this.tables.toggle.disabled = veiled;
    if (veiled) this.tables.open(false);
  }

  watchSize() {
    const sizes = new ResizeObserver(() => {
      const off = ({ element, width }) => element.clientWidth !== width;
      if (this.pieces.some((piece) => !piece.element.hidden && off(piece))) this.ask();
    });
    for (const piece of this.pieces) sizes.observe(piece.element);
    this.ends.push(() => sizes.disconnect());
  }

  watchTheme() {
    const themes = new MutationObserver(() => {
      this.colours = null;
      this.ask();
    });
    themes.observe(document.documentElement, {
      attributes: true,
      attributeFilter: ["data-theme"],
    });
    themes.observe(document.body, {
      attributes: true,
      attributeFilter: ["data-jp-theme-light"],
    });
    this.ends.push(() => themes.disconnect());
  }

  // ---- the state in the address: ?draw-the-line=w1:0.5,data:XOR#figure-draw-the-line ------

  link() {
    const url = new URL(location.href);
    const parts = Object.entries(this.state()).map(
      ([name, value]) => `${name}:${linkText(value)}`,
    );
    url.searchParams.set(this.config.id, parts.join(","));
    url.hash = this.anchor;
    return url.href;
  }

  async copyLink() {
    const link = this.link();
    try {
      await navigator.clipboard.writeText(link);
      this.say("The link to this state is on the clipboard.");
    } catch {
      history.replaceState(null, "", link); // no clipboard here: the address bar has it
      this.say("The address of this page now holds this state: copy it from there.");
    }
  }

  restore() {
    const text = new URL(location.href).searchParams.get(this.config.id);
    if (text === null) return;
    const refused = [];
    const values = {};
    for (const part of text.split(",")) {
      const [, name, raw] = /^([^:]*):(.*)$/s.exec(part) ?? [null, part, ""];
      const control = this.controls.find((c) => c.name === name);
      const value = control && fromLink(control, raw);
      if (value === undefined) refused.push(part);
      else values[name] = value;
    }
    this.set(values);
    if (refused.length)
      this.say(
        `The link asks for ${refused.join(", ")}, which this figure does not have.`,
      );
    if (location.hash === `#${this.anchor}`) this.arrive();
  }

  /** Hold the figure in view while the page around it settles, or the reader moves. */
  arrive() {
    const hold = setInterval(
      () => this.root.scrollIntoView({ behavior: "instant" }),
      ARRIVAL.every,
    );
    const release = () => clearInterval(hold);
    setTimeout(release, ARRIVAL.total);
    for (const move of ["wheel", "touchstart", "pointerdown", "keydown"]) {
      addEventListener(move, release, { once: true });
    }
    this.ends.push(release);
  }
}

const group = (label) =>
  html("div", { class: "nn-tools", role: "group", "aria-label": label });
