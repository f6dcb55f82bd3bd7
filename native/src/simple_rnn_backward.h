// Backward through time.
#pragma once

#include "simple_rnn.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

template <class T>
struct BackwardPass {
  const SimpleRnnBackward<T>& args;
  const Plan plan;
  const int64_t units, features, width;  // width: units in whole vectors
  Panels<T> kernel_t, recurrent_t;       // W^T (with inputs), U^T
  T *d_kernel, *d_recurrent, *d_bias;    // one part a slice: (D, width), (H, width), (1, width)
  T* d_steps;                            // (B, T, width) with ids: dL/dz of every real step
  T* scratch;                            // a worker's: dh of a slice, dz of a chunk
  int64_t scratch_size;

  // One chunk of steps: its dz and, entry by entry, what the weight gradients multiply it with.
  struct Chunk {
    int64_t entries = 0;
    T* dz;
    const T* h_before[kChunk];
    const T* x[kChunk];
    T* dx[kChunk];
  };

  const T* state_before(const Slice& slice, int64_t i, int64_t step) const {
    if (step == 0) return args.net.initial_state + slice.rows[i] * units;
    return args.sequence + slice.place(i, slice.position(i, step - 1)) * units;
  }

  // dh += the gradients of the outputs in positions [from, to), which all show the same state.
  void collect(const Slice& slice, int64_t i, int64_t from, int64_t to, T* dh) const {
    if (!args.d_sequence) return;
    for (int64_t p = from; p < to; ++p) add_row(dh, args.d_sequence + slice.place(i, p) * units, units);
  }

  // dz of row i's step from its dh; notes the entry's operands.
  void enter(const Slice& slice, int64_t i, int64_t step, T* dh, int64_t entry, Chunk& chunk) const {
    const auto& net = args.net;
    const int64_t p = slice.position(i, step), place = slice.place(i, plan.time_of(p));
    collect(slice, i, p, net.zero_for_mask ? p + 1 : slice.position(i, step + 1), dh);
    const T* h = args.sequence + slice.place(i, p) * units;
    T* dz = chunk.dz + entry * width;
    for (int64_t j = 0; j < width; j += kLanes<T>)
      store(dz + j, through<T>(net.activation, load(dh + j), load_some(h + j, units - j)));
    chunk.h_before[entry] = state_before(slice, i, step);
    if (net.ids) {
      copy_row(d_steps + place * width, dz, width);
    } else {
      chunk.x[entry] = net.inputs + place * features;
      chunk.dx[entry] = args.d_inputs + place * features;
    }
  }

  // The chunk's steps from last to first, then all products over its entries.
  void run_chunk(const Slice& slice, int64_t from, int64_t to, T* dh, Chunk& chunk) const {
    chunk.entries = 0;
    for (int64_t step = from; step < to; ++step) chunk.entries += slice.active(step);
    const T* dz_rows[kChunk];
    T* dh_rows[kMostRowsInSlice];
    for (int64_t e = 0; e < chunk.entries; ++e) dz_rows[e] = chunk.dz + e * width;
    for (int64_t i = 0; i < slice.count; ++i) dh_rows[i] = dh + i * width;
    int64_t entry = chunk.entries;
    for (int64_t step = to - 1; step >= from; --step) {
      const int64_t active = slice.active(step);
      entry -= active;
      for (int64_t i = 0; i < active; ++i) enter(slice, i, step, dh_rows[i], entry + i, chunk);
      product_rows(active, dz_rows + entry, recurrent_t, static_cast<const T* const*>(nullptr), dh_rows);
    }
    if (!args.net.ids) product_rows(chunk.entries, dz_rows, kernel_t, static_cast<const T* const*>(nullptr), chunk.dx);
  }

  void run(int64_t task, int64_t worker) const {
    const auto& net = args.net;
    const Slice slice(plan, task);
    T* dh = scratch + worker * scratch_size;
    Chunk chunk;
    chunk.dz = dh + kMostRowsInSlice * width;
    T* du = d_recurrent + task * units * width;
    T* dw = d_kernel + task * features * width;
    T* db = d_bias + task * width;
    clear(du, units * width);
    clear(db, width);
    if (!net.ids) clear(dw, features * width);
    for (int64_t i = 0; i < slice.count; ++i) {
      clear(dh + i * width, width);
      copy_row(dh + i * width, args.d_state + slice.rows[i] * units, units);
      if (!net.ids && net.mask) clear(args.d_inputs + slice.place(i, 0) * features, net.time * features);
    }
    for (int64_t to = slice.longest(), from; to > 0; to = from) {
      from = slice.chunk_start(to);
      run_chunk(slice, from, to, dh, chunk);
      product_columns(units, chunk.h_before, chunk.dz, width, chunk.entries, du);
      if (!net.ids) product_columns(features, chunk.x, chunk.dz, width, chunk.entries, dw);
      for (int64_t e = 0; e < chunk.entries; ++e) add_row(db, chunk.dz + e * width, width);
    }
    for (int64_t i = 0; i < slice.count; ++i) {
      if (!net.zero_for_mask) collect(slice, i, 0, slice.position(i, 0), dh + i * width);
      copy_row(args.d_initial_state + slice.rows[i] * units, dh + i * width, units);
    }
  }
};

