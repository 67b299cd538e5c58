// Plugins in Python: what they may import, what they are asked, and what happens when one is edited.

import { createLoader, passThrough } from "exocet";

const files = {
  "plugins/greeting.py": new URL("./plugins/greeting.py", import.meta.url),
  "plugins/visits.py": new URL("./plugins/visits.py", import.meta.url),
};
const [asking, name, replies, editing, plugin, source, news] = ["asking", "name", "replies", "editing", "plugin", "source", "news"].map((id) => document.getElementById(id));

const texts = {};
for (const [path, url] of Object.entries(files)) {
  texts[path] = await (await fetch(url)).text();
  plugin.add(new Option(path));
}
const loader = await createLoader({ sources: texts, stdout: console.log, stderr: console.error });

// What `import page` gives to a plugin. Of this page, it reaches nothing else.
const page = { hour: () => new Date().getHours() };
const plugins = loader.plugins({ package: "plugins", imports: passThrough.with({ page }) });

/** Asks each plugin; one that fails harms no other. */
function ask() {
  const lines = plugins.callAll("reply", name.value).map((reply) => `${reply.plugin}: ${reply.error ?? reply.result}`);
  replies.replaceChildren(...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
}

/** Says what became of the plugins that were loaded. */
function tell(changes) {
  const lines = changes.map(({ plugin, what, generation, error, traceback }) => `${plugin}: ${what}; generation ${generation} is at work\n${traceback ?? error ?? ""}`);
  news.textContent = lines.join("") || "Nothing has changed.";
}

asking.addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
plugin.addEventListener("change", () => (source.value = texts[plugin.value]));
source.addEventListener("input", () => (texts[plugin.value] = source.value));
editing.addEventListener("submit", (event) => {
  event.preventDefault();
  loader.write(plugin.value, source.value);
  tell(plugins.poll());
  ask();
});

source.value = texts[plugin.value];
tell(plugins.load());
ask();
