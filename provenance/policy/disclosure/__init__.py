"""Files of a release -> a draft of what is to be disclosed about AI, for people to decide on.

`shipped` reads the list, `assets` turns what was found of a file into one asset, `draft` puts assets together, `papers`
says them in words, and `forms` writes them as text, Markdown, a page or JSON.
"""
