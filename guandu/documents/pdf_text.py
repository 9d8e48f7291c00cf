"""The child process that reads a PDF's text: `python -I pdf_text.py PDFTOTEXT < file.pdf > text`.

Bounds its memory and time and becomes poppler's pdftotext, which inherits the bounds.
"""

import os
import resource
import sys

MEMORY = 1 << 30
CPU_SECONDS = 20

if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 26, 1 << 26))
    os.execve(sys.argv[1], ["pdftotext", "-q", "-raw", "-enc", "UTF-8", "-", "-"], {})  # noqa: S606
