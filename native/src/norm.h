// Layer normalisation of h U inside a step, forward and back: of all active rows together, see moments.h.
#pragma once

#include "layout.h"
#include "moments.h"
#include "slice.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

// Fields of an entry's row that are normalised together: of n, of the gain, and where their 1/s stands.
struct Normed {
  int64_t field, gain, gates, inverse;

  Normed(const Layout& layout, int64_t first, int64_t gates)
      : field(layout.normalised + first * layout.width), gain(first * layout.width), gates(gates), inverse(layout.inverse + first / 2) {}
};

// n = (a - mean) / s over the units of the fields, in place.
template <class T>
void normalise(const Layout& layout, double epsilon, const Normed& part, int64_t count, T* const* values) {
  const T* a[kMostRowsInSlice];
  Moments<T> moments[kMostRowsInSlice];
  for (int64_t i = 0; i < count; ++i) a[i] = values[i] + part.field;
  measure(count, a, layout.units, epsilon, part.gates, layout.width, moments);
  for (int64_t i = 0; i < count; ++i) {
    T* n = values[i] + part.field;
    for (int64_t j = 0; j < part.gates * layout.width; j += kLanes<T>)
      store(n + j, (load(n + j) - moments[i].mean) * moments[i].inverse);
    values[i][part.inverse] = moments[i].inverse;
  }
}

// With d = dL/d(gain n) and g = gain d: dL/da = (g - mean(g) - n mean(g n)) / s takes the place of n; d_gain += d n.
// The gain is 0 past the units.
template <class T>
void normalise_back(const Layout& layout, int64_t gates, int64_t count, const T* const* d, const T* gain, const T* inverse, T* const* n,
                    T* d_gain) {
  const int64_t all = gates * layout.width;
  const double share = 1 / static_cast<double>(gates * layout.units);
  T mean[kMostRowsInSlice], slope[kMostRowsInSlice];
  for (int64_t i = 0; i < count; ++i) {
    mean[i] = static_cast<T>(sum_along<T>(all, 1, 0, [&](int64_t j, int64_t) { return load(d[i] + j) * load(gain + j); }) * share);
    slope[i] = static_cast<T>(sum_along<T>(all, 1, 0, [&](int64_t j, int64_t) {
      const Vec<T> dn = load(d[i] + j) * load(n[i] + j);
      store(d_gain + j, load(d_gain + j) + dn);
      return dn * load(gain + j);
    }) * share);
  }
  for (int64_t i = 0; i < count; ++i)
    for (int64_t j = 0; j < all; j += kLanes<T>)
      store(n[i] + j, (load(d[i] + j) * load(gain + j) - mean[i] - load(n[i] + j) * slope[i]) * inverse[i]);
}

// The same of a part of an entry's row, with d in the rows' fields from `from` on.
template <class T>
void normalise_back(const Layout& layout, const Normed& part, int64_t count, T* const* values, int64_t from, const T* gain, T* d_gain) {
  const T* d[kMostRowsInSlice];
  T *n[kMostRowsInSlice], inverse[kMostRowsInSlice];
  for (int64_t i = 0; i < count; ++i) {
    d[i] = values[i] + from;
    n[i] = values[i] + part.field;
    inverse[i] = values[i][part.inverse];
  }
  normalise_back(layout, part.gates, count, d, gain + part.gain, inverse, n, d_gain + part.gain);
}

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
