"""Trying a scheme before it is issued: what it would change, who stands near a cut, and how two versions differ.

Pure like the engine: schemes and facts in, frozen dataclasses out. Nothing here reads or writes the database.
"""
