// Backward through time.
#pragma once

#include "backward_pass.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

// First word whose rows begin at or after `place` of them all.
inline int64_t word_from(const WordRows& rows, int64_t count, int64_t place) {
  int64_t low = 0, high = count;
  while (low < high) {
    const int64_t middle = (low + high) / 2;
    if (rows.starts[middle] < place)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

// sums[word] = sum over the slices of the word's rows of n elements. Tasks hold like numbers of rows, not of words: in text
// the first hundred words stand in every slice.
template <class T>
void sum_slices(const WordRows& word_rows, int64_t count, const T* slice_sums, int64_t n, T* sums, Workers& workers) {
  const int64_t rows = word_rows.starts[count], block = 2 * kChunk;
  parallel(workers, ceil_div(rows, block), [&](int64_t task, int64_t) {
    const int64_t last = word_from(word_rows, count, (task + 1) * block);
    for (int64_t word = word_from(word_rows, count, task * block); word < last; ++word) {
      const int32_t* at = word_rows.rows + word_rows.starts[word];
      clear(sums + word * n, n);
      add_rows(sums + word * n, n, word_rows.starts[word + 1] - word_rows.starts[word], [&](int64_t i) { return slice_sums + at[i] * n; });
    }
  });
}

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
  T* sums;         // (U, G width)
  int64_t parts;
  T* d_kernel;     // (parts, D, G width)
  T* scratch;      // a worker's (kWords, padded D), where they add to what is there

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
        sum_rows[i] = sums + (first + i) * all;
        rows[i] = net.table + id * features;
        out[i] = pass.args.d_table ? pass.args.d_table + id * features : nullptr;
        if (!net.kernel && out[i]) pass.give_gates(sum_rows[i], out[i]);
      }
      if (!net.kernel) continue;
      product_columns(net.narrow, features, rows, sum_rows[0], all, n, all, part, all);
      if (!pass.args.d_table) continue;
      product_back<T, kWords>(kernel.group[0], features, n, nullptr, sum_rows, pass.args.add_inputs, false, out, scratch + worker * kWords * padded<T>(features));
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
  T* sums = memory.array<T>(words.count * layout.all());
  sum_slices(*pass.word_rows, words.count, static_cast<const T*>(pass.word_sums), layout.all(), sums, workers);
  const int64_t size = net.features * layout.all(), parts = count_parts<T>(ceil_div(words.count, kWords), size);
  WordGradients<T> gradients = {pass, words, {}, sums, parts, net.kernel ? memory.array<T>(parts * size) : nullptr,
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

// A pass made ready; what it refers to stands in `memory`.
template <class T>
BackwardPass<T> prepare(const Backward<T>& args, Workers& workers, Memory& memory) {
  const auto& net = args.net;
  const Layout layout = Layout::of<T>(net.cell, net.recurrent_gain, net.zoneout > 0, net.units);
  Plan* plan = memory.array<Plan>(1);
  *plan = make_plan(net.batch, net.time, net.mask, net.go_backwards, memory);
  const int64_t most = entries_of_chunk<T>(layout);
  BackwardPass<T> pass = {args, *plan, Rules<T>(net, layout, Way::kBackward, memory), {},
                          make_parts(args, layout, plan->slices, memory), nullptr, nullptr, nullptr, most, nullptr, 0};
  if (net.ids) {
    Words* words = memory.array<Words>(1);
    WordRows* rows = memory.array<WordRows>(1);
    *words = find_words(net.ids, net.vocabulary, *plan, memory);
    *rows = place_words(*words, *plan, memory);
    pass.words = words;
    pass.word_rows = rows;
    pass.word_sums = memory.array<T>(rows->first[plan->slices] * layout.all());
  }
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
