"""Escapes what isn't markup, in every way that text is joined."""
from markupsafe import Markup, escape, escape_silent


class Bold:
    def __init__(self, text):
        self.text = text

    def __html__(self):
        return Markup("<b>%s</b>") % self.text


def work():
    assert escape(Markup("<i>")) == "<i>" and escape_silent(None) == ""
    assert isinstance(Markup("a") + "<", Markup)
    joined = Markup(", ").join(["<1>", Bold("<2>"), Markup("<3>")])
    formatted = Markup("{0} & {who:>5}").format("'q'", who="<w>")
    text = Markup("<p>Fish &amp; <em>chips</em><!-- no --></p>").striptags()
    return [str(joined), str(formatted), text, str(Markup("&lt;x&gt; &#33;").unescape()), repr(escape('"'))]


def identity():
    return Markup
