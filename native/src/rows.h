// Rows of numbers: copied, added, multiplied, and summed in an order that keeps their digits.
#pragma once

#include "bptt/runtime.h"
#include "vec.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

template <class T>
inline void copy_row(T* to, const T* from, int64_t n) {
  for (int64_t j = 0; j < n; j += kLanes<T>) store_some(to + j, load_some(from + j, n - j), n - j);
}

template <class T>
inline void add_row(T* to, const T* from, int64_t n) {
  for (int64_t j = 0; j < n; j += kLanes<T>)
    store_some(to + j, load_some(to + j, n - j) + load_some(from + j, n - j), n - j);
}

template <class T>
inline void multiply_row(T* to, const T* a, const T* b, int64_t n) {
  for (int64_t j = 0; j < n; j += kLanes<T>) store_some(to + j, load_some(a + j, n - j) * load_some(b + j, n - j), n - j);
}

template <class T>
inline void clear(T* to, int64_t n) {
  memset(to, 0, static_cast<size_t>(n) * sizeof(T));
}

// The row in whole vectors: 0 past its end.
template <class T>
inline void copy_padded(T* to, const T* from, int64_t n) {
  if (n > 0) clear(to + padded<T>(n) - kLanes<T>, kLanes<T>);
  copy_row(to, from, n);
}

// sum[:n] += row(0)[:n] + ... + row(count - 1)[:n], in runs of 32 and then the runs' sums: one chain over 8,000 rows lost
// 38 float roundings of the sum. `sum` is written in whole vectors.
template <class T, class Row>
inline void add_rows(T* sum, int64_t n, int64_t count, const Row& row) {
  constexpr int64_t kRun = 32;
  for (int64_t first = 0; first < count; first += kRun)
    for (int64_t j = 0; j < n; j += kLanes<T>) {
      Vec<T> run = {};
      for (int64_t i = first; i < smaller(first + kRun, count); ++i) run += load_some(row(i) + j, n - j);
      store(sum + j, load(sum + j) + run);
    }
}

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
