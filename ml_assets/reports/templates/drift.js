// Draws the parts of a report when they are first seen. The data stand in the page, Evidently's own script before this.
(() => {
  const restore = (node, templates) => {
    if (!node || typeof node !== "object") return;
    if (node.layout && typeof node.layout.template === "number") {
      node.layout.template = templates[node.layout.template];
      // A phone has little width: the legend stands above the chart, and the margins hold no more than the labels.
      node.layout.legend = { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" };
      node.layout.margin = { l: 50, r: 15, t: 80, b: 45 };
      (node.layout.updatemenus || []).forEach(each => Object.assign(each, { x: 1, xanchor: "right", y: 1.3 }));
    }
    Object.values(node).forEach(each => restore(each, templates));
  };
  const start = () => {
    const holder = document.getElementById("evidently-data");
    if (!holder) return;
    const data = JSON.parse(holder.textContent);
    const draw = place => {
      if (place.dataset.drawn) return;
      place.dataset.drawn = "yes";
      const widgets = data.sections[place.dataset.section];
      widgets.forEach(each => restore(each, data.templates));
      window.drawDashboard({ name: "Report", widgets }, new Map(), place.id);
    };
    document.querySelectorAll("[data-section]").forEach(place => {
      const fold = place.closest("details");
      if (!fold || fold.open) draw(place);
      else fold.addEventListener("toggle", () => fold.open && draw(place));
    });
  };
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", start) : start();
})();
