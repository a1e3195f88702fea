"""The child's command line: ``python -I worker/__main__.py ROOT MODULE [SEARCH…]``.

``-I`` keeps the working directory and PYTHONPATH of the caller out. So ROOT says where the package lies, and
SEARCH where the caller found its other packages (a user site, the folder of a plug-in); they come last.
"""

import gc
import sys


def main() -> None:
    """Load MODULE, set limits, serve jobs until the pipe ends."""
    gc.disable()  # loading makes no garbage, and looking for it takes a twentieth of the start
    root, module, *search = sys.argv[1:]
    if root in sys.path:
        sys.path.remove(root)
    # In front of what was installed beside it, where other packages may have the same names, and behind Python's own.
    at = next((n for n, place in enumerate(sys.path) if place.endswith(("site-packages", "dist-packages"))), 0)
    sys.path.insert(at, root)
    sys.path.extend(place for place in search if place not in sys.path)

    from provenance.worker import child  # only findable now

    child.serve(module)


if __name__ == "__main__":
    main()
