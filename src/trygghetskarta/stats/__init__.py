"""Pure arithmetic: arrays in, arrays out."""
