# The first session: urllib.request with http.client replaced, one level below a shared package.
# > False True True False
# > b'servedserved'
# > connecting to 127.0.0.1
# > b'servedserved'
# > connecting to 127.0.0.1
# > 200
import exocet
import http.client
import http.server
import threading

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"served" * 50
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass

server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/"

class Announcing(http.client.HTTPConnection):
    def __init__(self, host, *args, **kwargs):
        print("connecting to", host.partition(":")[0])
        super().__init__(host, *args, **kwargs)

class Stand_in:
    def __getattribute__(self, name):
        return Announcing if name == "HTTPConnection" else getattr(http.client, name)

client = Stand_in()
plain = exocet.loadNamed("urllib.request", exocet.pep302Mapper)
loud = exocet.loadNamed("urllib.request", exocet.pep302Mapper.withOverrides({"http.client": client}))
print(plain is loud, loud.http.client is client, plain.http is http, http.client.HTTPConnection is Announcing)
print(plain.urlopen(url).read(12))
print(loud.urlopen(url).read(12))
print(loud.build_opener().open(url).status)
server.shutdown()
server.server_close()
