// The figures as bars, each as a ratio to Pyodide's.

const COLOURS = { "exocet core": "#0b5f8a", "exocet std": "#5aa9d6", micropython: "#b0b4bb" };
const [WIDTH, LEFT, BAR, GAP] = [860, 330, 14, 18];

const escaped = (text) => text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);

/** What of Pyodide's a figure is compared to: what it compiles counts for code that was compiled ahead, too. */
export const asCompiled = (figure) => figure.replace("units", "cold");

/** An SVG of the figures that all have. */
export function picture(measured, figures) {
  const names = Object.keys(COLOURS);
  const shown = Object.entries(figures).filter(([figure]) => figure !== "byHand" && measured.pyodide[asCompiled(figure)] !== undefined);
  const pyodide = (figure) => measured.pyodide[asCompiled(figure)];
  const ratios = shown.flatMap(([figure]) => names.map((name) => (measured[name][figure] ?? 0) / pyodide(figure)));
  const scale = (WIDTH - LEFT - 120) / Math.max(1, ...ratios);
  const parts = [];
  let y = 40;
  for (const [figure, [words, show]] of shown) {
    parts.push(`<text x="0" y="${y + 24}" class="name">${escaped(words)}</text>`);
    for (const name of names) {
      const value = measured[name][figure];
      if (value !== undefined) {
        const ratio = value / pyodide(figure);
        const width = Math.max(1, ratio * scale);
        parts.push(`<rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" fill="${COLOURS[name]}"><title>${name}</title></rect>`);
        parts.push(`<text x="${LEFT + width + 6}" y="${y + 11}">${ratio.toFixed(2)}, ${escaped(show(value))}</text>`);
      }
      y += BAR + 2;
    }
    y += GAP;
  }
  const line = LEFT + scale;
  const legend = names.map((name, at) => `<rect x="${LEFT + at * 130}" y="6" width="12" height="12" fill="${COLOURS[name]}"/><text x="${LEFT + at * 130 + 18}" y="16">${name}</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-label="Figures of Exocet and MicroPython as ratios to Pyodide's">
<style>text{font:12px system-ui,sans-serif;fill:#22252b}.name{font-weight:600}@media(prefers-color-scheme:dark){text{fill:#e4e6eb}}</style>
<line x1="${line}" x2="${line}" y1="28" y2="${y - GAP}" stroke="#a3231b" stroke-dasharray="4 3"/><text x="${line + 4}" y="${y - 6}">Pyodide = 1</text>
${[...legend, ...parts].join("\n")}
</svg>
`;
}