// 128 words of 64 units and 128 features are 96 KiB.
constexpr int64_t kWords = 128;

// The gradients of the table and of W, word by word: dz is summed over a word's places first.
template <class T>
void gather_words(const SimpleRnnBackward<T>& args, const Words& words, const T* d_steps, Panels<T> kernel_t, T* d_kernel,
                  Workers& workers, Memory& memory) {
  const auto& net = args.net;
  const int64_t width = padded<T>(net.units), features = net.features;
  T* scratch = memory.array<T>(workers.count() * kWords * width);
  parallel(workers, ceil_div(net.vocabulary, kChunk), [&](int64_t task, int64_t) {
    const int64_t first = task * kChunk, rows = smaller(kChunk, net.vocabulary - first);
    clear(args.d_table + first * features, rows * features);
  });
  parallel(workers, ceil_div(words.count, kWords), [&](int64_t task, int64_t worker) {
    const int64_t first = task * kWords, n = smaller(kWords, words.count - first);
    T* sums = scratch + worker * kWords * width;
    const T *rows[kWords], *sum_rows[kWords];
    T* out[kWords];
    clear(sums, n * width);
    for (int64_t i = 0; i < n; ++i) {
      const int64_t word = first + i, id = words.ids[word];
      for (int32_t at = words.starts[word]; at < words.starts[word + 1]; ++at)
        add_row(sums + i * width, d_steps + words.places[at] * width, width);
      sum_rows[i] = sums + i * width;
      rows[i] = net.table + id * features;
      out[i] = args.d_table + id * features;
    }
    T* part = d_kernel + task * features * width;
    clear(part, features * width);
    product_columns(features, rows, sums, width, n, part);
    product_rows(n, sum_rows, kernel_t, static_cast<const T* const*>(nullptr), out);
  });
}

template <class T>
void simple_rnn_backward(const SimpleRnnBackward<T>& args, Workers& workers, Memory& memory) {
  const auto& net = args.net;
  const int64_t units = net.units, features = net.features, width = padded<T>(units);
  const Plan plan = make_plan(net.batch, net.time, net.mask, net.go_backwards, memory);
  const Words words = net.ids ? find_words(net.ids, net.vocabulary, plan, memory) : Words{};
  auto kernel_t = pack(net.kernel, units, features, 1, units, memory.array<T>(panels_size<T>(units, features)));
  kernel_t.columns = features;
  const auto recurrent_t = pack(net.recurrent_kernel, units, units, 1, units, memory.array<T>(panels_size<T>(units, units)));
  const int64_t kernel_parts = net.ids ? ceil_div(words.count, kWords) : plan.slices;
  T* d_kernel = memory.array<T>(kernel_parts * features * width);
  T* d_recurrent = memory.array<T>(plan.slices * units * width);
  T* d_bias = memory.array<T>(plan.slices * width);
  T* d_steps = net.ids ? memory.array<T>(net.batch * net.time * width) : nullptr;
  const int64_t scratch_size = (kMostRowsInSlice + kChunk) * width;
  const BackwardPass<T> pass = {args, plan, units, features, width, kernel_t, recurrent_t, d_kernel, d_recurrent, d_bias,
                                d_steps, memory.array<T>(workers.count() * scratch_size), scratch_size};
  parallel(workers, plan.slices, [&](int64_t task, int64_t worker) { pass.run(task, worker); });
  if (net.ids) gather_words(args, words, d_steps, kernel_t, d_kernel, workers, memory);
  add_parts(workers, d_kernel, kernel_parts, features, units, args.d_kernel);
  add_parts(workers, d_recurrent, plan.slices, units, units, args.d_recurrent_kernel);
  add_parts(workers, d_bias, plan.slices, 1, units, args.d_bias);
}

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
