"""The exceptions a user can meet.

BpttError
├── ConfigError       a key or a value of the configuration
├── DataError         a file, a column, a label, a row
├── ModelFileError    a model file or a run folder that cannot be read
└── KernelError       a kernel asked for that cannot run here

Each carries a `code` that stays the same in every language. The command line prints the message and
exits with code 2; a traceback is for our own faults only.
"""


class BpttError(Exception):
    """What came, what was expected, how to mend it; `code` names the case."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ConfigError(BpttError, ValueError):
    """A key or a value of the configuration."""


class DataError(BpttError, ValueError):
    """A file, a column, a label or a row."""


class ModelFileError(BpttError, ValueError):
    """A model file or a run folder."""


class KernelError(BpttError, RuntimeError):
    """A kernel that was asked for and cannot run here."""
