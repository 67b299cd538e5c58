import { inWorker, onThisThread } from "./app.js";

console.log(JSON.stringify([await onThisThread(), await inWorker()]));
// Bun doesn't end the thread of a worker whose WebAssembly calls nothing; the end of the process does.
process.exit();
