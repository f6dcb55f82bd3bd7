// i f o = s(z), g = f(z_c), c = f c + i g, h = o f(c); with layer normalisation z has gain n(h U) in place of h U, and
// h = o f(state_gain n(c) + state_bias): Ba et al. 2016, equations 20 to 22.
#pragma once

#include "../cell.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

// The gates' values and c, in place of z.
template <class T, bool kUsual>
void lstm_gates(const Rules<T>& rules, const StepForward<T>& step, int64_t i) {
  const auto f = rules.template functions<kUsual>();
  const int64_t width = rules.layout.width;
  T* z = step.values[i];
  for (int64_t j = 0; j < width; j += kLanes<T>) {
    const Vec<T> in = f.gate(load(z + j)), forget = f.gate(load(z + width + j));
    const Vec<T> candidate = f.squash(load(z + 2 * width + j)), out = f.gate(load(z + 3 * width + j));
    const Vec<T> old = load(step.c_before[i] + j);
    const uint64_t counter = step.draw[i] + static_cast<uint64_t>(rules.layout.units + j);
    store(z + j, in);
    store(z + width + j, forget);
    store(z + 2 * width + j, candidate);
    store(z + 3 * width + j, out);
    store(z + 4 * width + j, rules.zoneout_cell.mix(old, forget * old + in * candidate, counter));
  }
}

// f(c), or f(state_gain n(c) + state_bias).
template <class T, bool kUsual>
struct LstmOutput {
  const Rules<T>& rules;
  const T* c;
  const Functions<T, kUsual> f;
  const Moments<T>& moments;

  LstmOutput(const Rules<T>& rules, const T* c, const Moments<T>& moments)
      : rules(rules), c(c), f(rules.template functions<kUsual>()), moments(moments) {}

  Vec<T> normalised(int64_t j) const { return (load(c + j) - moments.mean) * moments.inverse; }
  Vec<T> at(int64_t j) const {
    if (!rules.layout.norm) return f.squash(load(c + j));
    return f.squash(normalised(j) * load(rules.state_gain + j) + load(rules.state_bias + j));
  }
};

// Of the c of all active rows, where they are normalised.
template <class T>
void measure_cells(const Rules<T>& rules, const Step<T>& step, Moments<T>* moments) {
  const T* c[kMostRowsInSlice];
  if (!rules.layout.norm) return;
  for (int64_t i = 0; i < step.active; ++i) c[i] = step.values[i] + 4 * rules.layout.width;
  measure(step.active, c, rules.layout.units, rules.net.epsilon, 1, 0, moments);
}

template <class T, bool kUsual>
void lstm_forward(const Rules<T>& rules, StepForward<T>& step) {
  const Layout& layout = rules.layout;
  const Side<T>& side = rules.recurrent;
  for (int g = 0; g < side.groups; ++g) {
    T* to[kMostRowsInSlice];
    for (int64_t i = 0; i < step.active; ++i) to[i] = step.values[i] + side.group[g].field;
    product_forward<T, kMostRowsInSlice>(side.group[g], layout.units, step.active, step.rows, step.h_before,
                                         layout.norm ? nullptr : const_cast<const T* const*>(to), to, step.scratch);
  }
  if (layout.norm) normalise(layout, rules.net.epsilon, {layout, 0, 4}, step.active, step.values);
  for (int64_t i = 0; i < step.active; ++i) {
    T *z = step.values[i], *n = z + layout.normalised;
    for (int64_t j = 0; layout.norm && j < layout.all(); j += kLanes<T>) store(z + j, load(z + j) + load(n + j) * load(rules.gain + j));
    lstm_gates<T, kUsual>(rules, step, i);
  }
  Moments<T> moments[kMostRowsInSlice];
  measure_cells(rules, step, moments);
  for (int64_t i = 0; i < step.active; ++i) {
    const T* z = step.values[i];
    const LstmOutput<T, kUsual> output(rules, z + 4 * layout.width, moments[i]);
    for (int64_t j = 0; j < layout.width; j += kLanes<T>) {
      const Vec<T> h = load(z + 3 * layout.width + j) * output.at(j);
      store(step.h[i] + j, rules.zoneout.mix(load(step.h_before[i] + j), h, step.draw[i] + static_cast<uint64_t>(j)));
    }
  }
}

