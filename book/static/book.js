// A formula wider than the screen scrolls sideways: then the keyboard must reach it.
const reachWideFormulas = () => {
  for (const formula of document.querySelectorAll("mjx-container[display]")) {
    if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;
    else formula.removeAttribute("tabindex");
  }
};
addEventListener("load", async () => {
  await window.MathJax?.startup?.promise;
  reachWideFormulas();
});
addEventListener("resize", reachWideFormulas);
