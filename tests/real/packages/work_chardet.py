"""Guesses the encodings of small texts."""
import chardet


def work():
    texts = {
        "utf-8": "Schöne Grüße aus Köln, früh übt sich.",
        "utf-16": "Wide text, with a mark at its start.",
        "ascii": "Only plain letters here.",
    }
    guesses = [chardet.detect(text.encode(encoding)) for encoding, text in texts.items()]
    assert all(guess["confidence"] > 0.5 for guess in guesses)
    detector = chardet.UniversalDetector()
    detector.feed(b"\xef\xbb\xbfmarked")
    detector.close()
    return [str(guess["encoding"]).lower() for guess in guesses + [detector.result]]


def identity():
    return chardet.UniversalDetector
