// Recurrences through the kernels as training and prediction call them: one, or two directions in one call.
#pragma once

#include "run.h"

namespace bptt {

template <class T>
class Call {
 public:
  // `joined`: both directions' outputs stand in one array. `added`: the second's gradients of the inputs add to the first's.
  Call(const Kernels<T>& kernels, const std::vector<const Run<T>*>& runs, bool joined = false, bool added = false)
      : kernels_(kernels), shows_sequence_(runs[0]->of().sequence), added_(added) {
    int64_t width = 0, offset = 0;
    for (const Run<T>* run : runs) width += run->of().units;
    for (size_t i = 0; i < runs.size(); ++i) {
      const int64_t units = runs[i]->of().units;
      directions_.push_back({*runs[i], joined ? Standing{width, offset, true} : Standing{units, 0, false}, joined ? 0 : i});
      offset += units;
    }
  }

  // Forward alone: nothing is kept.
  std::vector<Results<T>> predict(int64_t threads) const {
    return forward(threads, true, outputs(shows_sequence_), Arrays(directions_.size()));
  }

  // Forward and back; `inputs`: with the gradient of the inputs; `spends`: the way back may write over what forward left;
  // `tapped`: with what a probe reads.
  std::vector<Results<T>> train(int64_t threads, bool inputs = true, bool spends = false, bool tapped = true) const {
    Arrays kept;
    for (const Direction& way : directions_) kept.emplace_back(static_cast<size_t>(way.of().batch * way.of().time * width(way)));
    const Arrays sequences = outputs(true), d_sequences = outputs(shows_sequence_);
    auto out = forward(threads, shows_sequence_, sequences, kept);
    std::vector<Backward<T>> calls;
    std::vector<Fenced<double>> taps;
    for (size_t i = 0; i < directions_.size(); ++i) {
      const Direction& way = directions_[i];
      spoil_masked(way, sequences);
      place(way, "d_sequence", d_sequences);
      for (const std::string name : kLearnt) out[i]["d_" + name] = Fenced<T>(way.run.size(name));
      calls.push_back(backward(way, out[i], out[added_ ? 0 : i], way.in(sequences), kept[i].data(), way.in(d_sequences)));
      calls.back().add_inputs = added_ && i > 0 && inputs;
      const bool ours = !shows_sequence_ && !way.standing.in_time;
      if (spends) calls.back().spent = kept[i].data() ? kept[i].data() : ours ? way.in(sequences) : nullptr;
      if (!inputs) calls.back().d_inputs = calls.back().d_table = nullptr;
      taps.emplace_back(static_cast<size_t>(way.of().time * tap_width(way.of().cell)));
      if (tapped) calls.back().tap = taps.back().data();
    }
    Threads workers(threads);
    Heap memory;
    if (calls.size() > 1)
      kernels_.backward_pair(calls[0], calls[1], workers, memory);
    else
      kernels_.backward(calls[0], workers, memory);
    for (size_t i = 0; i < directions_.size() && tapped; ++i) show(directions_[i], taps[i], out[i]);
    return out;
  }

 private:
  using Arrays = std::vector<Fenced<T>>;

  struct Direction {
    const Run<T>& run;
    Standing standing;
    size_t array;  // which of the outputs' arrays

    const Case& of() const { return run.of(); }
    T* in(const Arrays& outputs) const { return outputs[array].data() ? outputs[array].data() + standing.offset : nullptr; }
  };

  int64_t width(const Direction& way) const {
    return kernels_.kept_width(way.of().cell, way.of().norm, way.of().zoneout > 0, way.of().units);
  }

  void show(const Direction& way, const Fenced<double>& tap, Results<T>& out) const {
    const int64_t fields = tap_width(way.of().cell);
    for (int64_t field = 0; field < fields; ++field) {
      Fenced<T>& own = out[tap_name(field)] = Fenced<T>(static_cast<size_t>(way.of().time));
      for (int64_t t = 0; t < way.of().time; ++t) own[static_cast<size_t>(t)] = static_cast<T>(tap[static_cast<size_t>(t * fields + field)]);
    }
  }

  Arrays outputs(bool present) const {
    Arrays all;
    for (const auto& [run, standing, array] : directions_)
      if (array == all.size()) all.emplace_back(present ? static_cast<size_t>(run.of().batch * run.of().time * standing.stride) : 0);
    return all;
  }

  void place(const Direction& way, const char* name, const Arrays& outputs) const {
    if (T* to = way.in(outputs)) way.run.for_outputs(way.standing, [&](int64_t own, int64_t there, bool) {
        std::copy_n(way.run.in(name) + own, way.of().units, to + there);
      });
  }

  // The outputs of masked steps are nobody's to read.
  void spoil_masked(const Direction& way, const Arrays& sequences) const {
    way.run.for_outputs(way.standing, [&](int64_t, int64_t there, bool real) {
      if (!real) std::fill_n(way.in(sequences) + there, way.of().units, static_cast<T>(NAN));
    });
  }

  std::vector<Results<T>> forward(int64_t threads, bool fill, const Arrays& sequences, const Arrays& kept) const {
    std::vector<Results<T>> out(directions_.size());
    std::vector<Forward<T>> calls;
    for (size_t i = 0; i < directions_.size(); ++i) {
      const Direction& way = directions_[i];
      out[i]["state"] = Fenced<T>(way.run.size("initial_state"));
      out[i]["cell_state"] = Fenced<T>(way.run.size("initial_cell"));
      calls.push_back({way.run.net(way.standing), fill, out[i]["state"].data(), out[i]["cell_state"].data(), way.in(sequences),
                       kept[i].data()});
    }
    Threads workers(threads);
    Heap memory;
    if (calls.size() > 1)
      kernels_.forward_pair(calls[0], calls[1], workers, memory);
    else
      kernels_.forward(calls[0], workers, memory);
    for (size_t i = 0; i < directions_.size() && shows_sequence_; ++i) {
      const Direction& way = directions_[i];
      const Fenced<T> own(way.run.size("d_sequence"));
      way.run.for_outputs(way.standing, [&](int64_t first, int64_t there, bool) {
        std::copy_n(way.in(sequences) + there, way.of().units, own.data() + first);
      });
      out[i]["sequence"] = Fenced<T>::of(own);
    }
    return out;
  }

  Backward<T> backward(const Direction& way, const Results<T>& out, const Results<T>& inputs, const T* sequence, const T* kept,
                       const T* d_sequence) const {
    const auto at = [&](const char* name) { return out.at(name).data(); };
    const Run<T>& run = way.run;
    return {run.net(way.standing), sequence, kept, nullptr, run.in("d_state"), run.in("d_cell_state"), d_sequence, false,
            inputs.at("d_inputs").data(), inputs.at("d_table").data(), at("d_kernel"), at("d_recurrent_kernel"), at("d_bias"),
            at("d_initial_state"), at("d_initial_cell"), at("d_recurrent_gain"), at("d_state_gain"), at("d_state_bias"), nullptr};
  }

  const Kernels<T>& kernels_;
  const bool shows_sequence_, added_;
  std::vector<Direction> directions_;
};

}  // namespace bptt
