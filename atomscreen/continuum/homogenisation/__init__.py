"""From grains to polycrystals, and from particles to electrode layers: bounds and estimates."""
