// Python's own door to the kernels: no XLA between, arrays of any library.
#pragma once

#include <nanobind/nanobind.h>

namespace bptt {

void add_direct(nanobind::module_& module);

}  // namespace bptt
