"""The child process that sets a paper: `python -I typesetter.py < {"paper", "template", "fonts"} > pdf`.

It bounds its own memory and time, gets no environment, reads no other file than the fonts named and fetches nothing:
the one template imports no package, and what it is given is data.
"""

import json
import resource
import sys
import tempfile

MEMORY = 4 << 30  # address space: fonts are mapped and every thread has a stack
CPU_SECONDS = 60


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    import typst  # reason: only within the bounds

    asked = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as empty:
        pdf = typst.compile(
            asked["template"].encode(),
            root=empty,
            font_paths=asked["fonts"],
            ignore_system_fonts=True,
            sys_inputs={"paper": json.dumps(asked["paper"])},
            package_path=empty,
            package_cache_path=empty,
            timestamp=0,
            format="pdf",
        )
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
