"""What can go wrong, sorted by what the caller can do about it.

Every error that a person may meet carries its text in Swedish and in English, and the facts as values beside it. Nothing here knows of HTTP:
`api/problems.py` maps each kind to a status, `cli/main.py` to an exit code. Anything else that is raised is a bug.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with one named part of a request or a file.

    Attributes:
        property: The parameter, column or field at fault, as the caller wrote its name.
        value: What the caller gave there; None when nothing was given.
        reason: Why it cannot be used, one Swedish sentence.
        reason_en: The same in English.
    """

    property: str
    value: str | None
    reason: str
    reason_en: str


class TrygghetskartaError(Exception):
    """Base of every error that has a remedy."""

    def __init__(self, swedish: str, english: str, faults: tuple[Fault, ...] = ()) -> None:
        """Keep both texts and the parts at fault.

        Args:
            swedish: One sentence with a full stop.
            english: The same sentence in English.
            faults: The parameters or columns to blame, where there are any.
        """
        super().__init__(swedish)
        self.swedish = swedish
        self.english = english
        self.faults = faults


class InvalidQuestionError(TrygghetskartaError):
    """The question is not well formed. Remedy: ask otherwise."""


class NotFoundError(TrygghetskartaError):
    """The named thing does not exist. Remedy: name another."""


class NotCoveredError(TrygghetskartaError):
    """The source never delivered what is asked for. Remedy: ask for a covered span, or deliver."""


class NotCarriedError(TrygghetskartaError):
    """The source cannot carry an answer to this kind of question. Remedy: another source or measure."""


class BadDeliveryError(TrygghetskartaError):
    """The file cannot be taken in as it is; nothing was changed. Remedy: mend the file and send it again."""

    def __init__(self, swedish: str, english: str, faults: tuple[Fault, ...] = (), *, code: str = "refused") -> None:
        """Keep both texts, the parts at fault and what a program can tell the refusal by.

        Args:
            swedish: One sentence with a full stop.
            english: The same sentence in English.
            faults: The columns to blame, where there are any.
            code: The kind of refusal, as `truncated` or `archive_member`.
        """
        super().__init__(swedish, english, faults)
        self.code = code


class TooLargeError(TrygghetskartaError):
    """The file is larger than this door takes. Remedy: pack it, or deliver it by the command."""


class StorageError(TrygghetskartaError):
    """The disk is full; nothing was changed. Remedy: make room, and send it again."""


class ConflictError(TrygghetskartaError):
    """The thing is not in a state in which this can be done to it. Remedy: look at it, and do first what the text names."""


class UnknownCallerError(TrygghetskartaError):
    """The caller has not shown who it is. Remedy: send a valid key."""


class ForbiddenError(TrygghetskartaError):
    """The caller may not do this. Remedy: other rights."""


class BusyError(TrygghetskartaError):
    """Something the answer needs is out of reach right now. Remedy: wait, or start it."""


def bad_parameter(name: str, value: str | None, swedish: str, english: str) -> InvalidQuestionError:
    """Give the error for one bad parameter of a question."""
    return InvalidQuestionError(swedish, english, (Fault(name, value, swedish, english),))
