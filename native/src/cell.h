// What the steps of all cells share.
#pragma once

#include "activations.h"
#include "draws.h"
#include "layout.h"
#include "norm.h"
#include "slice.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

// How many entries go together: as many as keep their rows within half a megabyte, so that a chunk stays in the cache.
template <class T>
inline int64_t entries_of_chunk(const Layout& layout) {
  const int64_t fit = (1 << 19) / (layout.stride * static_cast<int64_t>(sizeof(T)));
  return smaller(kChunk, larger(fit, 2 * kMostRowsInSlice));
}

// Which share of an element's old value a step keeps (Krueger et al. 2017).
template <class T>
struct Zoneout {
  bool on, drawn;
  T rate;
  uint32_t threshold;
  Draws draws;

  Zoneout(double rate, const uint32_t* seed)
      : on(rate > 0), drawn(seed), rate(static_cast<T>(rate)), threshold(draw_threshold(rate)), draws(seed ? seed : kNoSeed) {}

  // For kLanes elements from a counter on: 0 or 1 where it draws, its rate where it mixes.
  Vec<T> kept(uint64_t counter) const {
    if (!drawn) return all(rate);
    const Bits bits = draws.at(counter);
    Vec<T> share = {};
    if constexpr (sizeof(T) == sizeof(uint32_t))
      share = bits < threshold ? all(T(1)) : share;
    else
      for (int64_t i = 0; i < kLanes<T>; ++i) share[i] = bits[i] < threshold ? T(1) : T(0);
    return share;
  }
  Vec<T> mix(Vec<T> old, Vec<T> now, uint64_t counter) const {
    if (!on) return now;
    const Vec<T> share = kept(counter);
    return share * old + (T(1) - share) * now;
  }
  // Takes the old value's part of gradient d out of it, and returns it.
  Vec<T> part(Vec<T>& d, uint64_t counter) const {
    if (!on) return Vec<T>{};
    const Vec<T> old = d * kept(counter);
    d -= old;
    return old;
  }

 private:
  static constexpr uint32_t kNoSeed[2] = {0, 0};
};

// A cell's constants, in whole vectors.
template <class T>
struct Rules {
  const Recurrence<T>& net;
  const Layout layout;
  const Side<T> recurrent;
  const T* gain;                      // (G width) in the order of U, with layer normalisation
  const T *state_gain, *state_bias;   // (width)
  const T* step_bias;                 // (width): b_h of h U in the GRU that resets after, b of a normalised SimpleRNN
  const Zoneout<T> zoneout, zoneout_cell;

  Rules(const Recurrence<T>& net, const Layout& layout, Way way, Memory& memory)
      : net(net), layout(layout), recurrent(recurrent_side(net, layout, way, memory)),
        gain(spread(net.recurrent_gain, layout.gates, memory)), state_gain(spread(net.state_gain, 1, memory)),
        state_bias(spread(net.state_bias, 1, memory)),
        step_bias(layout.cell == Cell::kGruAfter ? spread(net.bias + 5 * layout.units, 1, memory)
                                                 : layout.biased_step() ? spread(net.bias, 1, memory) : nullptr),
        zoneout(net.zoneout, net.seed), zoneout_cell(net.zoneout_cell, net.seed) {}

  int64_t states() const { return layout.cell == Cell::kLstm ? 2 : 1; }
  bool usual() const {
    return net.activation == Activation::kTanh &&
           (layout.cell == Cell::kSimpleRnn || net.recurrent_activation == Activation::kSigmoid);
  }
  template <bool kUsual>
  Functions<T, kUsual> functions() const {
    return {net.activation, net.recurrent_activation};
  }

 private:
  T* spread(const T* from, int64_t gates, Memory& memory) const {
    if (!from) return nullptr;
    T* to = memory.array<T>(gates * layout.width);
    for (int64_t gate = 0; gate < gates; ++gate) copy_padded(to + gate * layout.width, from + gate * layout.units, layout.units);
    return to;
  }
};

// The rows that are active at one step of a slice: row i's numbers, each in whole vectors.
template <class T>
struct Step {
  int64_t active;
  const int32_t* rows;                    // which of the batch
  uint64_t draw[kMostRowsInSlice];        // the first counter of zoneout's draws
  T* values[kMostRowsInSlice];            // the entry's row, see layout.h
  const T* h_before[kMostRowsInSlice];
  const T* c_before[kMostRowsInSlice];
};

template <class T>
struct StepForward : Step<T> {
  T* h[kMostRowsInSlice];
  T* scratch;  // 2 x 32 rows of width
};

template <class T>
struct StepBackward : Step<T> {
  const T* h[kMostRowsInSlice];
  const T* dy[kMostRowsInSlice];  // dL/d the step's output; null where no output has a gradient
  T *dh[kMostRowsInSlice], *dc[kMostRowsInSlice];  // dL/d the state after the step; then before it
  T* reset[kMostRowsInSlice];     // receives r * h, of the GRU that resets before
  T* scratch;                     // 2 x 32 rows of width
  T *d_gain, *d_state_gain, *d_state_bias;  // sums of the chunk

  Vec<T> gradient(int64_t i, int64_t j) const { return dy[i] ? load(dh[i] + j) + load(dy[i] + j) : load(dh[i] + j); }
};

// dh_i (+)= what comes back through h U.
template <class T>
void recurrent_back(const Rules<T>& rules, const StepBackward<T>& step, int first, int last, bool add) {
  const T* from[kMostRowsInSlice];
  for (int g = first; g < last; ++g) {
    const Group<T>& group = rules.recurrent.group[g];
    for (int64_t i = 0; i < step.active; ++i) from[i] = step.values[i] + group.field;
    product_back<T, kMostRowsInSlice>(group, rules.layout.units, step.active, step.rows, from, add || g > first, true,
                                      step.dh, step.scratch);
  }
}

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
