"""The chapters of a lagesbild."""
