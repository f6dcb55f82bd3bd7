// A recurrence forward and backward through time, whatever its cell: SimpleRNN (Elman 1990), LSTM (Hochreiter &
// Schmidhuber 1997; Gers et al. 2000), GRU (Cho et al. 2014); Rumelhart, Hinton, Williams 1986 for the way back.
// Axes: B batch, T time, D input features, H units, G gates, M masks, V vocabulary. Every array is dense and row-major.
#pragma once

#include <cstdint>

#include "bptt/runtime.h"

namespace bptt {

enum class Cell : int32_t { kSimpleRnn = 0, kLstm = 1, kGruAfter = 2, kGruBefore = 3 };
enum class Activation : int32_t { kTanh = 0, kRelu = 1, kSigmoid = 2, kHardSigmoid = 3, kLinear = 4 };

// Dropout masks, 0 or 1 / (1 - rate), held over time: one for all gates or one each (Gal & Ghahramani 2016).
template <class T>
struct Drops {
  const T* masks;  // (M, B, D or H) or null
  int64_t count;   // M: 1 or G
};

// What both directions read. The input is either `inputs`, or the rows of `table` that `ids` name (the other is null).
template <class T>
struct Recurrence {
  Cell cell;
  int64_t batch, time, features, units, vocabulary;
  const T* inputs;            // (B, T, D) or null
  const int32_t* ids;         // (B, T) or null
  const T* table;             // (V, D) or null
  const bool* mask;           // (B, T), true where the step is real; null: every step is
  const T* kernel;            // (D, G H); null: the inputs are x W already, D = G H
  const T* recurrent_kernel;  // (H, G H)
  const T* bias;              // (G H); (2, G H) for kGruAfter: of x W, of h U
  const T* initial_state;     // (B, H)
  const T* initial_cell;      // (B, H) of the LSTM, else null
  Drops<T> input_drops, recurrent_drops;  // input_drops with `inputs` only
  const T* recurrent_gain;    // (G H), or null: no layer normalisation (Ba et al. 2016)
  const T *state_gain, *state_bias;  // (H), of the LSTM with layer normalisation
  double epsilon;
  double zoneout, zoneout_cell;  // Krueger et al. 2017: of h, of the LSTM's c
  const uint32_t* seed;          // (2): zoneout draws from it; null: it mixes in its share
  Activation activation, recurrent_activation;
  bool go_backwards;    // position p of the sequence is time T-1-p
  bool zero_for_mask;   // a masked step's output is 0; otherwise it is the state it holds
  // Where the outputs of a step stand: `sequence_stride` elements after those of the step before, in processing order, or,
  // `in_time`, in the order of time: so that two directions fill one (B, T, 2 H).
  int64_t sequence_stride;
  bool in_time;
  bool narrow;  // of float, where Level::narrow: products of operands rounded to bfloat16, summed in float
};

template <class T>
struct Forward {
  Recurrence<T> net;
  bool fill;      // write the masked positions of `sequence` too
  T* state;       // (B, H): after each row's last real step
  T* cell_state;  // (B, H) of the LSTM, else null
  T* sequence;    // (B, T, H) in processing order (but see sequence_stride), or null
  T* kept;        // (B T, Kernels::kept_width), or null: no backward pass will come
};

// What Backward::tap receives of a time step, over the rows for which it is real: the sums of the squares of dL/dh, all that
// reaches the state of this step, and of h; the rows; in how many units the state is saturated, and then each field of gates:
// LSTM i f g o, GRU g z r.
enum TapField : int64_t { kTapGradient, kTapState, kTapRows, kTapSaturated };
BPTT_INLINE int64_t tap_width(Cell cell) { return kTapSaturated + (cell == Cell::kLstm ? 5 : cell == Cell::kSimpleRnn ? 1 : 4); }

template <class T>
struct Backward {
  Recurrence<T> net;
  const T* sequence;      // what forward wrote; only real steps are read
  const T* kept;          // what forward wrote
  T* spent;               // one of those two, which nobody reads after this pass: it may write over what it has read. Or null;
                          // `sequence` only where its steps stand B T rows of H, in processing order
  const T* d_state;       // (B, H)
  const T* d_cell_state;  // (B, H) of the LSTM, else null
  const T* d_sequence;    // as sequence, or null
  bool add_inputs;        // d_inputs or d_table hold something already, to which this adds
  T* d_inputs;            // (B, T, D), or null with ids or where nobody asks for it
  T* d_table;             // (V, D), or null with inputs or where nobody asks for it
  T* d_kernel;            // (D, G H), or null without kernel
  T* d_recurrent_kernel;  // (H, G H)
  T* d_bias;              // as bias
  T* d_initial_state;     // (B, H)
  T* d_initial_cell;      // (B, H) of the LSTM, else null
  T* d_recurrent_gain;    // (G H), or null
  T *d_state_gain, *d_state_bias;  // (H), or null
  double* tap;            // (T, tap_width), by time, or null
};

}  // namespace bptt
