"""Verdicts as text: one module a format, each a function that yields what is to be written.

``text`` for a terminal, ``document`` (json), ``lines`` (jsonl), ``table`` (csv), ``sarif``, ``junit``, ``github``
(workflow commands) and ``page`` (html). Nothing here opens a file: `commands.check` writes, whole or not at all.
"""
