"""How far a target is, what it should have reached and where it is heading: exact arithmetic on plain values. Pure."""
