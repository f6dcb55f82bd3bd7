// What every operation at a door needs beside its arrays.
#pragma once

#include "arrays.h"
#include "bptt/cpu.h"
#include "pages.h"

namespace bptt {

template <class T>
const Kernels<T>& kernels();
template <>
inline const Kernels<float>& kernels<float>() {
  return level().f32;
}
template <>
inline const Kernels<double>& kernels<double>() {
  return level().f64;
}

// Whether a recurrence of so many units that asks for products in bfloat16 gets them. Of 16 units, to round took longer than
// it saved (0.87 to 0.96 times as fast); of 32 it pays (1.08 to 1.13).
inline bool narrows(int64_t units) { return units >= 32 && level().narrow(); }

// A result's memory, about to be written from end to end; null where it is absent.
template <class T>
T* fresh(T* data, const Shape& shape) {
  size_t bytes = sizeof(T);
  for (const int64_t n : shape) bytes *= static_cast<size_t>(n);
  if (data) prefer_huge_pages(data, bytes);
  return data;
}

}  // namespace bptt
