#!/usr/bin/env python3
"""libonnxifi.so.1 needs libc and libstdc++ only, and runs no code on load.

library_test.py LIBRARY [--sanitized]
"""

import re
import subprocess
import sys

ALLOWED = {"libc.so.6", "libstdc++.so.6", "libgcc_s.so.1", "libm.so.6",
           "libdl.so.2", "libpthread.so.0"}


def main():
    library = sys.argv[1]
    dynamic = subprocess.run(["readelf", "-dW", library], text=True,
                             check=True, stdout=subprocess.PIPE).stdout
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic))
    extra = {n for n in needed if n not in ALLOWED
             and not n.startswith("ld-linux")}
    if "--sanitized" in sys.argv:
        extra = {n for n in extra if not re.match(r"lib\w*san\.", n)}
    assert not extra, f"{library} needs {extra}"
    assert "[libonnxifi.so.1]" in dynamic, "SONAME is not libonnxifi.so.1"
    symbols = subprocess.run(["nm", library], text=True, check=True,
                             stdout=subprocess.PIPE).stdout
    constructors = re.findall(r"_GLOBAL__sub_I_\w+", symbols)
    if "--sanitized" not in sys.argv:
        assert not constructors, f"static constructors: {constructors}"
    print("needs", " ".join(sorted(needed)))


if __name__ == "__main__":
    main()
