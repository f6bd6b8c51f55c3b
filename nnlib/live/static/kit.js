// What every figure is drawn with: numbers as text, planes with axes, buttons, and the
// stage that ties them to the sliders. Nothing here knows what a neuron is.

// ---- numbers ---------------------------------------------------------------------

/** `x` with `digits` decimals, halves away from zero, a true minus: nnlib.live.num. */
export function num(x, digits) {
  const text = Math.abs(x).toFixed(digits);
  return (x < 0 && /[1-9]/.test(text) ? "−" : "") + text;
}

/** "+ 0.50" or "− 0.50": a term after others in a sum. */
export const term = (x, digits) =>
  `${num(x, digits).startsWith("−") ? "−" : "+"} ${num(Math.abs(x), digits)}`;

/** 3997 → "3,997". */
export const whole = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

/** "100 %": `part` of `all`, rounded halves up. */
export const percent = (part, all) => `${num((100 * part) / all, 0)} %`;

// ---- elements --------------------------------------------------------------------

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

function dress(element, attributes, children) {
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

// ---- a plane: axes in data units, a coloured field below, marks above --------------

const MARGIN = { left: 46, right: 10, top: 10, bottom: 36 };
const CELL = 2; // CSS pixels a side: finer costs four times as much and cannot be seen
let planes = 0;

export class Plane {
  /**
   * @param {object} options x, y: [low, high]; xlabel, ylabel; label: what a screen
   *   reader calls it; ratio: height / width (stackedRatio where the planes stand
   *   one above the other, so that a phone holds plane and sliders); xticks, yticks:
   *   about how many numbers on each axis, 0 for none.
   */
  constructor({
    x,
    y,
    xlabel = "",
    ylabel = "",
    label,
    ratio = 0.9,
    stackedRatio = ratio,
    xticks = 5,
    yticks = 5,
  }) {
    Object.assign(this, {
      x,
      y,
      xlabel,
      ylabel,
      ratio,
      stackedRatio,
      xticks,
      yticks,
      width: 0,
      height: 0,
    });
    const clip = `nn-clip-${(planes += 1)}`;
    this.canvas = html("canvas", { class: "nn-field", "aria-hidden": "true" });
    this.axes = svg("g", { class: "nn-axes" });
    this.content = svg("g", { "clip-path": `url(#${clip})` });
    this.above = svg("g");
    this.frame = svg("rect", { class: "nn-frame" });
    this.clip = svg("rect");
    this.picture = svg(
      "svg",
      { role: "img", "aria-label": label },
      svg("defs", {}, svg("clipPath", { id: clip }, this.clip)),
      this.axes,
      this.content,
      this.frame,
      this.above,
    );
    this.element = html("div", { class: "nn-plane" }, this.canvas, this.picture);
  }

  X(x) {
    return MARGIN.left + ((x - this.x[0]) / (this.x[1] - this.x[0])) * this.inner.width;
  }

  Y(y) {
    return MARGIN.top + ((this.y[1] - y) / (this.y[1] - this.y[0])) * this.inner.height;
  }

  /** Fit the plane into `width` CSS pixels; the text keeps its size. */
  resize(width, stacked) {
    this.width = width;
    this.height = Math.round(width * (stacked ? this.stackedRatio : this.ratio));
    this.inner = {
      width: width - MARGIN.left - MARGIN.right,
      height: this.height - MARGIN.top - MARGIN.bottom,
    };
    const box = { x: MARGIN.left, y: MARGIN.top, ...this.inner };
    for (const rect of [this.clip, this.frame]) dress(rect, box, []);
    this.element.style.height = `${this.height}px`;
    dress(
      this.picture,
      { viewBox: `0 0 ${width} ${this.height}`, height: this.height },
      [],
    );
    this.canvas.width = Math.ceil(box.width / CELL);
    this.canvas.height = Math.ceil(box.height / CELL);
    this.canvas.style.cssText = `left:${box.x}px;top:${box.y}px;width:${box.width}px;height:${box.height}px`;
    this.drawAxes();
  }

  /** Look at another window of the data. */
  window(x, y) {
    if (`${x},${y}` === `${this.x},${this.y}`) return;
    Object.assign(this, { x, y });
    this.drawAxes();
  }

  drawAxes() {
    const bottom = MARGIN.top + this.inner.height;
    const parts = [];
    for (const x of niceTicks(this.x, this.xticks)) {
      parts.push(
        svg("line", { x1: this.X(x), x2: this.X(x), y1: MARGIN.top, y2: bottom }),
      );
      parts.push(
        svg(
          "text",
          { x: this.X(x), y: bottom + 14, "text-anchor": "middle" },
          tickText(x),
        ),
      );
    }
    for (const y of niceTicks(this.y, this.yticks)) {
      parts.push(
        svg("line", {
          x1: MARGIN.left,
          x2: MARGIN.left + this.inner.width,
          y1: this.Y(y),
          y2: this.Y(y),
        }),
      );
      parts.push(
        svg(
          "text",
          { x: MARGIN.left - 6, y: this.Y(y) + 4, "text-anchor": "end" },
          tickText(y),
        ),
      );
    }
    const middle = MARGIN.left + this.inner.width / 2;
    parts.push(
      svg(
        "text",
        { class: "nn-axis-name", x: middle, y: bottom + 31, "text-anchor": "middle" },
        this.xlabel,
      ),
    );
    const at = {
      x: 11,
      y: MARGIN.top + this.inner.height / 2,
      "text-anchor": "middle",
    };
    parts.push(
      svg(
        "text",
        { class: "nn-axis-name", ...at, transform: `rotate(-90 ${at.x} ${at.y})` },
        this.ylabel,
      ),
    );
    this.axes.replaceChildren(...parts);
  }

  /** Colour the plane, cell by cell, by value(x, y) ∈ [0, 1], from class 0's tint to class 1's. */
  field(value, colours) {
    const { width, height } = this.canvas;
    const context = this.canvas.getContext("2d");
    const image = context.createImageData(width, height);
    const [from, to] = colours;
    const dx = (this.x[1] - this.x[0]) / width;
    const dy = (this.y[1] - this.y[0]) / height;
    for (let row = 0, at = 0; row < height; row++) {
      const y = this.y[1] - (row + 0.5) * dy;
      for (let column = 0; column < width; column++, at += 4) {
        const p = value(this.x[0] + (column + 0.5) * dx, y);
        for (let c = 0; c < 3; c++)
          image.data[at + c] = from[c] + (to[c] - from[c]) * p;
        image.data[at + 3] = 255;
      }
    }
    context.putImageData(image, 0, 0);
  }

  /** Replace what lies inside the axes (clipped) and what may stick out of them. */
  draw(inside, above = []) {
    this.content.replaceChildren(...inside);
    this.above.replaceChildren(...above);
  }

  segment([x1, y1], [x2, y2], look) {
    return svg("line", {
      class: look,
      x1: this.X(x1),
      y1: this.Y(y1),
      x2: this.X(x2),
      y2: this.Y(y2),
    });
  }

  /** A curve through points [x, y]; gaps where a value is not finite. */
  curve(points, look) {
    let d = "";
    let pen = "M";
    for (const [x, y] of points) {
      if (Number.isFinite(y))
        d += `${pen}${this.X(x).toFixed(2)} ${this.Y(y).toFixed(2)}`;
      pen = Number.isFinite(y) ? "L" : "M";
    }
    return svg("path", { class: look, d });
  }

  dot([x, y], look, radius = 5) {
    return svg("circle", { class: look, cx: this.X(x), cy: this.Y(y), r: radius });
  }

  text([x, y], words, { look = "nn-text", anchor = "start", dx = 0, dy = 0 } = {}) {
    return svg(
      "text",
      { class: look, x: this.X(x) + dx, y: this.Y(y) + dy, "text-anchor": anchor },
      words,
    );
  }

  arrow(from, to, look) {
    const [x1, y1, x2, y2] = [
      this.X(from[0]),
      this.Y(from[1]),
      this.X(to[0]),
      this.Y(to[1]),
    ];
    const length = Math.hypot(x2 - x1, y2 - y1);
    if (length < 4) return svg("g");
    const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
    const [bx, by] = [x2 - 10 * ux, y2 - 10 * uy];
    const head = `M${x2} ${y2}L${bx - 5 * uy} ${by + 5 * ux}L${bx + 5 * uy} ${by - 5 * ux}Z`;
    return svg(
      "g",
      { class: look },
      svg("line", { x1, y1, x2: bx, y2: by }),
      svg("path", { d: head }),
    );
  }

  /** One example: its class by shape and colour, a cross beside it when answered wrongly. */
  example([x, y], target, { wrong = false, ring = false } = {}) {
    const [cx, cy] = [this.X(x), this.Y(y)];
    const mark =
      target === 1
        ? svg("rect", { x: cx - 5, y: cy - 5, width: 10, height: 10 })
        : svg("circle", { cx, cy, r: 5.7 });
    const group = svg("g", { class: `nn-class${target}` }, mark);
    if (wrong)
      group.append(
        svg("path", {
          class: "nn-wrong",
          d: `M${cx - 9} ${cy - 9}l18 18m0 -18l-18 18`,
        }),
      );
    if (ring) group.append(svg("circle", { class: "nn-ring", cx, cy, r: 12 }));
    return group;
  }

  /** The line w·x + b = 0 and, from its middle, the arrow w: [] where w = 0. */
  boundary([w1, w2], b, { look = "nn-line", arrow = true } = {}) {
    const square = w1 * w1 + w2 * w2;
    if (square === 0) return [];
    const centre = [(this.x[0] + this.x[1]) / 2, (this.y[0] + this.y[1]) / 2];
    const off = (w1 * centre[0] + w2 * centre[1] + b) / square;
    const foot = [centre[0] - off * w1, centre[1] - off * w2];
    const far =
      (2 * (this.x[1] - this.x[0] + this.y[1] - this.y[0])) / Math.sqrt(square);
    const line = this.segment(
      [foot[0] - far * w2, foot[1] + far * w1],
      [foot[0] + far * w2, foot[1] - far * w1],
      look,
    );
    if (!arrow) return [line];
    const reach = (0.22 * (this.x[1] - this.x[0])) / Math.sqrt(square);
    return [
      line,
      this.arrow(foot, [foot[0] + reach * w1, foot[1] + reach * w2], "nn-arrow"),
    ];
  }
}

const MARKS = {
  class0: () =>
    svg("g", { class: "nn-class0" }, svg("circle", { cx: 12, cy: 12, r: 6.5 })),
  class1: () =>
    svg(
      "g",
      { class: "nn-class1" },
      svg("rect", { x: 6, y: 6, width: 12, height: 12 }),
    ),
  wrong: () => svg("path", { class: "nn-wrong", d: "M3 3l18 18m0 -18l-18 18" }),
  ring: () => svg("circle", { class: "nn-ring", cx: 12, cy: 12, r: 9 }),
  before: () => svg("path", { class: "nn-line-before", d: "M1 12h22" }),
};

function niceTicks([low, high], about) {
  if (about === 0) return [];
  const rough = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((m) => m * power >= rough * 0.999) * power;
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++)
    ticks.push(k * step);
  return ticks;
}

