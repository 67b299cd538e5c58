using Workerd = import "/workerd/workerd.capnp";

const modules :List(Workerd.Worker.Module) = [
  (name = "service.js", esModule = embed "out/service.js"),
  (name = "exocet.wasm", wasm = embed "node_modules/exocet/dist/std/exocet.wasm"),
  (name = "encodings.wasm", wasm = embed "node_modules/exocet/dist/encodings.wasm"),
];

# Since 2025-05-05 there is a `FinalizationRegistry`, which the package needs; since 2026-11-17 modules know their URLs.
const config :Workerd.Config = (
  services = [
    (name = "old", worker = (compatibilityDate = "2025-05-05", modules = .modules)),
    (name = "new", worker = (compatibilityDate = "2026-11-17", modules = .modules)),
  ],
  sockets = [
    (name = "old", address = "127.0.0.1:0", http = (), service = "old"),
    (name = "new", address = "127.0.0.1:0", http = (), service = "new"),
  ],
);
