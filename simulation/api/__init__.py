"""The package as one imports it: `import simulation as sim`. What users meet stands in `simulation.__all__`."""
