import os

# One thread for each process, as the workers have it: torch and BLAS with more would fight over the cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")
