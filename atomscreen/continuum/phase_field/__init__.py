"""Phase field: free energy against content, what coexists, interfaces, separation in one dimension, and fracture."""
