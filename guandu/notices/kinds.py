"""Kinds of work that this room asks for in the background."""

DELIVER_JOB = "notices.deliver"
DIGEST_JOB = "notices.digest"
