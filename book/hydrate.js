// Makes the figures of a page live, with no kernel: reads the widget state that the build
// wrote into the page, builds native inputs for the sliders, menus and switches, ties them
// to the views through their links, and puts the whole in place of the still picture.
(() => {
  const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
  const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';
  const reference = (value) => value.slice("IPY_MODEL_".length);

  class Model {
    constructor(raw, all) {
      Object.assign(this, {
        name: raw.model_name,
        values: raw.state,
        all,
        listeners: new Map(),
      });
    }
    get(key) {
      return this.values[key];
    }
    set(key, value) {
      if (Object.is(this.values[key], value)) return;
      this.values[key] = value;
      for (const listener of this.listeners.get(`change:${key}`) ?? []) listener();
    }
    on(event, listener) {
      if (!this.listeners.has(event)) this.listeners.set(event, new Set());
      this.listeners.get(event).add(listener);
    }
    off(event, listener) {
      this.listeners.get(event)?.delete(listener);
    }
    save_changes() {} // there is no kernel to tell
  }

  function element(tag, properties = {}, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  let made = 0;
  function labelled(model, input) {
    input.id = `nn-control-${(made += 1)}`;
    const label = element("label", { textContent: model.get("description") });
    label.htmlFor = input.id;
    return label;
  }

  function slider(model) {
    const { min, max, step } = model.values;
    const decimals = Math.max(
      ...[min, step].map((x) => (String(x).split(".")[1] ?? "").length),
    );
    const input = element("input", { type: "range", min, max, step });
    const readout = element("output");
    const label = labelled(model, input);
    const show = () => {
      const value = model.get("value");
      if (input.valueAsNumber !== value) input.value = value;
      const text = value.toFixed(decimals).replace("-", "−");
      readout.textContent = text;
      input.setAttribute("aria-valuetext", text);
    };
    input.addEventListener("input", () => model.set("value", input.valueAsNumber));
    model.on("change:value", show);
    show();
    return element("div", { className: "nn-control" }, label, input, readout);
  }

  function menu(model) {
    const options = model
      .get("_options_labels")
      .map((textContent) => element("option", { textContent }));
    const select = element("select", {}, ...options);
    const label = labelled(model, select);
    const show = () => {
      select.selectedIndex = model.get("index");
    };
    select.addEventListener("change", () => model.set("index", select.selectedIndex));
    model.on("change:index", show);
    show();
    return element("div", { className: "nn-control" }, label, select);
  }

  function checkbox(model) {
    const input = element("input", { type: "checkbox" });
    const label = labelled(model, input);
    const show = () => {
      input.checked = model.get("value");
    };
    input.addEventListener("change", () => model.set("value", input.checked));
    model.on("change:value", show);
    show();
    return element("div", { className: "nn-control nn-switch" }, input, label);
  }

  const box = (className) => (model) => {
    const children = model
      .get("children")
      .map((child) => build(model.all.get(reference(child))));
    return element("div", { className }, ...children);
  };

  function view(model) {
    const el = element("div");
    globalThis.nnlibModules[model.get("view")].default.render({
      model,
      el,
      permalinks: true,
    });
    return el;
  }

  // The build refuses a page with a model that is not in this table.
  const builders = {
    FloatSliderModel: slider,
    IntSliderModel: slider,
    DropdownModel: menu,
    CheckboxModel: checkbox,
    VBoxModel: box("nn-box"),
    GridBoxModel: box("nn-controls"),
    AnyModel: view,
    LinkModel: link,
  };
  const build = (model) => builders[model.name](model);

  function link(model) {
    const [[source, from], [target, to]] = ["source", "target"].map((end) => {
      const [id, key] = model.get(end);
      return [model.all.get(reference(id)), key];
    });
    target.set(to, source.get(from));
    source.on(`change:${from}`, () => target.set(to, source.get(from)));
    target.on(`change:${to}`, () => source.set(from, target.get(to)));
  }

  function hydrate() {
    const all = new Map();
    const state = JSON.parse(document.querySelector(STATE).textContent).state;
    for (const [id, raw] of Object.entries(state)) all.set(id, new Model(raw, all));
    for (const model of all.values()) if (model.name === "LinkModel") link(model);
    for (const place of document.querySelectorAll(VIEW)) {
      const live = element("div", { className: "nn-live" });
      place.after(live); // in the page before it draws: views measure their width
      live.append(build(all.get(JSON.parse(place.textContent).model_id)));
      const planes = [...live.querySelectorAll(".nn-plane")];
      const single = planes.length === 1 && !planes[0].matches(".nn-broad");
      live.classList.toggle("nn-single", single);
      place.parentElement.classList.add("nn-is-live");
    }
    document.documentElement.dataset.figures = "live";
  }

  if (document.readyState === "loading") addEventListener("DOMContentLoaded", hydrate);
  else hydrate();
})();
