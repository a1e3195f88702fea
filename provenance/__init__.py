"""State how a picture was made, sign that into the file, and see what others state.

The public names are `sign`, `verify`, `Declaration`, `Profile`, `Credential`, `Report`; everything
else may change without notice. Importing this package loads none of them: each comes when first
asked for, starts no process and sets no limit.
"""
