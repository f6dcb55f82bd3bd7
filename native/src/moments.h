// Mean and deviation of rows, for layer normalisation (Ba et al. 2016).
#pragma once

#include <math.h>

#include "vec.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

// The sum of value(at, left) over the vectors of `blocks` of `width` elements, `stride` apart: `at` is a vector's first
// element, `left` the elements from there to the block's end. In runs of 64 vectors: one chain over a million elements
// loses three digits.
template <class T, class Value>
inline double sum_along(int64_t width, int64_t blocks, int64_t stride, const Value& value) {
  double total = 0;
  Vec<T> run = {};
  int64_t length = 0;
  for (int64_t b = 0; b < blocks; ++b)
    for (int64_t j = 0; j < width; j += kLanes<T>) {
      run += value(b * stride + j, width - j);
      if (++length < 64) continue;
      total += static_cast<double>(sum<T>(run));
      run = Vec<T>{};
      length = 0;
    }
  return total + static_cast<double>(sum<T>(run));
}

// Mean and 1 / sqrt(variance + epsilon) of a row. Of one number alone that factor is 0: normalised it is 0 whatever it was,
// and so is its gradient, where 1 / sqrt(epsilon) times the rounding of a fused multiply-add would pass for one.
template <class T>
struct Moments {
  T mean = 0, inverse = 0;

  // x - mean; 0 in the lanes past the end.
  Vec<T> centred(const T* x, int64_t left) const {
    const Vec<T> d = load_some(x, left) - mean;
    return left >= kLanes<T> ? d : load_some(reinterpret_cast<const T*>(&d), left);
  }
};

// Those of some rows, which may stand in blocks. All rows take one step before any takes the next: a row alone would wait
// for its own sums.
template <class T>
void measure(int64_t count, const T* const* x, int64_t width, double epsilon, int64_t blocks, int64_t stride, Moments<T>* to) {
  const double share = 1 / static_cast<double>(width * blocks);
  for (int64_t i = 0; i < count; ++i)
    to[i].mean = static_cast<T>(
        sum_along<T>(width, blocks, stride, [&](int64_t at, int64_t left) { return load_some(x[i] + at, left); }) * share);
  for (int64_t i = 0; i < count; ++i) {
    const double squares = sum_along<T>(width, blocks, stride, [&](int64_t at, int64_t left) {
      const Vec<T> d = to[i].centred(x[i] + at, left);
      return d * d;
    });
    to[i].inverse = width * blocks > 1 ? static_cast<T>(1 / sqrt(squares * share + epsilon)) : 0;
  }
}

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
