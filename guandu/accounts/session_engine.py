"""Sessions in the database, as Django's own: but a database that is away is not a session that is gone."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import OperationalError


class SessionStore(db.SessionStore):
    def save(self, must_create: bool = False) -> None:
        """Django takes every failure for a session deleted meanwhile, which is answered as a bad request."""
        try:
            super().save(must_create)
        except UpdateError as failure:
            if isinstance(failure.__context__, OperationalError):
                raise failure.__context__ from None
            raise
