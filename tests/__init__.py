"""The suite. Each test states a behaviour as a fact; its docstring is that fact."""
