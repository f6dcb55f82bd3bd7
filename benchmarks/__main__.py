"""`make bench`: the kernels, checked and then timed. The other benchmarks of this folder run by name."""

from benchmarks.kernels import main

main()
