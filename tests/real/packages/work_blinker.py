"""Sends signals to receivers that come and go."""
import gc

from blinker import ANY, Namespace, signal


def work():
    signals, heard = Namespace(), []
    saved = signals.signal("saved", doc="Sent when something was saved.")
    assert signals.signal("saved") is saved and signal("saved") is not saved

    class Model:
        def on_saved(self, sender, **extra):
            heard.append(f"method {sender} {sorted(extra.items())}")

    model = Model()
    saved.connect(model.on_saved)

    @saved.connect_via("only")
    def listen(sender, **extra):
        heard.append(f"function {sender}")
        return len(heard)

    assert [value for receiver, value in saved.send("only", a=1) if receiver is listen] != [None]
    saved.send("other")
    del model
    gc.collect()
    with saved.muted():
        saved.send("only")
    assert len(list(saved.receivers_for(ANY))) == 0
    saved.send("only")
    return sorted(heard)


def identity():
    return type(signal("x"))
