"""Official papers from plain values: no database, no clock. Each module takes a dataclass and answers a
guandu.documents.blocks.Paper; the same values are the same paper."""
