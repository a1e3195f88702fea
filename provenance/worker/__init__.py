"""A child process with limits, in which hostile bytes are parsed (security S1, S2).

It is its own command line (`__main__`), never the host's main module and never ``multiprocessing``: a spawned
host re-imports its main module, and inside Blender, Krita or a frozen program ``sys.executable`` is no Python.

`pool` is for callers, `early` for the launcher, `limits` tells a job which limits it runs under. Nothing
is imported here: the child pays for each import once more.
"""
