// z r = s(x W + h U), h = z h + (1 - z) f(x W_h + r (h U_h + b_h)), or with reset before: f(x W_h + (r h) U_h); with layer
// normalisation gain n(h U) in place of h U, of z and r together and of the candidate apart (Ba et al. 2016, supplement).
#pragma once

#include "../cell.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

template <class T>
void gru_product(const Rules<T>& rules, StepForward<T>& step, int g, const T* const* h) {
  const Group<T>& group = rules.recurrent.group[g];
  T* to[kMostRowsInSlice];
  for (int64_t i = 0; i < step.active; ++i) to[i] = step.values[i] + group.field;
  product_forward<T, kMostRowsInSlice>(group, rules.layout.units, step.active, step.rows, h,
                                       rules.layout.norm ? nullptr : const_cast<const T* const*>(to), to, step.scratch);
}

// Where there is layer normalisation, normalises `gates` fields of h U from `first` on, and adds them with their gain to those
// that begin at field `to`.
template <class T>
void gru_norm(const Rules<T>& rules, const StepForward<T>& step, int64_t first, int64_t gates, int64_t to) {
  const Layout& layout = rules.layout;
  if (!layout.norm) return;
  const Normed part(layout, first, gates);
  normalise(layout, rules.net.epsilon, part, step.active, step.values);
  for (int64_t i = 0; i < step.active; ++i) {
    T *sum = step.values[i] + to * layout.width, *n = step.values[i] + part.field;
    for (int64_t j = 0; j < gates * layout.width; j += kLanes<T>)
      store(sum + j, load(sum + j) + load(n + j) * load(rules.gain + part.gain + j));
  }
}

template <class T, bool kUsual>
void gru_state(const Rules<T>& rules, StepForward<T>& step, int64_t i, bool after) {
  const auto f = rules.template functions<kUsual>();
  const int64_t width = rules.layout.width;
  T *g = step.values[i], *z = g + width, *r = z + width, *u = r + width;
  for (int64_t j = 0; j < width; j += kLanes<T>) {
    Vec<T> sum = load(g + j);
    if (after) {
      store(z + j, f.gate(load(z + j)));
      store(r + j, f.gate(load(r + j)));
      sum += load(r + j) * load(u + j);
    }
    const Vec<T> candidate = f.squash(sum), update = load(z + j), old = load(step.h_before[i] + j);
    store(g + j, candidate);
    const Vec<T> now = update * old + (T(1) - update) * candidate;
    store(step.h[i] + j, rules.zoneout.mix(old, now, step.draw[i] + static_cast<uint64_t>(j)));
  }
}

template <class T, bool kUsual>
void gru_after_forward(const Rules<T>& rules, StepForward<T>& step) {
  const int64_t width = rules.layout.width;
  for (int64_t i = 0; i < step.active; ++i) copy_row(step.values[i] + 3 * width, rules.step_bias, width);
  for (int g = 0; g < rules.recurrent.groups; ++g) gru_product(rules, step, g, step.h_before);
  gru_norm(rules, step, 0, 2, 1);
  gru_norm(rules, step, 2, 1, 3);
  for (int64_t i = 0; i < step.active; ++i) gru_state<T, kUsual>(rules, step, i, true);
}

template <class T, bool kUsual>
void gru_before_forward(const Rules<T>& rules, StepForward<T>& step) {
  const auto f = rules.template functions<kUsual>();
  const int64_t width = rules.layout.width;
  const int candidate = rules.recurrent.groups - 1;
  const T* reset[kMostRowsInSlice];
  for (int g = 0; g < candidate; ++g) gru_product(rules, step, g, step.h_before);
  gru_norm(rules, step, 0, 2, 1);
  for (int64_t i = 0; i < step.active; ++i) {
    T *z = step.values[i] + width, *product = step.scratch + (kMostRowsInSlice + i) * width;
    for (int64_t j = 0; j < 2 * width; j += kLanes<T>) store(z + j, f.gate(load(z + j)));
    multiply_row(product, z + width, step.h_before[i], width);
    reset[i] = product;
  }
  gru_product(rules, step, candidate, reset);
  gru_norm(rules, step, 2, 1, 0);
  for (int64_t i = 0; i < step.active; ++i) gru_state<T, kUsual>(rules, step, i, false);
}

