// A problem's arrays as a kernel gets them: of exactly their size, read-only.
#pragma once

#include <algorithm>

#include "fenced.h"
#include "problem.h"
#include "support.h"

namespace bptt {

template <class T>
using Results = std::map<std::string, Fenced<T>>;

// Where a direction's outputs stand in an array: in processing order, or beside another direction's in the order of time.
struct Standing {
  int64_t stride, offset;
  bool in_time;
};

template <class T>
class Run {
 public:
  explicit Run(const Problem& problem)
      : p_(problem), c_(problem.c), ids_(Fenced<int32_t>::of(problem.ids)),
        mask_(c_.masking == Masking::kNone ? Fenced<bool>() : Fenced<bool>::of(problem.mask)),
        seed_(Fenced<uint32_t>::of(problem.seed)) {
    for (const auto& [name, values] : problem.arrays) arrays_[name] = Fenced<T>::of(values);
  }

  const Case& of() const { return c_; }
  size_t size(const std::string& name) const { return arrays_.at(name).size(); }
  const T* in(const char* name) const { return arrays_.at(name).data(); }

  Recurrence<T> net(const Standing& standing) const {
    return {c_.cell, c_.batch, c_.time, c_.depth(), c_.units, c_.vocabulary, in("inputs"), ids_.data(), in("table"), mask_.data(),
            in("kernel"), in("recurrent_kernel"), in("bias"), in("initial_state"), in("initial_cell"),
            {in("input_drops"), c_.input_masks}, {in("recurrent_drops"), c_.recurrent_masks}, in("recurrent_gain"),
            in("state_gain"), in("state_bias"), p_.epsilon, c_.zoneout, c_.zoneout_cell, seed_.data(), c_.activation,
            c_.recurrent_activation, c_.go_backwards, c_.zero_for_mask, standing.stride, standing.in_time, c_.narrow};
  }

  // Calls body(first, there, real) for each step: where its outputs begin in an own (B, T, H), and where they stand.
  template <class F>
  void for_outputs(const Standing& standing, const F& body) const {
    for (int64_t b = 0; b < c_.batch; ++b)
      for (int64_t s = 0; s < c_.time; ++s) {
        const int64_t there = b * c_.time + (standing.in_time ? p_.time_of(s) : s);
        body((b * c_.time + s) * c_.units, there * standing.stride, p_.real(b, s));
      }
  }

 private:
  const Problem& p_;
  const Case& c_;
  std::map<std::string, Fenced<T>> arrays_;
  Fenced<int32_t> ids_;
  Fenced<bool> mask_;
  Fenced<uint32_t> seed_;
};

}  // namespace bptt
