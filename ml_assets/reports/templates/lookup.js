// Finds the file of an id, asks for it, and shows what stands there. All text is set as text: nothing of it can be a tag.
(() => {
  const catalogue = JSON.parse(document.getElementById("catalogue").textContent);
  const form = document.getElementById("ask"), found = document.getElementById("found");
  const files = new Map();
  let asked = 0;

  // FNV-1a of the UTF-8 bytes, 32 bits, the upper half folded into the lower one: as the files were divided.
  const hashOf = id => {
    const mixed = new TextEncoder().encode(id).reduce((hash, byte) => Math.imul(hash ^ byte, 16777619), 2166136261);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };

  // A file is a script, since a page that was opened as a file may read nothing else.
  window.ecomLookup = data => { document.currentScript.data = data; };
  const loaded = address => {
    if (!files.has(address)) {
      files.set(address, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = address;
        script.onload = () => resolve(script.data);
        script.onerror = () => { files.delete(address); reject(new Error(`${address} cannot be read: make run writes it anew`)); };
        document.head.append(script);
      }));
    }
    return files.get(address);
  };

  const node = (name, text, ...children) => {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    made.append(...children);
    return made;
  };
  const cell = (label, text, kind) => {
    const made = node("td", text);
    made.dataset.label = label;
    if (kind) made.className = kind;
    return made;
  };
  const number = value => value === null ? "–" : typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 4 }) : String(value);
  const signed = value => `${value < 0 ? "−" : "+"}${number(Math.abs(value))}`;

  // Columns of numbers.
  const NUMBERS = ["value", "contribution", "score"];
  const table = (label, head, rows) => {
    const box = node("div", "", node("table", "", node("thead", "", node("tr", "", ...head.map(words => {
      const made = node("th", words);
      made.scope = "col";
      if (NUMBERS.includes(words)) made.className = "n";
      return made;
    }))), node("tbody", "", ...rows)));
    box.className = "box";
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", label);
    box.firstChild.className = "stack";
    return box;
  };

  const reasonRows = (reasons, about) => reasons.map(([place, value, contribution]) => {
    const column = node("th", "", node("code", about.features[place]));
    column.scope = "row";
    return node("tr", "", column, cell("value", number(value), "n"), cell("contribution", signed(contribution), "n"),
      cell("moves the score", contribution < 0 ? "down" : contribution > 0 ? "up" : "not at all"));
  });

  const scoreRow = (rows, at, about) => {
    const day = node("th", about.days[rows.day[at]]);
    day.scope = "row";
    return node("tr", "", day, cell("score", number(rows.score[at]), "n"), cell("band", catalogue.bands[rows.band[at]]),
      cell("version", about.versions[rows.version[at]]), cell("with hindsight", rows.hindsight[at] ? "yes" : "no"));
  };

  const answer = (model, about, rows, who) => {
    const at = rows.newest.who.indexOf(who);
    if (at < 0) return [];
    const facts = Object.entries(rows.newest.facts).filter(([, values]) => values[at] !== null);
    const band = catalogue.bands[rows.newest.band[at]], title = node("h3", model);
    const parts = [title, node("p", about.question), node("p", "", node("strong", number(rows.newest.score[at])),
      `, band ${band}, as of ${about.days[rows.newest.day[at]]}, by version ${about.versions[rows.newest.version[at]]}` +
      `${rows.newest.hindsight[at] ? ", which learned from later data" : ""}.`)];
    const soft = node("p", `${about.words.score} Band: ${about.words.band}`);
    soft.className = "soft";
    parts.push(soft);
    if (facts.length) {
      parts.push(node("dl", "", ...facts.flatMap(([name, values]) => {
        const words = node("small", ` ${about.words[name]}`);
        words.className = "soft";
        return [node("dt", name.replaceAll("_", " ")), node("dd", number(values[at]), words)];
      })));
    }
    const reasons = rows.newest.reasons[at];
    if (reasons.length) parts.push(table(`Reasons of ${model}`, ["reason", "value", "contribution", "moves the score"], reasonRows(reasons, about)));
    const why = node("p", reasons.length ? `Reasons: ${about.words.reasons}` : "No column moved this score.");
    why.className = "soft";
    parts.push(why);
    const before = rows.earlier.who.flatMap((each, place) => each === who ? [scoreRow(rows.earlier, place, about)] : []);
    if (before.length) {
      const fold = node("details", "", node("summary", before.length === 1 ? "1 earlier score" : `${before.length} earlier scores`),
        table(`Earlier scores of ${model}`, ["as of", "score", "band", "version", "with hindsight"], before));
      parts.push(fold);
    }
    return parts;
  };

  const look = async id => {
    const turn = ++asked;
    found.replaceChildren(node("p", "Looking …"));
    const parts = [];
    try {
      for (const kind of catalogue.kinds) {
        const data = await loaded(`${kind.folder}/${hashOf(id) & (kind.files - 1)}.js`);
        if (turn !== asked) return;
        const who = data.ids.indexOf(id);
        if (who < 0) continue;
        parts.push(node("h2", `${kind.kind[0].toUpperCase()}${kind.kind.slice(1)} ${id}`));
        for (const [model, about] of Object.entries(kind.tables)) parts.push(...answer(model, about, data.tables[model], who));
      }
      if (!parts.length) parts.push(node("p", `${id} is not known: nobody of this id was scored.`));
    } catch (error) {
      parts.push(node("p", error.message));
    }
    if (turn === asked) found.replaceChildren(...parts);
  };

  const fromAddress = () => {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { /* An address that somebody typed: taken as it is. */ }
    if (!id) return;
    form.elements.id.value = id;
    look(id);
  };
  form.addEventListener("submit", event => {
    event.preventDefault();
    const id = form.elements.id.value.trim();
    if (!id) return;
    history.replaceState(null, "", `#${encodeURIComponent(id)}`);
    look(id);
  });
  window.addEventListener("hashchange", fromAddress);
  fromAddress();
})();
