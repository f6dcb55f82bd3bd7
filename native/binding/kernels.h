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

// A result's memory, about to be written from end to end; null where it is absent.
template <class T>
T* fresh(T* data, const Shape& shape) {
  size_t bytes = sizeof(T);
  for (const int64_t n : shape) bytes *= static_cast<size_t>(n);
  if (data) prefer_huge_pages(data, bytes);
  return data;
}

}  // namespace bptt
