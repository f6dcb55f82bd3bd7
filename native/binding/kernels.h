// What every operation at a door needs beside its arrays.
#pragma once

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "arrays.h"
#include "bptt/cpu.h"

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

// XLA's result buffers are fresh memory at each run of a program: at 4 KiB a page fault, their first touch took a quarter
// of a training step. Linux gives 2 MiB at once where asked.
inline void prefer_huge_pages(void* data, size_t bytes) {
#if defined(__linux__)
  constexpr uintptr_t kHuge = uintptr_t{1} << 21;
  const uintptr_t begin = (reinterpret_cast<uintptr_t>(data) + kHuge - 1) / kHuge * kHuge;
  const uintptr_t end = (reinterpret_cast<uintptr_t>(data) + bytes) / kHuge * kHuge;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#else
  static_cast<void>(data), static_cast<void>(bytes);
#endif
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
