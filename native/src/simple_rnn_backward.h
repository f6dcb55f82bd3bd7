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
  int64_t parts;                         // tasks; task k takes slices k, k + parts, ...
  T *d_kernel, *d_recurrent, *d_bias;    // a part: (D, width), (H, width), (1, width)
  T* scratch;                            // a worker's: the slice's dh, a chunk of h and of dz
  int64_t scratch_size;

  // A chunk's arrays, one row an entry.
  struct Rows {
    T *h, *dz;                      // the state after the step; dL/dz, before that the gradient of the step's output
    const T* h_before[kChunk];      // the state before the step
    const T* x[kChunk];             // with inputs
    T* dx[kChunk];
  };

  // The gradients of the outputs in positions [from, to), which all show the same state.
  void collect(const Slice& slice, int64_t i, int64_t from, int64_t to, T* sum) const {
    if (!args.d_sequence) return;
    for (int64_t p = from; p < to; ++p) add_row(sum, args.d_sequence + slice.place(i, p) * units, units);
  }

  // Reads row i's part of the chunk from memory.
  void gather(const Slice& slice, const Chunk& chunk, int64_t i, Rows& rows) const {
    const auto& net = args.net;
    const T* before = chunk.from ? args.sequence + slice.place(i, slice.position(i, chunk.from - 1)) * units
                                 : net.initial_state + slice.rows[i] * units;
    for (int64_t step = chunk.from; step < chunk.end(slice, i); ++step) {
      const int64_t entry = chunk.entry(i, step), p = slice.position(i, step), place = slice.place(i, plan.time_of(p));
      T *h = rows.h + entry * width, *dy = rows.dz + entry * width;
      clear(h + width - kLanes<T>, kLanes<T>);
      copy_row(h, args.sequence + slice.place(i, p) * units, units);
      clear(dy, width);
      collect(slice, i, p, net.zero_for_mask ? p + 1 : slice.position(i, step + 1), dy);
      rows.h_before[entry] = before;
      before = h;
      if (net.ids) continue;
      rows.x[entry] = net.inputs + place * features;
      rows.dx[entry] = args.d_inputs + place * features;
    }
  }

  // dz = (dy + dh) f'(z) and dh = dz U^T, from the chunk's last step to its first.
  void recur(const Chunk& chunk, const Rows& rows, T* dh) const {
    const T* dz_rows[kMostRowsInSlice];
    T* dh_rows[kMostRowsInSlice];
    for (int64_t i = 0; i < kMostRowsInSlice; ++i) dh_rows[i] = dh + i * width;
    for (int64_t step = chunk.to - 1; step >= chunk.from; --step) {
      const int64_t first = chunk.entry(0, step) * width, active = chunk.active(step);
      T* dz = rows.dz + first;
      for (int64_t j = 0; j < active * width; j += kLanes<T>)
        store(dz + j, through<T>(args.net.activation, load(dz + j) + load(dh + j), load(rows.h + first + j)));
      for (int64_t i = 0; i < active; ++i) dz_rows[i] = dz + i * width;
      product_rows(active, dz_rows, recurrent_t, static_cast<const T* const*>(nullptr), dh_rows);
    }
  }

  // What the chunk's entries add to the task's part of each gradient.
  void spread(const Slice& slice, const Chunk& chunk, int64_t task, const Rows& rows) const {
    product_columns(units, rows.h_before, rows.dz, width, chunk.entries, d_recurrent + task * units * width);
    add_rows(d_bias + task * width, width, chunk.entries, [&](int64_t e) { return rows.dz + e * width; });
    if (args.net.ids) {
      for (int64_t i = 0; i < slice.count; ++i)
        for (int64_t step = chunk.from; step < chunk.end(slice, i); ++step)
          copy_row(args.d_steps + slice.place(i, slice.position(i, step)) * units, rows.dz + chunk.entry(i, step) * width,
                   units);
      return;
    }
    const T* dz_rows[kChunk];
    for (int64_t e = 0; e < chunk.entries; ++e) dz_rows[e] = rows.dz + e * width;
    product_columns(features, rows.x, rows.dz, width, chunk.entries, d_kernel + task * features * width);
    product_rows(chunk.entries, dz_rows, kernel_t, static_cast<const T* const*>(nullptr), rows.dx);
  }

  void run(int64_t task, int64_t worker) const {
    clear(d_recurrent + task * units * width, units * width);
    clear(d_bias + task * width, width);
    if (!args.net.ids) clear(d_kernel + task * features * width, features * width);
    for (int64_t index = task; index < plan.slices; index += parts) take(Slice(plan, index), task, worker);
  }

  void take(const Slice& slice, int64_t task, int64_t worker) const {
    const auto& net = args.net;
    T* dh = scratch + worker * scratch_size;
    Rows rows;
    rows.h = dh + kMostRowsInSlice * width;
    rows.dz = rows.h + kChunk * width;
    for (int64_t i = 0; i < slice.count; ++i) {
      clear(dh + i * width, width);
      copy_row(dh + i * width, args.d_state + slice.rows[i] * units, units);
      if (!net.ids && net.mask) clear(args.d_inputs + slice.place(i, 0) * features, net.time * features);
    }
    for (int64_t to = slice.longest(); to > 0;) {
      const Chunk chunk = Chunk::before(slice, to);
      for (int64_t i = 0; i < slice.count; ++i) gather(slice, chunk, i, rows);
      recur(chunk, rows, dh);
      spread(slice, chunk, task, rows);
      to = chunk.from;
    }
    for (int64_t i = 0; i < slice.count; ++i) {
      if (!net.zero_for_mask) collect(slice, i, 0, slice.position(i, 0), dh + i * width);
      copy_row(args.d_initial_state + slice.rows[i] * units, dh + i * width, units);
    }
  }
};

