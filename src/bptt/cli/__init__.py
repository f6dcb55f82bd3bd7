"""The commands, one file each: a command reads its arguments, calls its function of `bptt.experiment` and prints.

What takes long to import stands inside the commands, so that `bptt --help` answers at once.
"""
