import greetings


def main():
    return ", ".join(greetings.words())


if __name__ == "__main__":
    print(main())
