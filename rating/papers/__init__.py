"""Papers of 星级评定, from plain values."""
