from importlib.resources import files


def words():
    return files(__name__).joinpath("lists", "words.txt").read_text().split()


def evil():
    import socket

    return socket
