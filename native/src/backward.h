// Backward through time.
#pragma once

#include "backward_pass.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

// A sum over `terms` in parts of `size` elements: a part a term while they take 4 MiB in all, but never fewer than 8,
// which keep eight threads busy. The number depends on the batch alone, so sums do not depend on the number of threads.
template <class T>
inline int64_t count_parts(int64_t terms, int64_t size) {
  constexpr int64_t kFewest = 8, kBytes = int64_t{4} << 20;
  return smaller(terms, larger(kFewest, kBytes / larger(1, size * static_cast<int64_t>(sizeof(T)))));
}

// 128 words of 64 units and 128 features are 96 KiB.
constexpr int64_t kWords = 128;

// The gradients of the table and of W, from dL/d(x W) summed word by word.
template <class T>
struct WordGradients {
  const BackwardPass<T>& pass;
  const Words& words;
  Side<T> kernel;  // W^T, where there is one
  int64_t parts;
  T* d_kernel;     // (parts, D, G width)
  T* sums;         // a worker's (kWords, G width)
  T* added;        // a worker's (kWords, padded D), where they add to what is there

  // to = the sum over the slices of a word's rows.
  void sum_slices(int64_t word, T* to) const {
    const WordRows& at = *pass.word_rows;
    const int32_t* rows = at.rows + at.starts[word];
    clear(to, pass.rules.layout.all());
    add_rows(to, pass.sum_width, at.starts[word + 1] - at.starts[word],
             [&](int64_t i) { return pass.word_sums + rows[i] * pass.sum_stride; });
  }

  void run(int64_t task, int64_t worker) const {
    const auto& net = pass.args.net;
    const int64_t all = pass.rules.layout.all(), features = net.features;
    T* part = d_kernel + task * features * all;
    if (net.kernel) clear(part, features * all);
    for (int64_t first = task * kWords; first < words.count; first += parts * kWords) {
      const int64_t n = smaller(kWords, words.count - first);
      const T *rows[kWords], *sum_rows[kWords];
      T* out[kWords];
      for (int64_t i = 0; i < n; ++i) {
        const int64_t id = words.ids[first + i];
        sum_rows[i] = sums + (worker * kWords + i) * all;
        sum_slices(first + i, sums + (worker * kWords + i) * all);
        rows[i] = net.table + id * features;
        out[i] = pass.args.d_table ? pass.args.d_table + id * features : nullptr;
        if (!net.kernel && out[i]) pass.give_gates(sum_rows[i], out[i]);
      }
      if (!net.kernel) continue;
      product_columns(net.narrow, features, rows, sum_rows[0], all, n, all, part, all);
      if (!pass.args.d_table) continue;
      product_back<T, kWords>(kernel.group[0], features, n, nullptr, sum_rows, pass.args.add_inputs, false, out, added + worker * kWords * padded<T>(features));
    }
  }
};

template <class T>
void word_gradients(const BackwardPass<T>& pass, Workers& workers, Memory& memory) {
  const Words& words = *pass.words;
  const auto& args = pass.args;
  const auto& net = args.net;
  const Layout& layout = pass.rules.layout;
  if (args.d_table && !args.add_inputs)
    parallel(workers, ceil_div(net.vocabulary, kChunk), [&](int64_t task, int64_t) {
      const int64_t first = task * kChunk, rows = smaller(kChunk, net.vocabulary - first);
      clear(args.d_table + first * net.features, rows * net.features);
    });
  const int64_t size = net.features * layout.all(), parts = count_parts<T>(ceil_div(words.count, kWords), size);
  WordGradients<T> gradients = {pass, words, {}, parts, net.kernel ? memory.array<T>(parts * size) : nullptr,
                                memory.array<T>(workers.count() * kWords * layout.all()),
                                args.add_inputs ? memory.array<T>(workers.count() * kWords * padded<T>(net.features)) : nullptr};
  if (net.kernel) gradients.kernel = kernel_side(net, layout, Way::kBackward, memory);
  parallel(workers, parts, [&](int64_t task, int64_t worker) { gradients.run(task, worker); });
  if (net.kernel) add_parts(workers, gradients.d_kernel, parts, net.features, layout, gradients.kernel.gate, args.d_kernel);
}

template <class T>
Parts<T> make_parts(const Backward<T>& args, const Layout& layout, int64_t slices, Memory& memory) {
  const auto& net = args.net;
  const int64_t all = layout.all(), features = net.kernel && !net.ids ? net.features : 0;
  const int64_t n = count_parts<T>(slices, (layout.units + features) * all);
  return {n, features ? memory.array<T>(n * features * all) : nullptr, memory.array<T>(n * layout.units * all),
          memory.array<T>(n * all), memory.array<T>(n * all), memory.array<T>(n * all), memory.array<T>(n * layout.width),
          memory.array<T>(n * layout.width)};
}

