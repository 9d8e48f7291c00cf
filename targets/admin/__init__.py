"""The officials' admin of this room, by subject."""

from targets.admin import cycles, dictionary, plan, templates  # noqa: F401  # reason: register themselves
