"""The kinds of background work of this room."""

VERIFY_JOB = "audit.verify"
ENTER_JOB = "audit.enter_countersigns"
