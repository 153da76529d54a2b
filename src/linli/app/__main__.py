"""`python -m linli.app` is the command line."""

from linli.app.cli import main

if __name__ == "__main__":
    main()
