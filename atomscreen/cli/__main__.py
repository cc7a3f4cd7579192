"""``python -m atomscreen.cli``: the command line without its script on the path."""

from atomscreen.cli.main import main

main()
