"""The one error that users are meant to see."""


class CryoalError(Exception):
    """A mistake in what the user gave (a file, an option, a folder), told in one line.

    The message says what is wrong, where (file, row) and what to do. The command line
    prints it after ``error:`` and exits with code 2; anything else that escapes is a bug.
    """
