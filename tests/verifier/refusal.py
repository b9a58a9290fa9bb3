"""The two ways in which verifying ends badly."""


class Refused(Exception):
    """The bytes do not verify: they are not what the format allows, or contradict each other."""


class Unreadable(Exception):
    """A file cannot be opened or read, or holds nothing of the kind: no verdict on anything."""
