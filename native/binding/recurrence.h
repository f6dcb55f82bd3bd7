// From arrays to a recurrence: which shapes belong together.
#pragma once

#include "kernels.h"

namespace bptt {

// What a recurrence is asked for beside its arrays.
struct Settings {
  int32_t cell, activation, recurrent_activation;
  bool go_backwards, zero_for_mask, fill;
  double zoneout, zoneout_cell, epsilon;
  bool narrow;
  int64_t tap;  // who reads the way back: probe.h
};

inline const Names& operand_names(bool backward) {
  static const Names forward = {
      "inputs",      "ids",         "table",           "mask",           "kernel",     "recurrent_kernel", "bias", "initial_state",
      "initial_cell", "input_drops", "recurrent_drops", "recurrent_gain", "state_gain", "state_bias",       "seed"};
  static const Names all = [] {
    auto names = forward;
    for (const char* name : {"sequence", "kept", "ticket", "d_state", "d_cell_state", "d_sequence"}) names.push_back(name);
    return names;
  }();
  return backward ? all : forward;
}

inline const Names& result_names(bool backward) {
  static const Names forward = {"state", "cell_state", "sequence", "kept", "ticket"};
  static const Names gradients = {
      "d_inputs", "d_table", "d_kernel", "d_recurrent_kernel", "d_bias", "d_initial_state", "d_initial_cell",
      "d_recurrent_gain", "d_state_gain", "d_state_bias"};
  return backward ? gradients : forward;
}

inline int64_t gate_count(Cell cell) { return cell == Cell::kSimpleRnn ? 1 : cell == Cell::kLstm ? 4 : 3; }

inline void check_settings(const Settings& s) {
  if (s.cell < 0 || s.cell > 3) throw std::invalid_argument("unknown cell " + std::to_string(s.cell));
  for (const int32_t f : {s.activation, s.recurrent_activation})
    if (f < 0 || f > 4) throw std::invalid_argument("unknown activation " + std::to_string(f));
  for (const double rate : {s.zoneout, s.zoneout_cell})
    if (!(rate >= 0 && rate < 1)) throw std::invalid_argument("zoneout is " + std::to_string(rate) + ", expected [0, 1)");
}

template <class T>
Drops<T> read_drops(Arrays& arrays, const Array& drops, int64_t gates, int64_t batch, int64_t depth) {
  const int64_t count = drops.present() && drops.shape[0] == gates ? gates : 1;
  return {arrays.optional<T>({count, batch, depth}), count};
}

inline void want_axes(const Array& array, const char* name, const char* axes, size_t rank) {
  if (array.shape.size() != rank)
    throw std::invalid_argument(std::string(name) + " has shape " + text(array.shape) + ", expected " + axes);
}

// The sizes are those of `initial_state` and of `inputs` or `ids`; the rest must fit them.
template <class T>
Recurrence<T> read_recurrence(const std::vector<Array>& all, Arrays& arrays, const Settings& s) {
  check_settings(s);
  const Array &inputs = all[0], &ids = all[1], &table = all[2], &initial_state = all[7];
  const bool by_ids = ids.present();
  const Array& first = by_ids ? ids : inputs;
  want_axes(first, by_ids ? "ids" : "inputs", by_ids ? "(B, T)" : "(B, T, D)", by_ids ? 2 : 3);
  if (by_ids) want_axes(table, "table", "(V, D)", 2);
  want_axes(initial_state, "initial_state", "(B, H)", 2);
  Recurrence<T> net = {};
  net.cell = static_cast<Cell>(s.cell);
  net.batch = first.shape[0];
  net.time = first.shape[1];
  net.features = by_ids ? table.shape[1] : inputs.shape[2];
  net.vocabulary = by_ids ? table.shape[0] : 0;
  net.units = initial_state.shape[1];
  const int64_t B = net.batch, T_ = net.time, D = net.features, H = net.units, G = gate_count(net.cell);
  if (H < 1) throw std::invalid_argument("initial_state has no units");
  if (B * T_ > INT32_MAX) throw std::invalid_argument("more than 2^31 - 1 steps in one batch");
  net.inputs = by_ids ? (arrays.next(), nullptr) : arrays.required<T>({B, T_, D});
  net.ids = arrays.optional<int32_t>({B, T_});
  net.table = by_ids ? arrays.required<T>({net.vocabulary, D}) : (arrays.next(), nullptr);
  net.mask = arrays.optional<bool>({B, T_});
  net.kernel = arrays.optional<T>({D, G * H});
  if (!net.kernel && D != G * H)
    throw std::invalid_argument("inputs without kernel have " + std::to_string(D) + " features, expected " + std::to_string(G * H));
  net.recurrent_kernel = arrays.required<T>({H, G * H});
  net.bias = arrays.required<T>({net.cell == Cell::kGruAfter ? 2 : 1, G * H});
  net.initial_state = arrays.required<T>({B, H});
  net.initial_cell = net.cell == Cell::kLstm ? arrays.required<T>({B, H}) : (arrays.next(), nullptr);
  net.input_drops = read_drops<T>(arrays, all[9], G, B, D);
  net.recurrent_drops = read_drops<T>(arrays, all[10], G, B, H);
  if (net.input_drops.masks && (by_ids || !net.kernel)) throw std::invalid_argument("input_drops want inputs (B, T, D) and a kernel");
  net.recurrent_gain = arrays.optional<T>({G * H});
  const bool norm_state = net.recurrent_gain && net.cell == Cell::kLstm;
  net.state_gain = norm_state ? arrays.required<T>({H}) : (arrays.next(), nullptr);
  net.state_bias = norm_state ? arrays.required<T>({H}) : (arrays.next(), nullptr);
  net.seed = arrays.optional<uint32_t>({2});
  net.activation = static_cast<Activation>(s.activation);
  net.recurrent_activation = static_cast<Activation>(s.recurrent_activation);
  net.epsilon = s.epsilon;
  net.zoneout = s.zoneout;
  net.zoneout_cell = s.zoneout_cell;
  net.go_backwards = s.go_backwards;
  net.zero_for_mask = s.zero_for_mask;
  net.sequence_stride = H;
  if (s.narrow && !std::is_same_v<T, float>) throw std::invalid_argument("narrow is true and the arrays are float64, expected float32");
  net.narrow = s.narrow && narrows(H);
  return net;
}

template <class T>
Shape kept_shape(const Recurrence<T>& net) {
  return {net.batch * net.time, kernels<T>().kept_width(net.cell, net.recurrent_gain, net.zoneout > 0, net.units)};
}

// One (B, T, W) of the outputs of two directions in the order of time; this direction's begin at `offset`.
struct Joined {
  const Array* array;  // null: the outputs have an array of their own
  int64_t offset;
};

// The next array's outputs, or null where absent; tells the recurrence how they stand.
template <class T>
T* read_outputs(Arrays& arrays, Recurrence<T>& net, const Joined& joined, const char* name) {
  const Shape own = {net.batch, net.time, net.units};
  if (!joined.array) return arrays.optional<T>(own);
  arrays.next();
  const std::vector<Array> one = {*joined.array};
  const Names names = {name};
  net.sequence_stride = joined.array->shape.back();
  net.in_time = true;
  return Arrays(one, names).required<T>({net.batch, net.time, net.sequence_stride}) + joined.offset;
}

template <class T>
Forward<T> read_forward(const std::vector<Array>& in, const std::vector<Array>& out, const Settings& s, const Joined& joined = {}) {
  Arrays operands(in, operand_names(false)), results(out, result_names(false));
  Forward<T> args = {read_recurrence<T>(in, operands, s), s.fill, nullptr, nullptr, nullptr, nullptr};
  const auto& net = args.net;
  const Shape states = {net.batch, net.units};
  args.state = results.required<T>(states);
  args.cell_state = net.initial_cell ? results.required<T>(states) : (results.next(), nullptr);
  args.sequence = fresh(read_outputs(results, args.net, joined, "sequence"), {net.batch, net.time, net.units});
  args.kept = fresh(results.optional<T>(kept_shape(net)), kept_shape(net));
  results.next();  // the ticket
  return args;
}

template <class T>
Backward<T> read_backward(const std::vector<Array>& in, const std::vector<Array>& out, const Settings& s, const Joined& sequence = {},
                          const Joined& d_sequence = {}) {
  Arrays operands(in, operand_names(true)), results(out, result_names(true));
  Backward<T> args = {};
  args.net = read_recurrence<T>(in, operands, s);
  const auto& net = args.net;
  const Shape states = {net.batch, net.units}, kept = kept_shape(net);
  const int64_t all = gate_count(net.cell) * net.units;
  args.sequence = read_outputs(operands, args.net, sequence, "sequence");
  args.kept = operands.optional<T>(kept);
  operands.next();  // the ticket
  args.d_state = operands.required<T>(states);
  args.d_cell_state = net.initial_cell ? operands.required<T>(states) : (operands.next(), nullptr);
  args.d_sequence = read_outputs(operands, args.net, d_sequence, "d_sequence");
  const Shape inputs = {net.batch, net.time, net.features}, table = {net.vocabulary, net.features};
  args.d_inputs = net.ids ? (results.next(), nullptr) : fresh(results.optional<T>(inputs), inputs);
  args.d_table = net.ids ? fresh(results.optional<T>(table), table) : (results.next(), nullptr);
  args.d_kernel = net.kernel ? results.required<T>({net.features, all}) : (results.next(), nullptr);
  args.d_recurrent_kernel = results.required<T>({net.units, all});
  args.d_bias = results.required<T>({net.cell == Cell::kGruAfter ? 2 : 1, all});
  args.d_initial_state = results.required<T>(states);
  args.d_initial_cell = net.initial_cell ? results.required<T>(states) : (results.next(), nullptr);
  args.d_recurrent_gain = net.recurrent_gain ? results.required<T>({all}) : (results.next(), nullptr);
  args.d_state_gain = net.state_gain ? results.required<T>({net.units}) : (results.next(), nullptr);
  args.d_state_bias = net.state_gain ? results.required<T>({net.units}) : (results.next(), nullptr);
  return args;
}

}  // namespace bptt