const tickText = (x) => num(x, 4).replace(/\.?0+$/, "");

// ---- the stage: one figure, its sliders, its caption ----------------------------------

const ARRIVAL = { every: 100, total: 3000 }; // ms: formulas above are set meanwhile
const ANNOUNCE_AFTER = 500; // ms of quiet before a screen reader is told the new caption

/**
 * Make an anywidget module of `setup(stage)`. It builds its planes once and returns
 * paint(state), which draws the state of the sliders and returns the caption.
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
    Object.assign(this, { model, el, permalinks, planes: [], queued: 0, ends: [] });
    this.config = model.get("config");
    this.anchor = `figure-${this.config.id}`; // "one-neuron" may be a heading's
    this.controls = this.config.controls;
    this.plots = html("div", { class: "nn-plots" });
    this.legend = html("p", { class: "nn-key" });
    this.tools = html("div", {
      class: "nn-tools",
      role: "group",
      "aria-label": `${this.config.title}: buttons`,
    });
    this.caption = html("span");
    this.note = html("span", { class: "nn-note" });
    this.said = html("p", { class: "nn-said", role: "status" });
    this.root = html(
      "figure",
      { class: "nn-figure", id: this.anchor, "aria-label": this.config.title },
      this.plots,
      this.legend,
      html(
        "figcaption",
        {},
        html("strong", {}, `${this.config.title}. `),
        this.caption,
        this.note,
      ),
      this.tools,
      this.said,
    );
    this.starts = this.state();
  }

  /** Add a plane beside the others; it is redrawn whenever a slider moves. */
  plane(options) {
    const plane = new Plane(options);
    this.planes.push(plane);
    this.plots.append(plane.element);
    return plane;
  }

  /** A line under the planes that says what the marks mean: [look, words], …. */
  key(...entries) {
    const parts = entries.map(([look, words]) =>
      html(
        "span",
        {},
        svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, MARKS[look]()),
        words,
      ),
    );
    this.legend.append(...parts);
  }

  /** What the controls say now: numbers, options by name, switches as true or false. */
  state() {
    const entries = this.controls.map(({ name, options, ...grid }) => {
      const value = this.model.get(name);
      return [name, options ? options[value] : onGrid(grid, value)];
    });
    return Object.fromEntries(entries);
  }

  set(values) {
    for (const { name, options } of this.controls) {
      if (!Object.hasOwn(values, name)) continue;
      this.model.set(name, options ? options.indexOf(values[name]) : values[name]);
    }
    this.model.save_changes();
  }

  /** The field's two colours in the theme of the moment, as [r, g, b]. */
  fieldColours() {
    this.colours ??= ["--nn-field0", "--nn-field1"].map((name) => {
      const hex = getComputedStyle(this.root).getPropertyValue(name).trim();
      return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
    });
    return this.colours;
  }

  /** Play, Step and Restart for the control `name`; last() is where playing stops. */
  player(name, last, pause = 400) {
    let timer = 0;
    const at = () => this.state()[name];
    const stop = () => {
      clearInterval(timer);
      timer = 0;
      play.textContent = "Play";
    };
    const advance = () => {
      if (at() < last()) this.set({ [name]: at() + 1 });
      if (at() >= last()) stop();
    };
    const play = button("Play", () => {
      if (timer) return stop();
      if (at() >= last()) this.set({ [name]: 0 });
      play.textContent = "Pause";
      timer = setInterval(advance, pause);
    });
    const step = button("Step", () => {
      stop();
      advance();
    });
    const restart = button("Restart", () => {
      stop();
      this.set({ [name]: 0 });
    });
    this.tools.append(play, step, restart);
    this.ends.push(stop);
  }

  start(paint) {
    this.paint = paint;
    this.tools.append(
      button("Reset sliders", () => {
        this.say("");
        this.set(this.starts);
      }),
    );
    if (this.permalinks) {
      this.tools.append(button("Copy link", () => this.copyLink()));
      this.restore();
    }
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

  end() {
    cancelAnimationFrame(this.queued);
    clearTimeout(this.quiet);
    for (const end of this.ends) end();
  }

  ask() {
    this.queued ||= requestAnimationFrame(() => {
      this.queued = 0;
      this.repaint();
    });
  }

  repaint() {
    const [first, second] = this.planes.map(({ element }) => element);
    const stacked = second !== undefined && second.offsetLeft === first.offsetLeft;
    for (const plane of this.planes) {
      const width = plane.element.clientWidth;
      if (width === 0) return; // not shown yet: the size watcher will ask again
      if (width !== plane.width) plane.resize(width, stacked);
    }
    this.caption.textContent = this.paint(this.state());
    this.heard ??= this.caption.textContent; // what it says at first is no news
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => this.announce(), ANNOUNCE_AFTER);
  }

  announce() {
    const text = this.caption.textContent;
    if (text !== this.heard) this.said.textContent = this.heard = text;
  }

  say(words) {
    this.note.textContent = words && ` ${words}`;
  }

  watchSize() {
    const sizes = new ResizeObserver(() => {
      if (this.planes.some((plane) => plane.element.clientWidth !== plane.width))
        this.ask();
    });
    for (const plane of this.planes) sizes.observe(plane.element);
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
      ([name, value]) => `${name}:${value}`,
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
      const value = control && readValue(control, raw);
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

/** The value that `raw` from an address stands for, on the control's grid, or undefined. */
function readValue({ options, low, high, step }, raw) {
  if (options) return options.find((option) => String(option) === raw);
  if (step === undefined) return { true: true, false: false }[raw];
  const value = Number(raw);
  if (raw.trim() === "" || !(value >= low && value <= high)) return undefined;
  return onGrid({ low, step }, value);
}

/** The slider's value nearest to `value`: 1.15 for JupyterLab's 1.1500000000000004. */
function onGrid({ low, step }, value) {
  if (step === undefined) return value;
  const digits = (String(step).split(".")[1] ?? "").length;
  return Number((low + Math.round((value - low) / step) * step).toFixed(digits));
}