template <class T>
void add_all_parts(const BackwardPass<T>& pass, Workers& workers) {
  const auto& args = pass.args;
  const Parts<T>& parts = pass.parts;
  const Layout& layout = pass.rules.layout;
  const int64_t* natural = pass.rules.recurrent.gate;
  int64_t order[4];
  for (int64_t p = 0; p < layout.gates; ++p) order[p] = layout.kernel_gate(p);
  add_parts(workers, parts.recurrent, parts.count, layout.units, layout, natural, args.d_recurrent_kernel);
  add_parts(workers, parts.bias, parts.count, 1, layout, order, args.d_bias);
  if (layout.cell == Cell::kGruAfter)
    add_parts(workers, parts.step_bias, parts.count, 1, layout, natural, args.d_bias + 3 * layout.units);
  if (parts.kernel) add_parts(workers, parts.kernel, parts.count, args.net.features, layout, order, args.d_kernel);
  if (!layout.norm) return;
  add_parts(workers, parts.gain, parts.count, 1, layout, natural, args.d_recurrent_gain);
  if (layout.cell != Cell::kLstm) return;
  Layout one = layout;
  one.gates = 1;
  add_parts(workers, parts.state_gain, parts.count, 1, one, natural, args.d_state_gain);
  add_parts(workers, parts.state_bias, parts.count, 1, one, natural, args.d_state_bias);
}

// Where the words' gradients are summed: in what forward left, row by row as the pass has read it, if that is ours to spend.
template <class T>
void place_sums(BackwardPass<T>& pass, Memory& memory) {
  const auto& args = pass.args;
  const Layout& layout = pass.rules.layout;
  const RowAt at = !args.spent ? RowAt::kCount : args.spent == args.kept ? RowAt::kEntry : RowAt::kPlace;
  Words* words = memory.array<Words>(1);
  WordRows* rows = memory.array<WordRows>(1);
  *words = find_words(args.net.ids, args.net.vocabulary, pass.plan, memory);
  *rows = place_words(*words, pass.plan, at, memory);
  pass.words = words;
  pass.word_rows = rows;
  pass.sum_width = at == RowAt::kPlace ? layout.units : layout.all();
  pass.sum_stride = at == RowAt::kEntry ? layout.stride : pass.sum_width;
  pass.word_sums = args.spent ? args.spent : memory.array<T>(rows->starts[words->count] * layout.all());
}

// A pass made ready; what it refers to stands in `memory`.
template <class T>
BackwardPass<T> prepare(const Backward<T>& args, Workers& workers, Memory& memory) {
  const auto& net = args.net;
  const Layout layout = Layout::of<T>(net.cell, net.recurrent_gain, net.zoneout > 0, net.units);
  Plan* plan = memory.array<Plan>(1);
  *plan = make_plan(net.batch, net.time, net.mask, net.go_backwards, memory);
  const int64_t most = entries_of_chunk<T>(layout);
  BackwardPass<T> pass = {args, *plan, Rules<T>(net, layout, Way::kBackward, memory),
                          Tap<T>::of(args, *plan, memory), {}, make_parts(args, layout, plan->slices, memory), nullptr, nullptr, nullptr, 0, 0, most, nullptr, 0};
  if (net.ids) place_sums(pass, memory);
  if (net.kernel && !net.ids) pass.kernel = kernel_side(net, layout, Way::kBackward, memory);
  pass.scratch_size = BackwardPass<T>::room_size(pass.rules, most);
  pass.scratch = memory.array<T>(workers.count() * pass.scratch_size);
  return pass;
}

// The gradients that want all tasks' parts.
template <class T>
void finish(const BackwardPass<T>& pass, Workers& workers, Memory& memory) {
  if (pass.words) word_gradients(pass, workers, memory);
  add_all_parts(pass, workers);
  if (pass.args.tap) pass.tap.add(pass.plan.slices, pass.args.tap);
}

template <class T>
void backward(const Backward<T>& args, Workers& workers, Memory& memory) {
  const BackwardPass<T> pass = prepare(args, workers, memory);
  parallel(workers, pass.parts.count, [&](int64_t task, int64_t worker) { pass.run(task, worker); });
  finish(pass, workers, memory);
}

// Two recurrences at once, over the same batch. A task takes the same rows through both, one after the other: the second
// may add to the first one's d_inputs.
template <class T>
void backward_pair(const Backward<T>& one, const Backward<T>& other, Workers& workers, Memory& memory) {
  BackwardPass<T> first = prepare(one, workers, memory), second = prepare(other, workers, memory);
  const int64_t tasks = smaller(first.parts.count, second.parts.count);
  first.parts.count = second.parts.count = tasks;
  parallel(workers, tasks, [&](int64_t task, int64_t worker) {
    first.run(task, worker);
    second.run(task, worker);
  });
  finish(first, workers, memory);
  finish(second, workers, memory);
}

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
