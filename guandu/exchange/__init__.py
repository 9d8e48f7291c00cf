"""Files in and out: data files with marked lines, and rows that a file may load."""
