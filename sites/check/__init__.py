"""What must hold of an inventory beyond the form of each field.

Each module yields findings about one subject; none of them reads a file.
"""
