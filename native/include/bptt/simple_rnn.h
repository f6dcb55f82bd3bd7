// h_t = f(x_t W + b + h_{t-1} U), forward and backward through time (Elman 1990; Rumelhart, Hinton, Williams 1986).
// Axes: B batch, T time, D input features, H units, V vocabulary. Every array is dense and row-major.
#pragma once

#include <cstdint>

#include "bptt/runtime.h"

namespace bptt {

enum class Activation : int32_t { kTanh = 0, kRelu = 1 };

// What both directions read. The input is either `inputs`, or the rows of `table` that `ids` name (the other is null).
template <class T>
struct SimpleRnn {
  int64_t batch, time, features, units, vocabulary;
  const T* inputs;            // (B, T, D) or null
  const int32_t* ids;         // (B, T) or null
  const T* table;             // (V, D) or null
  const T* kernel;            // (D, H)
  const T* recurrent_kernel;  // (H, H)
  const T* bias;              // (H)
  const T* initial_state;     // (B, H)
  const bool* mask;           // (B, T), true where the step is real; null: every step is
  Activation activation;
  bool go_backwards;    // position p of the sequence is time T-1-p
  bool zero_for_mask;   // a masked step's output is 0; otherwise it is the state it holds
};

template <class T>
struct SimpleRnnForward {
  SimpleRnn<T> net;
  bool fill;      // write the masked positions of `sequence` too
  T* state;       // (B, H): after each row's last real step
  T* sequence;    // (B, T, H) in processing order, or null
};

template <class T>
struct SimpleRnnBackward {
  SimpleRnn<T> net;
  const T* sequence;      // (B, T, H): what forward wrote; only real steps are read
  T* d_steps;             // (B, T, H): with ids, dL/dz of the real steps is left here; may be `sequence` itself
  const T* d_state;       // (B, H)
  const T* d_sequence;    // (B, T, H) or null
  T* d_inputs;            // (B, T, D), or null with ids
  T* d_table;             // (V, D), or null with inputs
  T* d_kernel;            // (D, H)
  T* d_recurrent_kernel;  // (H, H)
  T* d_bias;              // (H)
  T* d_initial_state;     // (B, H)
};

}  // namespace bptt
