
// The flame view's own script knows the mouse alone.
for (const part of document.querySelectorAll("#frames > g, #search, #unzoom")) {
  part.setAttribute("tabindex", "0");
  part.setAttribute("role", "button");
  part.classList.toggle("broken", part.querySelector("title")?.textContent.includes(" (failed) (") ?? false);
  part.addEventListener("focus", () => part.dispatchEvent(new MouseEvent("mouseover", { bubbles: true })));
  part.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    part.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  });
}
const filter = document.getElementById("filter");
filter?.addEventListener("input", () => {
  const rows = [...document.querySelectorAll("#decisions tbody tr")];
  const wanted = filter.value.toLowerCase();
  for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  const shown = rows.filter((row) => !row.hidden).length;
  document.getElementById("shown").textContent = wanted && `${shown} of ${rows.length}`;
});
