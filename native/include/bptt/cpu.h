// The same kernels compiled once an instruction-set level, and the choice among them.
#pragma once

#include "bptt/elementwise.h"
#include "bptt/recurrence.h"

namespace bptt {

template <class T>
struct Kernels {
  // Elements of Forward::kept for each step of each row; 0 where a backward pass needs no more than the sequence.
  int64_t (*kept_width)(Cell cell, bool norm, bool zoneout, int64_t units);
  void (*forward)(const Forward<T>&, Workers&, Memory&);
  void (*backward)(const Backward<T>&, Workers&, Memory&);
  void (*forward_pair)(const Forward<T>&, const Forward<T>&, Workers&, Memory&);
  void (*backward_pair)(const Backward<T>&, const Backward<T>&, Workers&, Memory&);
  void (*dropout)(const Dropout<T>&, Workers&);
  void (*layer_norm_forward)(const LayerNormForward<T>&, Workers&);
  void (*layer_norm_backward)(const LayerNormBackward<T>&, Workers&, Memory&);
};

struct Level {
  const char* name;  // "x86-64-v4", "x86-64-v3", "generic"
  bool (*narrow)();  // whether this processor multiplies in bfloat16
  Kernels<float> f32;
  Kernels<double> f64;
};

// The levels this processor can run, best first; `count` receives how many.
const Level* const* levels(int* count);

// The level in use: the best one, or the one that BPTT_LEVEL names. Throws std::runtime_error
// where BPTT_LEVEL names a level that is not compiled in or that this processor lacks.
const Level& level();

}  // namespace bptt
