"""Pages: a run as one HTML file that opens from disk and asks nothing of the network."""
