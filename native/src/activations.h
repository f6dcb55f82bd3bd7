// Activations and their derivatives, the latter from the output alone.
#pragma once

#include <math.h>

#include "bptt/recurrence.h"
#include "vec.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

// A rational approximation, x P(x^2) / Q(x^2), the same form and degrees (13, 6) that Eigen and XLA use: within 4 units
// in the last place of float. Past +-7.905 the result is +-1 in float. NaN stays NaN.
inline Vec<float> tanh_of(Vec<float> x) {
  const Vec<float> bound = all(7.90531110763549805f);
  x = at_least(-bound, at_most(bound, x));
  const Vec<float> y = x * x;
  Vec<float> p = all(-2.76076847742355e-16f);
  p = p * y + 2.00018790482477e-13f;
  p = p * y + -8.60467152213735e-11f;
  p = p * y + 5.12229709037114e-08f;
  p = p * y + 1.48572235717979e-05f;
  p = p * y + 6.37261928875436e-04f;
  p = p * y + 4.89352455891786e-03f;
  Vec<float> q = all(1.19825839466702e-06f);
  q = q * y + 1.18534705686654e-04f;
  q = q * y + 2.26843463243900e-03f;
  q = q * y + 4.89352518554385e-03f;
  return x * p * reciprocal(q);
}

inline Vec<double> tanh_of(Vec<double> x) {
  for (int64_t i = 0; i < kLanes<double>; ++i) x[i] = tanh(x[i]);
  return x;
}

template <class T>
inline Vec<T> activate(Activation f, Vec<T> x) {
  switch (f) {
    case Activation::kTanh: return tanh_of(x);
    case Activation::kRelu: return at_least(Vec<T>{}, x);
    case Activation::kSigmoid: return tanh_of(x * T(0.5)) * T(0.5) + T(0.5);
    case Activation::kHardSigmoid: return at_least(Vec<T>{}, at_most(all(T(6)), x + T(3))) / T(6);
    case Activation::kLinear: break;
  }
  return x;
}

// dL/dz from dL/dy and y = f(z).
template <class T>
inline Vec<T> through(Activation f, Vec<T> d, Vec<T> y) {
  switch (f) {
    case Activation::kTanh: return d * (T(1) - y * y);
    case Activation::kRelu: return y > T(0) ? d : Vec<T>{};
    case Activation::kSigmoid: return d * (y * (T(1) - y));
    case Activation::kHardSigmoid: return ((y > T(0)) & (y < T(1))) ? d / T(6) : Vec<T>{};
    case Activation::kLinear: break;
  }
  return d;
}

// The activations of a cell's candidate and gates; `kUsual` (tanh and sigmoid) lets the compiler keep their constants in
// registers.
template <class T, bool kUsual>
struct Functions {
  Activation activation, recurrent_activation;

  Vec<T> squash(Vec<T> z) const { return activate<T>(kUsual ? Activation::kTanh : activation, z); }
  Vec<T> gate(Vec<T> z) const { return activate<T>(kUsual ? Activation::kSigmoid : recurrent_activation, z); }
  Vec<T> squash_back(Vec<T> d, Vec<T> y) const { return through<T>(kUsual ? Activation::kTanh : activation, d, y); }
  Vec<T> gate_back(Vec<T> d, Vec<T> y) const { return through<T>(kUsual ? Activation::kSigmoid : recurrent_activation, d, y); }
};

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
