// A problem through the kernels, as training and prediction call them.
#pragma once

#include "fenced.h"
#include "problem.h"
#include "support.h"

namespace bptt {

template <class T>
using Results = std::map<std::string, Fenced<T>>;

template <class T>
class Run {
 public:
  Run(const Kernels<T>& kernels, const Problem& problem)
      : kernels_(kernels), p_(problem), c_(problem.c), ids_(Fenced<int32_t>::of(problem.ids)),
        mask_(c_.masking == Masking::kNone ? Fenced<bool>() : Fenced<bool>::of(problem.mask)),
        seed_(Fenced<uint32_t>::of(problem.seed)) {
    for (const auto& [name, values] : problem.arrays) arrays_[name] = Fenced<T>::of(values);
  }

  // Forward alone: nothing is kept.
  Results<T> predict(int64_t threads) const {
    Results<T> out = forward_results();
    if (c_.sequence) out["sequence"] = Fenced<T>(sequence_size());
    forward(threads, out, true, nullptr);
    return out;
  }

  // Forward and back. What `shared` says of the memory of d_steps must not matter: the sequence's own, or another.
  Results<T> train(int64_t threads, bool shared) const {
    Results<T> out = forward_results();
    const int64_t width = kernels_.kept_width(c_.cell, c_.norm, c_.zoneout > 0, c_.units);
    const Fenced<T> kept(static_cast<size_t>(c_.batch * c_.time * width));
    out["sequence"] = Fenced<T>(sequence_size());
    forward(threads, out, c_.sequence, kept.data());
    const Fenced<T> sequence = real_steps(out["sequence"]);
    if (!c_.sequence) out.erase("sequence");
    const bool gives_steps = c_.vocabulary && !width;
    const Fenced<T> steps(gives_steps && !shared ? sequence_size() : 0);
    for (const std::string name : kLearnt) out["d_" + name] = Fenced<T>(arrays_.at(name).size());
    const auto in = [&](const char* name) { return arrays_.at(name).data(); };
    const auto at = [&](const char* name) { return out.at(name).data(); };
    Threads workers(threads);
    Heap memory;
    kernels_.backward({net(), sequence.data(), kept.data(), gives_steps && shared ? sequence.data() : steps.data(), in("d_state"),
                       in("d_cell_state"), in("d_sequence"), at("d_inputs"), at("d_table"), at("d_kernel"),
                       at("d_recurrent_kernel"), at("d_bias"), at("d_initial_state"), at("d_initial_cell"),
                       at("d_recurrent_gain"), at("d_state_gain"), at("d_state_bias")}, workers, memory);
    return out;
  }

 private:
  size_t sequence_size() const { return static_cast<size_t>(c_.batch * c_.time * c_.units); }

  Results<T> forward_results() const {
    Results<T> out;
    out["state"] = Fenced<T>(arrays_.at("initial_state").size());
    if (c_.cell == Cell::kLstm) out["cell_state"] = Fenced<T>(arrays_.at("initial_cell").size());
    return out;
  }

  void forward(int64_t threads, const Results<T>& out, bool fill, T* kept) const {
    const auto at = [&](const char* name) { return out.count(name) ? out.at(name).data() : nullptr; };
    Threads workers(threads);
    Heap memory;
    kernels_.forward({net(), fill, at("state"), at("cell_state"), at("sequence"), kept}, workers, memory);
  }

  // The sequence as the backward pass gets it: NaN at masked steps, which are nobody's to read.
  Fenced<T> real_steps(const Fenced<T>& sequence) const {
    Fenced<T> out(sequence.size());
    for (int64_t b = 0; b < c_.batch; ++b)
      for (int64_t s = 0; s < c_.time; ++s) {
        const int64_t first = (b * c_.time + s) * c_.units;
        if (p_.real(b, s)) std::copy_n(sequence.data() + first, c_.units, out.data() + first);
      }
    return out;
  }

  Recurrence<T> net() const {
    const auto in = [&](const char* name) { return arrays_.at(name).data(); };
    return {c_.cell, c_.batch, c_.time, c_.depth(), c_.units, c_.vocabulary, in("inputs"), ids_.data(), in("table"), mask_.data(),
            in("kernel"), in("recurrent_kernel"), in("bias"), in("initial_state"), in("initial_cell"),
            {in("input_drops"), c_.input_masks}, {in("recurrent_drops"), c_.recurrent_masks}, in("recurrent_gain"),
            in("state_gain"), in("state_bias"), p_.epsilon, c_.zoneout, c_.zoneout_cell, seed_.data(), c_.activation,
            c_.recurrent_activation, c_.go_backwards, c_.zero_for_mask};
  }

  const Kernels<T>& kernels_;
  const Problem& p_;
  const Case& c_;
  std::map<std::string, Fenced<T>> arrays_;
  Fenced<int32_t> ids_;
  Fenced<bool> mask_;
  Fenced<uint32_t> seed_;
};

}  // namespace bptt
