"""Many files at once: where they come from, a journal of what is done, rows, what may be taken, a record."""
