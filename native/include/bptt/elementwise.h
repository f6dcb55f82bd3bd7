// What stands between recurrent layers: dropout (Srivastava et al. 2014) and layer normalisation (Ba et al. 2016).
#pragma once

#include <cstdint>

#include "bptt/runtime.h"

namespace bptt {

// out = in / (1 - rate) where a draw keeps it, else 0. One draw serves all `repeat` positions of the middle axis.
// Its own derivative: the backward pass calls it with the same seed on the gradient.
template <class T>
struct Dropout {
  int64_t outer, repeat, inner;  // in and out are (outer, repeat, inner)
  const T* in;
  const uint32_t* seed;  // (2)
  double rate;           // [0, 1)
  T* out;
};

// out = (in - mean) / sqrt(variance + epsilon) * gamma + beta, over the last axis.
template <class T>
struct LayerNormForward {
  int64_t rows, width;
  const T* in;     // (rows, width)
  const T* gamma;  // (width)
  const T* beta;   // (width)
  double epsilon;
  T* out;  // (rows, width)
};

template <class T>
struct LayerNormBackward {
  int64_t rows, width;
  const T* in;     // (rows, width)
  const T* gamma;  // (width)
  const T* d_out;  // (rows, width)
  double epsilon;
  T* d_in;     // (rows, width)
  T* d_gamma;  // (width)
  T* d_beta;   // (width)
};

}  // namespace bptt
