"""Writes numbers, dates and plurals in several languages, from the data of the package."""
import datetime
import io

from babel import Locale, UnknownLocaleError, dates, lists, numbers
from babel.messages import extract, pofile

MOMENT = datetime.datetime(2020, 2, 3, 16, 5)


def work():
    german = Locale.parse("de_AT")
    assert german.territory == "AT" and german.languages["fr"] == "Französisch" and Locale("pl").plural_form(22) == "few"
    try:
        Locale.parse("xx")
    except UnknownLocaleError as error:
        reason = str(error)
    po = pofile.read_po(io.BytesIO('msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "yes"\nmsgstr "ja"\n'.encode()))
    found = list(extract.extract("python", io.BytesIO(b"print(_('hello'))\n")))
    return [numbers.format_currency(1234.5, "EUR", locale="de_DE"), numbers.format_decimal(1234567.891, locale="hi_IN"), dates.format_datetime(MOMENT, "full", locale="fr", tzinfo=dates.UTC),
            dates.format_timedelta(datetime.timedelta(days=40), locale="ru"), lists.format_list(["a", "b", "c"], locale="es"), reason, po["yes"].string, str(found)]


def identity():
    return Locale
