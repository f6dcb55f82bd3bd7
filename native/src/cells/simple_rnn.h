// h = f(x W + h U + b); with layer normalisation h = f(gain n(x W + h U) + b), Ba et al. 2016, equation 4.
#pragma once

#include "../cell.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

template <class T, bool kUsual>
void simple_rnn_forward(const Rules<T>& rules, StepForward<T>& step) {
  const auto f = rules.template functions<kUsual>();
  const Layout& layout = rules.layout;
  const Side<T>& side = rules.recurrent;
  T* to[kMostRowsInSlice];
  for (int64_t i = 0; i < step.active; ++i) to[i] = step.values[i] + side.group[0].field;
  product_forward<T, kMostRowsInSlice>(side.group[0], layout.units, step.active, step.rows, step.h_before,
                                       const_cast<const T* const*>(step.values), to, step.scratch);
  if (layout.norm) normalise(layout, rules.net.epsilon, {layout, 0, 1}, step.active, step.values);
  for (int64_t i = 0; i < step.active; ++i) {
    for (int64_t j = 0; j < layout.width; j += kLanes<T>) {
      Vec<T> z = load(to[i] + j);
      if (layout.norm) z = z * load(rules.gain + j) + load(rules.step_bias + j);
      const Vec<T> h = f.squash(z);
      if (layout.keeps) store(step.values[i] + j, h);
      store(step.h[i] + j, rules.zoneout.mix(load(step.h_before[i] + j), h, step.draw[i] + static_cast<uint64_t>(j)));
    }
  }
}

template <class T, bool kUsual>
void simple_rnn_backward(const Rules<T>& rules, StepBackward<T>& step) {
  const auto f = rules.template functions<kUsual>();
  const Layout& layout = rules.layout;
  const Zoneout<T>& zoneout = rules.zoneout;
  for (int64_t i = 0; i < step.active; ++i) {
    T* values = step.values[i];
    for (int64_t j = 0; j < layout.width; j += kLanes<T>) {
      Vec<T> d = step.gradient(i, j);
      const Vec<T> old = zoneout.part(d, step.draw[i] + static_cast<uint64_t>(j));
      store(values + j, f.squash_back(d, load((layout.keeps ? values : step.h[i]) + j)));
      if (zoneout.on) store(step.dh[i] + j, old);
    }
  }
  if (layout.norm) normalise_back(layout, {layout, 0, 1}, step.active, step.values, 0, rules.gain, step.d_gain);
  recurrent_back(rules, step, 0, 1, zoneout.on);
}

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
