"""Builds the documentation site: `python -m tools.site`, into build/site.

The documents in docs/ and beside it stay plain Markdown, to be read on a code host. They are laid down in a folder of
their own with their links changed to the site's pages, together with pages that are made from the code: the reference
of Python, commands, parameters, key figures, events and modules. Sphinx builds the site from there; a warning is an
error.
"""
