"""Pages: single HTML files that open from disk and need no network."""