// First word whose places begin at or after `place`.
inline int64_t word_from(const Words& words, int64_t place) {
  int64_t low = 0, high = words.count;
  while (low < high) {
    const int64_t middle = (low + high) / 2;
    if (words.starts[middle] < place)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

// sums[word] = sum of dz over the word's places, in order. Tasks hold like numbers of places, not of words: in text the
// first hundred words hold most places.
template <class T>
void sum_places(const Words& words, const T* d_steps, int64_t units, T* sums, Workers& workers) {
  const int64_t places = words.starts[words.count], block = 2 * kChunk, width = padded<T>(units);
  parallel(workers, ceil_div(places, block), [&](int64_t task, int64_t) {
    const int64_t last_word = word_from(words, (task + 1) * block);
    for (int64_t word = word_from(words, task * block); word < last_word; ++word) {
      const int32_t* at = words.places + words.starts[word];
      clear(sums + word * width, width);
      add_rows(sums + word * width, units, words.starts[word + 1] - words.starts[word],
               [&](int64_t i) { return d_steps + at[i] * units; });
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

// The gradients of the table and of W, from dz summed word by word.
template <class T>
void gather_words(const SimpleRnnBackward<T>& args, const Words& words, Panels<T> kernel_t, int64_t parts, T* d_kernel,
                  Workers& workers, Memory& memory) {
  const auto& net = args.net;
  const int64_t width = padded<T>(net.units), features = net.features;
  T* sums = memory.array<T>(words.count * width);
  parallel(workers, ceil_div(net.vocabulary, kChunk), [&](int64_t task, int64_t) {
    const int64_t first = task * kChunk, rows = smaller(kChunk, net.vocabulary - first);
    clear(args.d_table + first * features, rows * features);
  });
  sum_places(words, args.d_steps, net.units, sums, workers);
  parallel(workers, parts, [&](int64_t task, int64_t) {
    T* part = d_kernel + task * features * width;
    clear(part, features * width);
    for (int64_t first = task * kWords; first < words.count; first += parts * kWords) {
      const int64_t n = smaller(kWords, words.count - first);
      const T *rows[kWords], *sum_rows[kWords];
      T* out[kWords];
      for (int64_t i = 0; i < n; ++i) {
        const int64_t id = words.ids[first + i];
        sum_rows[i] = sums + (first + i) * width;
        rows[i] = net.table + id * features;
        out[i] = args.d_table + id * features;
      }
      product_columns(features, rows, sum_rows[0], width, n, part);
      product_rows(n, sum_rows, kernel_t, static_cast<const T* const*>(nullptr), out);
    }
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
  const int64_t parts = count_parts<T>(plan.slices, (units + (net.ids ? 0 : features)) * width);
  const int64_t kernel_parts = net.ids ? count_parts<T>(ceil_div(words.count, kWords), features * width) : parts;
  T* d_kernel = memory.array<T>(kernel_parts * features * width);
  T* d_recurrent = memory.array<T>(parts * units * width);
  T* d_bias = memory.array<T>(parts * width);
  const int64_t scratch_size = (kMostRowsInSlice + 2 * kChunk) * width;
  const BackwardPass<T> pass = {args, plan, units, features, width, kernel_t, recurrent_t, parts, d_kernel, d_recurrent, d_bias,
                                memory.array<T>(workers.count() * scratch_size), scratch_size};
  parallel(workers, parts, [&](int64_t task, int64_t worker) { pass.run(task, worker); });
  if (net.ids) gather_words(args, words, kernel_t, kernel_parts, d_kernel, workers, memory);
  add_parts(workers, d_kernel, kernel_parts, features, units, args.d_kernel);
  add_parts(workers, d_recurrent, parts, units, units, args.d_recurrent_kernel);
  add_parts(workers, d_bias, parts, 1, units, args.d_bias);
}

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