// dL/dz of the candidate and of the update gate in their places; dh keeps what goes past the candidate.
template <class T, bool kUsual>
void gru_state_back(const Rules<T>& rules, const StepBackward<T>& step, int64_t i) {
  const auto f = rules.template functions<kUsual>();
  const int64_t width = rules.layout.width;
  T *g = step.values[i], *z = g + width;
  for (int64_t j = 0; j < width; j += kLanes<T>) {
    Vec<T> d = step.gradient(i, j);
    const Vec<T> past = rules.zoneout.part(d, step.draw[i] + static_cast<uint64_t>(j));
    const Vec<T> candidate = load(g + j), update = load(z + j), old = load(step.h_before[i] + j);
    store(step.dh[i] + j, past + d * update);
    store(z + j, f.gate_back(d * (old - candidate), update));
    store(g + j, f.squash_back(d * (T(1) - update), candidate));
  }
}

// The way back through gru_norm.
template <class T>
void gru_norm_back(const Rules<T>& rules, const StepBackward<T>& step, int64_t first, int64_t gates, int64_t from) {
  const Layout& layout = rules.layout;
  if (layout.norm)
    normalise_back(layout, {layout, first, gates}, step.active, step.values, from * layout.width, rules.gain, step.d_gain);
}

template <class T, bool kUsual>
void gru_after_backward(const Rules<T>& rules, StepBackward<T>& step) {
  const auto f = rules.template functions<kUsual>();
  const int64_t width = rules.layout.width;
  for (int64_t i = 0; i < step.active; ++i) {
    gru_state_back<T, kUsual>(rules, step, i);
    T *g = step.values[i], *r = g + 2 * width, *u = r + width;
    for (int64_t j = 0; j < width; j += kLanes<T>) {
      const Vec<T> d = load(g + j), reset = load(r + j);
      store(r + j, f.gate_back(d * load(u + j), reset));
      store(u + j, d * reset);
    }
  }
  gru_norm_back(rules, step, 0, 2, 1);
  gru_norm_back(rules, step, 2, 1, 3);
  recurrent_back(rules, step, 0, rules.recurrent.groups, true);
}

template <class T, bool kUsual>
void gru_before_backward(const Rules<T>& rules, StepBackward<T>& step) {
  const auto f = rules.template functions<kUsual>();
  const Layout& layout = rules.layout;
  const int64_t width = layout.width;
  const Group<T>& candidate = rules.recurrent.group[rules.recurrent.groups - 1];
  const T* from[kMostRowsInSlice];
  T* d_reset[kMostRowsInSlice];
  for (int64_t i = 0; i < step.active; ++i) gru_state_back<T, kUsual>(rules, step, i);
  gru_norm_back(rules, step, 2, 1, 0);
  for (int64_t i = 0; i < step.active; ++i) {
    from[i] = step.values[i] + candidate.field;
    d_reset[i] = step.scratch + (kMostRowsInSlice + i) * width;
  }
  product_back<T, kMostRowsInSlice>(candidate, layout.units, step.active, step.rows, from, false, true, d_reset, step.scratch);
  for (int64_t i = 0; i < step.active; ++i) {
    T* r = step.values[i] + 2 * width;
    for (int64_t j = 0; j < width; j += kLanes<T>) {
      const Vec<T> d = load(d_reset[i] + j), reset = load(r + j), old = load(step.h_before[i] + j);
      store(step.reset[i] + j, reset * old);
      store(step.dh[i] + j, load(step.dh[i] + j) + d * reset);
      store(r + j, f.gate_back(d * old, reset));
    }
  }
  gru_norm_back(rules, step, 0, 2, 1);
  recurrent_back(rules, step, 0, rules.recurrent.groups - 1, true);
}

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
