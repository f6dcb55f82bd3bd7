// What a probe reads from the way back, while it stands there: recurrence.h says which sums of which step.
#pragma once

#include "cells/lstm.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

// An activation's values at which its slope has all but gone: a tanh's past +-0.95, a sigmoid's below 0.05 or above 0.95, a
// relu's 0. A linear one has none.
struct Flat {
  double low, high;

  static Flat of(Activation f) {
    switch (f) {
      case Activation::kTanh: return {-0.95, 0.95};
      case Activation::kRelu: return {0, INFINITY};
      case Activation::kSigmoid:
      case Activation::kHardSigmoid: return {0.05, 0.95};
      case Activation::kLinear: break;
    }
    return {-INFINITY, INFINITY};
  }

  template <class T>
  double count(const T* y, int64_t units) const {
    int64_t found = 0;
    for (int64_t j = 0; j < units; ++j) {
      const double value = static_cast<double>(y[j]);
      found += value <= low || value >= high;
    }
    return static_cast<double>(found);
  }
};

template <class T>
struct Tap {
  int64_t time, width;  // of what it fills
  double* sums;         // (slices, T, width), or null: nobody looks

  static Tap of(const Backward<T>& args, const Plan& plan, Memory& memory) {
    const int64_t width = tap_width(args.net.cell), count = plan.slices * plan.time * width;
    Tap tap = {plan.time, width, args.tap ? memory.array<double>(count) : nullptr};
    if (tap.sums) clear(tap.sums, count);
    return tap;
  }

  double* at(const Slice& slice, int64_t t) const { return sums + (slice.index * time + t) * width; }

  // A step of a slice before the way back takes it.
  void read(const Rules<T>& rules, const Slice& slice, int64_t step, const StepBackward<T>& now) const {
    const Layout& layout = rules.layout;
    const Flat state = Flat::of(rules.net.activation), gate = Flat::of(rules.net.recurrent_activation);
    const int candidate = layout.cell == Cell::kLstm ? 2 : 0;
    const T* shown[kMostRowsInSlice];
    states(rules, now, shown);
    for (int64_t i = 0; i < now.active; ++i) {
      double* to = at(slice, slice.plan.time_of(slice.position(i, step)));
      for (int64_t j = 0; j < layout.units; ++j) {
        const double d = static_cast<double>(now.dy[i] ? now.dh[i][j] + now.dy[i][j] : now.dh[i][j]);
        const double h = static_cast<double>(now.h[i][j]);
        to[kTapGradient] += d * d;
        to[kTapState] += h * h;
      }
      to[kTapRows] += 1;
      to[kTapSaturated] += state.count(shown[i], layout.units);
      for (int64_t field = 0; kTapSaturated + 1 + field < width; ++field)
        to[kTapSaturated + 1 + field] += (field == candidate ? state : gate).count(now.values[i] + field * layout.width, layout.units);
    }
  }

  // to = the sums over the slices, in their order.
  void add(int64_t slices, double* to) const {
    clear(to, time * width);
    for (int64_t k = 0; k < slices * time * width; ++k) to[k % (time * width)] += sums[k];
  }

 private:
  // What an activation gave for the state: h of a SimpleRNN before zoneout, f(c) of an LSTM, h of a GRU, which is a mean of such.
  static void states(const Rules<T>& rules, const StepBackward<T>& now, const T** shown) {
    const Layout& layout = rules.layout;
    Moments<T> moments[kMostRowsInSlice];
    if (layout.cell == Cell::kLstm) measure_cells(rules, now, moments);
    for (int64_t i = 0; i < now.active; ++i) {
      shown[i] = layout.cell == Cell::kSimpleRnn && layout.keeps ? now.values[i] : now.h[i];
      if (layout.cell != Cell::kLstm) continue;
      T* squashed = now.scratch + i * layout.width;
      const LstmOutput<T, false> output(rules, now.values[i] + 4 * layout.width, moments[i]);
      for (int64_t j = 0; j < layout.width; j += kLanes<T>) store(squashed + j, output.at(j));
      shown[i] = squashed;
    }
  }
};

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
