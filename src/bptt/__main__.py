"""`python -m bptt` is `bptt`."""

from bptt.cli.main import main

main()
