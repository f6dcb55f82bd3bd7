// The arrays of a case, and what they must give.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "case.h"

namespace bptt {

using Doubles = std::vector<double>;
using Named = std::map<std::string, Doubles>;

// Random numbers under the names and in the shapes of recurrence.h; absent arrays are empty. All are exact in float.
struct Problem {
  Case c;
  Named arrays;
  std::vector<int32_t> ids;
  std::vector<bool> mask;  // (B, T)
  std::vector<uint32_t> seed;
  double epsilon = 1e-3;

  // The second direction of a pair reads the same rows under the same mask (but its own x W), with weights of its own.
  Problem(const Case& c, uint32_t number, bool second = false);

  int64_t time_of(int64_t position) const { return c.go_backwards ? c.time - 1 - position : position; }
  bool real(int64_t b, int64_t position) const { return mask[static_cast<size_t>(b * c.time + time_of(position))]; }
  const double* array(const char* name) const { return arrays.at(name).data(); }
};

// The arrays that have a gradient, "d_" before their name.
extern const std::vector<const char*> kLearnt;

// What a probe reads, field by field of recurrence.h: (T) each.
inline std::string tap_name(int64_t field) { return "tap " + std::to_string(field); }

// State, sequence, every gradient and what a probe reads, in double precision, by loops over single numbers.
struct Plain {
  Named results;
  // The smallest distance of a relu's or a hard sigmoid's argument from its kink, where its slope is either of two.
  double nearest_kink = 1e9;
  double nearest_tie;  // see tape.h

  explicit Plain(const Problem& problem);
};

}  // namespace bptt