// dL/dz of the output gate in its place; adds dL/dc to dc, or with layer normalisation leaves dL/d(gain n(c)) and n in
// d_squash and n; dh keeps what zoneout takes past the cell.
template <class T, bool kUsual>
void lstm_output_back(const Rules<T>& rules, const StepBackward<T>& step, int64_t i, const Moments<T>& moments, T* d_squash, T* n) {
  const auto f = rules.template functions<kUsual>();
  const int64_t width = rules.layout.width;
  T* z = step.values[i];
  const LstmOutput<T, kUsual> output(rules, z + 4 * width, moments);
  for (int64_t j = 0; j < width; j += kLanes<T>) {
    Vec<T> d = step.gradient(i, j);
    const Vec<T> old = rules.zoneout.part(d, step.draw[i] + static_cast<uint64_t>(j));
    if (rules.zoneout.on) store(step.dh[i] + j, old);
    const Vec<T> out = load(z + 3 * width + j), y = output.at(j), d_state = f.squash_back(d * out, y);
    store(z + 3 * width + j, f.gate_back(d * y, out));
    if (!rules.layout.norm) {
      store(step.dc[i] + j, load(step.dc[i] + j) + d_state);
      continue;
    }
    store(d_squash + j, d_state);
    store(n + j, output.normalised(j));
    store(step.d_state_bias + j, load(step.d_state_bias + j) + d_state);
  }
}

// The same of all active rows, with layer normalisation down to dc.
template <class T, bool kUsual>
void lstm_outputs_back(const Rules<T>& rules, const StepBackward<T>& step) {
  const Layout& layout = rules.layout;
  const T* d[kMostRowsInSlice];
  T *n[kMostRowsInSlice], inverse[kMostRowsInSlice];
  Moments<T> moments[kMostRowsInSlice];
  measure_cells(rules, step, moments);
  for (int64_t i = 0; i < step.active; ++i) {
    T* d_squash = step.scratch + i * layout.width;
    d[i] = d_squash;
    n[i] = d_squash + kMostRowsInSlice * layout.width;
    inverse[i] = moments[i].inverse;
    lstm_output_back<T, kUsual>(rules, step, i, moments[i], d_squash, n[i]);
  }
  if (!layout.norm) return;
  normalise_back(layout, 1, step.active, d, rules.state_gain, inverse, n, step.d_state_gain);
  for (int64_t i = 0; i < step.active; ++i) add_row(step.dc[i], n[i], layout.units);
}

template <class T, bool kUsual>
void lstm_backward(const Rules<T>& rules, StepBackward<T>& step) {
  const auto f = rules.template functions<kUsual>();
  const Layout& layout = rules.layout;
  const int64_t width = layout.width;
  lstm_outputs_back<T, kUsual>(rules, step);
  for (int64_t i = 0; i < step.active; ++i) {
    T* z = step.values[i];
    for (int64_t j = 0; j < width; j += kLanes<T>) {
      Vec<T> d = load(step.dc[i] + j);
      const Vec<T> past = rules.zoneout_cell.part(d, step.draw[i] + static_cast<uint64_t>(layout.units + j));
      const Vec<T> in = load(z + j), forget = load(z + width + j), candidate = load(z + 2 * width + j);
      store(z + j, f.gate_back(d * candidate, in));
      store(z + width + j, f.gate_back(d * load(step.c_before[i] + j), forget));
      store(z + 2 * width + j, f.squash_back(d * in, candidate));
      store(step.dc[i] + j, past + d * forget);
    }
  }
  if (layout.norm) normalise_back(layout, {layout, 0, 4}, step.active, step.values, 0, rules.gain, step.d_gain);
  recurrent_back(rules, step, 0, rules.recurrent.groups, rules.zoneout.on);
}

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
