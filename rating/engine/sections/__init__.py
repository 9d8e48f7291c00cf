"""The sections of a scheme file, each read by a module of its own."""
