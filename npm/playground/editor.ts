// The editor: CodeMirror, with a document for each file.

import { python } from "@codemirror/lang-python";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState } from "@codemirror/state";
import { oneDark } from "@codemirror/theme-one-dark";
import { EditorView, keymap } from "@codemirror/view";
import { basicSetup } from "codemirror";

/** A mistake, and where it is; lines and columns begin with 1. */
export interface Mistake {
  line: number;
  column: number | null;
  message: string;
}

export class Editor {
  readonly #view: EditorView;
  readonly #theme = new Compartment();
  readonly #states = new Map<string, EditorState>();
  readonly #dark = matchMedia("(prefers-color-scheme: dark)");
  readonly #extensions;
  #name = "";

  constructor(parent: HTMLElement, changed: (name: string, text: string) => void, run: () => void) {
    this.#extensions = [
      keymap.of([{ key: "Mod-Enter", run: () => (run(), true) }]),
      basicSetup,
      python(),
      lintGutter(),
      EditorView.contentAttributes.of({ "aria-label": "Source of the file" }),
      this.#theme.of(this.#dark.matches ? oneDark : []),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) {
          changed(this.#name, update.state.doc.toString());
        }
      }),
    ];
    this.#view = new EditorView({ parent });
    this.#dark.addEventListener("change", () => {
      this.#view.dispatch({ effects: this.#theme.reconfigure(this.#dark.matches ? oneDark : []) });
    });
  }

  /** Forgets the files. */
  clear(): void {
    this.#states.clear();
    this.#name = "";
  }

  forget(name: string): void {
    this.#states.delete(name);
  }

  /** Shows a file. What was undone in it can be done again when one comes back. */
  open(name: string, text: string): void {
    if (this.#name) {
      this.#states.set(this.#name, this.#view.state);
    }
    this.#name = name;
    this.#view.setState(this.#states.get(name) ?? EditorState.create({ doc: text, extensions: this.#extensions }));
    this.#view.dispatch({ effects: this.#theme.reconfigure(this.#dark.matches ? oneDark : []) });
  }

  /** Marks mistakes in the file that is shown. */
  mark(mistakes: Mistake[]): void {
    const { doc } = this.#view.state;
    const diagnostics = mistakes.map(({ line: number, column, message }): Diagnostic => {
      const line = doc.line(Math.min(Math.max(number, 1), doc.lines));
      const from = column === null ? line.from + (/^\s*/.exec(line.text)?.[0].length ?? 0) : Math.min(line.from + column - 1, line.to);
      return { from, to: Math.max(line.to, from), severity: "error", message };
    });
    this.#view.dispatch(setDiagnostics(this.#view.state, diagnostics));
  }

  /** Puts the cursor into a line. */
  go(number: number): void {
    const line = this.#view.state.doc.line(Math.min(Math.max(number, 1), this.#view.state.doc.lines));
    this.#view.dispatch({ selection: { anchor: line.from }, scrollIntoView: true });
    this.#view.focus();
  }
}
