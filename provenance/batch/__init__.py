"""Many files: where they come from, what was done already, and the run over them."""
