// Forward through time.
#pragma once

#include "forward_pass.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

// The bias of x W in the order of the cell's fields. To it belongs that part of the GRU's recurrent bias that is added to it
// anyway; 0 where the step adds it.
template <class T>
const T* gate_bias(const Recurrence<T>& net, const Layout& layout, Memory& memory) {
  T* bias = memory.array<T>(layout.all());
  clear(bias, layout.all());
  if (layout.biased_step()) return bias;
  for (int64_t p = 0; p < layout.gates; ++p) {
    const int64_t gate = layout.kernel_gate(p);
    T* to = bias + p * layout.width;
    copy_row(to, net.bias + gate * layout.units, layout.units);
    if (layout.cell == Cell::kGruAfter && gate < 2) add_row(to, net.bias + (3 + gate) * layout.units, layout.units);
  }
  return bias;
}

// projected = table[words] W + b, in blocks of words.
template <class T>
void project_words(const ForwardPass<T>& pass, const Words& words, T* projected, Workers& workers) {
  const auto& net = pass.args.net;
  const int64_t all = pass.rules.layout.all();
  parallel(workers, ceil_div(words.count, kChunk), [&](int64_t task, int64_t) {
    const T *rows[kChunk], *biases[kChunk];
    T* out[kChunk];
    const int64_t first = task * kChunk, n = smaller(kChunk, words.count - first);
    for (int64_t i = 0; i < n; ++i) {
      rows[i] = net.table + static_cast<int64_t>(words.ids[first + i]) * net.features;
      biases[i] = pass.bias;
      out[i] = projected + (first + i) * all;
      if (!net.kernel) pass.place_gates(rows[i], out[i]);
    }
    if (net.kernel) product_rows(n, rows, pass.kernel.group[0].weights, biases, out);
  });
}

// A pass made ready; what it refers to stands in `memory`.
template <class T>
ForwardPass<T> prepare(const Forward<T>& args, Workers& workers, Memory& memory) {
  const auto& net = args.net;
  const Layout layout = Layout::of<T>(net.cell, net.recurrent_gain, net.zoneout > 0, net.units);
  Plan* plan = memory.array<Plan>(1);
  *plan = make_plan(net.batch, net.time, net.mask, net.go_backwards, memory);
  const int64_t most = entries_of_chunk<T>(layout);
  ForwardPass<T> pass = {args, *plan, Rules<T>(net, layout, Way::kForward, memory), {}, nullptr, nullptr, nullptr, most, nullptr, 0};
  if (net.kernel) pass.kernel = kernel_side(net, layout, Way::kForward, memory);
  pass.bias = gate_bias(net, layout, memory);
  if (net.ids) {
    Words* words = memory.array<Words>(1);
    *words = find_words(net.ids, net.vocabulary, *plan, memory);
    T* projected = memory.array<T>(words->count * layout.all());
    project_words(pass, *words, projected, workers);
    pass.words = words;
    pass.projected = projected;
  }
  pass.scratch_size = ForwardPass<T>::room_size(pass.rules, most, args.kept);
  pass.scratch = memory.array<T>(workers.count() * pass.scratch_size);
  return pass;
}

template <class T>
void forward(const Forward<T>& args, Workers& workers, Memory& memory) {
  const ForwardPass<T> pass = prepare(args, workers, memory);
  parallel(workers, pass.plan.slices, [&](int64_t task, int64_t worker) { pass.run(task, worker); });
}

// Two recurrences at once, over the same batch: their slices are tasks side by side.
template <class T>
void forward_pair(const Forward<T>& one, const Forward<T>& other, Workers& workers, Memory& memory) {
  const ForwardPass<T> first = prepare(one, workers, memory), second = prepare(other, workers, memory);
  parallel(workers, 2 * first.plan.slices, [&](int64_t task, int64_t worker) { (task % 2 ? second : first).run(task / 2, worker); });
}

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
