import { inWorker, onThisThread } from "./app.js";

try {
  document.body.textContent = JSON.stringify([await onThisThread(), await inWorker()]);
  document.title = "done";
} catch (error) {
  document.title = `${error}\n${error.stack}`;
}
