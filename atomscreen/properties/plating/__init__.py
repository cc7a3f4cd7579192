"""Metal growing at a solid: dendrites and flaws."""
