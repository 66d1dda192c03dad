"""The audit of the detector: how well it tells clips of generators and of cameras that it has never seen apart."""
