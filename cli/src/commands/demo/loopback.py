# Beside URL, the address of the demo's own server: no proxy has to be asked for this page.
import os
os.environ["no_proxy"] = "127.0.0.1"
