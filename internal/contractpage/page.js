(() => {
  const box = document.getElementById("search");
  const groups = [...document.querySelectorAll("details.group")];
  if (box && groups.length) {
    const found = document.getElementById("found");
    const rows = groups.map(g => [...g.querySelectorAll(".resource")].map(e => ({e, text: e.textContent.toLowerCase()})));
    box.closest(".search").hidden = false;
    const look = () => {
      const words = box.value.toLowerCase().split(/\s+/).filter(w => w);
      let count = 0;
      groups.forEach((g, i) => {
        let here = 0;
        for (const row of rows[i]) {
          const yes = words.every(w => row.text.includes(w));
          row.e.hidden = !yes;
          here += yes;
        }
        count += here;
        g.hidden = here === 0;
        g.open = words.length > 0 && here > 0 || groups.length === 1;
      });
      found.textContent = words.length ? count + (count === 1 ? " resource" : " resources") + " found" : "";
    };
    box.addEventListener("input", look);
    box.addEventListener("keydown", e => { if (e.key === "Escape") { box.value = ""; look(); } });
    document.addEventListener("keydown", e => {
      if (e.key === "/" && !e.ctrlKey && !e.metaKey && !e.altKey && document.activeElement !== box) { e.preventDefault(); box.focus(); }
    });
  }
  addEventListener("beforeprint", () => groups.forEach(g => { g.open = true; }));
})();
