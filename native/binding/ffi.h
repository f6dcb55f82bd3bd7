// XLA's door to the kernels.
#pragma once

#include <nanobind/nanobind.h>

namespace bptt {

// Name of each custom call and its handler.
nanobind::dict registrations();

}  // namespace bptt
