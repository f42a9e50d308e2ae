"""Settings of the image benchmarks, a YAML file each; ``cryoal benchmark`` reads them."""
