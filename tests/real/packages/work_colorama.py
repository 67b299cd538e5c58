"""Colours text, and takes the colours out again."""
import io

import colorama
from colorama import Back, Cursor, Fore, Style, ansi
from colorama.ansitowin32 import AnsiToWin32, StreamWrapper


def work():
    text = f"{Fore.RED}red{Back.LIGHTBLUE_EX}on blue{Style.RESET_ALL} plain{Cursor.UP(2)}"
    out = io.StringIO()
    wrapper = AnsiToWin32(out, convert=False, strip=True, autoreset=False)
    wrapper.stream.write(text)
    kept = io.StringIO()
    AnsiToWin32(kept, convert=False, strip=False, autoreset=True).write("x")
    assert isinstance(wrapper.stream, StreamWrapper) and not wrapper.stream.isatty()
    return [ascii(text), ascii(out.getvalue()), ascii(kept.getvalue()), str(len([name for name in vars(Fore) if name.isupper()])), ascii(ansi.clear_screen() + ansi.set_title('t'))]


def identity():
    return colorama.AnsiToWin32
