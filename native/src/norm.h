// Layer normalisation of h U inside a step, forward and back.
#pragma once

#include "layout.h"
#include "moments.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

// n = (a - mean) / s over the units of `gates` fields, in place; `inverse` receives 1 / s.
template <class T>
inline void normalise(const Layout& layout, double epsilon, int64_t gates, T* a, T* inverse) {
  const Moments<T> moments(a, layout.units, epsilon, gates, layout.width);
  for (int64_t j = 0; j < gates * layout.width; j += kLanes<T>) store(a + j, (load(a + j) - moments.mean) * moments.inverse);
  *inverse = moments.inverse;
}

// With d = dL/d(gain n) and g = gain d: dL/da = (g - mean(g) - n mean(g n)) / s takes the place of n; d_gain += d n.
// The gain is 0 past the units.
template <class T>
inline void normalise_back(const Layout& layout, int64_t gates, const T* d, const T* gain, T inverse, T* n, T* d_gain) {
  const int64_t all = gates * layout.width;
  const double units = static_cast<double>(gates * layout.units);
  const T mean = static_cast<T>(sum_along<T>(all, 1, 0, [&](int64_t j, int64_t) { return load(d + j) * load(gain + j); }) / units);
  const T slope = static_cast<T>(sum_along<T>(all, 1, 0, [&](int64_t j, int64_t) {
    const Vec<T> dn = load(d + j) * load(n + j);
    store(d_gain + j, load(d_gain + j) + dn);
    return dn * load(gain + j);
  }) / units);
  for (int64_t j = 0; j < all; j += kLanes<T>)
    store(n + j, (load(d + j) * load(gain + j) - mean - load(n + j) * slope) * inverse);
}

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
