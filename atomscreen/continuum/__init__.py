"""From quantities to continuum models: handoff records, cell models, electrolyte layers, homogenisation."""
