// Two directions in one call: the arrays of the one, then those of the other. Outputs stand in one (B, T, H + H') where the
// second's are absent; where its inputs are, it reads the first's, and adds to their gradient.
#pragma once

#include "run.h"

namespace bptt {

using Half = std::vector<Array>;

inline std::pair<Half, Half> halves(const std::vector<Array>& all) {
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  return {Half(all.begin(), middle), Half(middle, all.end())};
}

// The second direction reads the first's inputs where it has none of its own; whether it does. That both were handed the same
// buffer would not tell: outside `jax.jit` one array may come as two.
inline bool share_inputs(std::pair<Half, Half>& operands) {
  if (operands.second.at(0).present() || operands.second.at(1).present()) return false;
  for (size_t i = 0; i < 3; ++i) operands.second[i] = operands.first.at(i);  // inputs, ids, table
  return true;
}

// Where both directions' outputs stand, if in one array: number `at` of the first half and not of the second.
inline std::pair<Joined, Joined> join(const std::pair<Half, Half>& arrays, size_t at, int64_t units, int64_t other_units) {
  const Array& array = arrays.first.at(at);
  if (!array.present() || arrays.second.at(at).present()) return {{nullptr, 0}, {nullptr, 0}};
  if (array.shape.size() != 3 || array.shape[2] != units + other_units)
    throw std::invalid_argument("joined outputs are not " + std::to_string(units) + " + " + std::to_string(other_units) + " wide");
  return {{&array, 0}, {&array, units}};
}

// Of the second direction, whose tap has the negative number.
inline Settings reversed(Settings settings) {
  settings.go_backwards = !settings.go_backwards;
  settings.tap = -settings.tap;
  return settings;
}

template <class T>
void check_pair(const Recurrence<T>& one, const Recurrence<T>& other) {
  if (one.batch != other.batch || one.time != other.time) throw std::invalid_argument("the directions differ in batch or time");
}

inline int64_t units_of(const Half& operands) {
  const Shape& shape = operands.at(7).shape;  // initial_state
  return shape.size() == 2 ? shape[1] : 0;
}

template <class T>
void run_forward_pair(const std::vector<Array>& in, const std::vector<Array>& out, const Settings& s, Workers& workers, Memory& memory) {
  auto operands = halves(in);
  const auto results = halves(out);
  share_inputs(operands);
  const auto joined = join(results, 2, units_of(operands.first), units_of(operands.second));
  auto one = read_forward<T>(operands.first, results.first, s, joined.first);
  auto other = read_forward<T>(operands.second, results.second, reversed(s), joined.second);
  check_pair(one.net, other.net);
  Leaving<T> first(one, read_ticket(results.first, result_names(false)));
  Leaving<T> second(other, read_ticket(results.second, result_names(false)));
  kernels<T>().forward_pair(one, other, workers, memory);
  first.leave();
  second.leave();
}

template <class T>
void run_backward_pair(const std::vector<Array>& in, const std::vector<Array>& out, const Settings& s, Workers& workers, Memory& memory) {
  auto operands = halves(in);
  const auto results = halves(out);
  const bool shared = share_inputs(operands);
  const int64_t units = units_of(operands.first), others = units_of(operands.second);
  const auto sequence = join(operands, 15, units, others), d_sequence = join(operands, 20, units, others);
  auto one = read_backward<T>(operands.first, results.first, s, sequence.first, d_sequence.first);
  auto other = read_backward<T>(operands.second, results.second, reversed(s), sequence.second, d_sequence.second);
  check_pair(one.net, other.net);
  if (shared) {
    other.add_inputs = one.d_inputs || one.d_table;
    other.d_inputs = one.d_inputs;
    other.d_table = one.d_table;
  }
  const bool wanted = one.d_inputs || one.d_table;
  want(!wanted || other.d_inputs || other.d_table, other.net.ids ? "d_table" : "d_inputs");
  const Held first = fetch(one, read_ticket(operands.first, operand_names(true)), workers, memory);
  const Held second = fetch(other, read_ticket(operands.second, operand_names(true)), workers, memory);
  Looking<T> looking(one, s.tap), at_other(other, -s.tap);
  kernels<T>().backward_pair(one, other, workers, memory);
  looking.leave();
  at_other.leave();
}

}  // namespace bptt
