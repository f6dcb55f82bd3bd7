// Forward through time.
#pragma once

#include "simple_rnn.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

template <class T>
struct ForwardPass {
  const SimpleRnnForward<T>& args;
  const Plan plan;
  const int64_t units, width;  // width: units in whole vectors
  Panels<T> kernel, recurrent;
  const T* bias;          // (width)
  const Words* words;     // with ids
  const T* projected;     // (U, width) with ids: table[word] W + b
  T* scratch;             // a worker's: two states, a chunk of projections
  int64_t scratch_size;

  // x_t W + b for each entry of the chunk: rows of `projected`, or computed now into `z`.
  void project(const Slice& slice, int64_t from, int64_t to, T* z, const T** rows) const {
    const auto& net = args.net;
    const T* from_rows[kChunk];
    const T* biases[kChunk];
    T* to_rows[kChunk];
    int64_t n = 0;
    for (int64_t step = from; step < to; ++step)
      for (int64_t i = 0; i < slice.count && slice.steps(i) > step; ++i, ++n) {
        const int64_t place = slice.place(i, plan.time_of(slice.position(i, step)));
        if (words) {
          rows[n] = projected + words->index[place] * width;
          continue;
        }
        from_rows[n] = net.inputs + place * net.features;
        biases[n] = bias;
        rows[n] = to_rows[n] = z + n * width;
      }
    if (!words) product_rows(n, from_rows, kernel, biases, to_rows);
  }

  // Writes what row i's step leaves: the state after its last one, and its positions up to the next real one.
  void emit(const Slice& slice, int64_t i, int64_t step, const T* h) const {
    if (step + 1 == slice.steps(i)) copy_row(args.state + slice.rows[i] * units, h, units);
    if (!args.sequence) return;
    const int64_t p = slice.position(i, step);
    copy_row(args.sequence + slice.place(i, p) * units, h, units);
    if (args.fill) hold(slice, i, p + 1, slice.position(i, step + 1), h);
  }

  void hold(const Slice& slice, int64_t i, int64_t from, int64_t to, const T* h) const {
    for (int64_t p = from; p < to; ++p) {
      T* out = args.sequence + slice.place(i, p) * units;
      if (args.net.zero_for_mask)
        clear(out, units);
      else
        copy_row(out, h, units);
    }
  }

  void run(int64_t task, int64_t worker) const {
    const Slice slice(plan, task);
    T* now = scratch + worker * scratch_size;
    T* next = now + kMostRowsInSlice * width;
    T* z = next + kMostRowsInSlice * width;
    const T* z_rows[kChunk];
    for (int64_t i = 0; i < slice.count; ++i) {
      const T* h = args.net.initial_state + slice.rows[i] * units;
      clear(now + i * width, width);
      copy_row(now + i * width, h, units);
      if (slice.steps(i) == 0) copy_row(args.state + slice.rows[i] * units, h, units);
      if (args.sequence && args.fill) hold(slice, i, 0, slice.position(i, 0), h);
    }
    for (int64_t from = 0, to; from < slice.longest(); from = to) {
      to = slice.chunk_end(from);
      project(slice, from, to, z, z_rows);
      const T** step_rows = z_rows;
      for (int64_t step = from; step < to; ++step) {
        const int64_t active = slice.active(step);
        advance(active, now, next, step_rows);
        for (int64_t i = 0; i < active; ++i) emit(slice, i, step, next + i * width);
        step_rows += active;
        T* swap = now;
        now = next;
        next = swap;
      }
    }
  }

  // next = f(z + now U) for the first `active` rows.
  void advance(int64_t active, const T* now, T* next, const T* const* z) const {
    const T* a[kMostRowsInSlice];
    T* out[kMostRowsInSlice];
    for (int64_t i = 0; i < active; ++i) {
      a[i] = now + i * width;
      out[i] = next + i * width;
    }
    product_rows(active, a, recurrent, z, out);
    for (int64_t j = 0; j < active * width; j += kLanes<T>) store(next + j, activate<T>(args.net.activation, load(next + j)));
  }
};

// projected = table[words] W + b, in blocks of words.
template <class T>
void project_words(const SimpleRnn<T>& net, const Words& words, const Panels<T>& kernel, const T* bias, T* projected,
                   Workers& workers) {
  const int64_t width = padded<T>(net.units);
  parallel(workers, ceil_div(words.count, kChunk), [&](int64_t task, int64_t) {
    const T* rows[kChunk];
    const T* biases[kChunk];
    T* out[kChunk];
    const int64_t first = task * kChunk, n = smaller(kChunk, words.count - first);
    for (int64_t i = 0; i < n; ++i) {
      rows[i] = net.table + static_cast<int64_t>(words.ids[first + i]) * net.features;
      biases[i] = bias;
      out[i] = projected + (first + i) * width;
    }
    product_rows(n, rows, kernel, biases, out);
  });
}

template <class T>
void simple_rnn_forward(const SimpleRnnForward<T>& args, Workers& workers, Memory& memory) {
  const auto& net = args.net;
  const int64_t units = net.units, width = padded<T>(units);
  const Plan plan = make_plan(net.batch, net.time, net.mask, net.go_backwards, memory);
  const auto kernel = pack(net.kernel, net.features, units, units, 1, memory.array<T>(panels_size<T>(net.features, units)));
  const auto recurrent = pack(net.recurrent_kernel, units, units, units, 1, memory.array<T>(panels_size<T>(units, units)));
  T* bias = memory.array<T>(width);
  clear(bias, width);
  copy_row(bias, net.bias, units);
  Words words = {};
  T* projected = nullptr;
  if (net.ids) {
    words = find_words(net.ids, net.vocabulary, plan, memory);
    projected = memory.array<T>(words.count * width);
    project_words(net, words, kernel, bias, projected, workers);
  }
  const int64_t scratch_size = (2 * kMostRowsInSlice + (net.ids ? 0 : kChunk)) * width;
  const ForwardPass<T> pass = {args, plan, units, width, kernel, recurrent, bias, net.ids ? &words : nullptr, projected,
                               memory.array<T>(workers.count() * scratch_size), scratch_size};
  parallel(workers, plan.slices, [&](int64_t task, int64_t worker) { pass.run(task, worker); });
}

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
