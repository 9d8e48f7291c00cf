"""Filters that several collections share."""

import django_filters
from django import forms
from django.core.exceptions import ValidationError

from guandu.core.errors import Invalid
from guandu.core.periods import Period


class _PeriodField(forms.CharField):
    def clean(self, value):
        text = super().clean(value)
        if not text:
            return text
        try:
            return Period.parse(text).code
        except Invalid as refusal:
            raise ValidationError(refusal.message) from refusal


class PeriodFilter(django_filters.CharFilter):
    """A reporting period by its code; another spelling of the same days is the same period."""

    field_class = _PeriodField
