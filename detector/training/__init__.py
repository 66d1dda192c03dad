"""Train the detector: clips in, calibrated weights out."""
