"""Fields that several serializers share."""

from typing import Any

from rest_framework import serializers


class KnownChoiceField(serializers.ChoiceField):
    """A choice that may not be known: null, never an empty text."""

    def __init__(self, choices: Any, **options: Any) -> None:
        super().__init__(choices, allow_null=True, **options)

    def to_representation(self, value: str) -> str | None:
        return super().to_representation(value) or None
