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
  T* scratch;             // a worker's: the slice's states, a chunk of z and of h
  int64_t scratch_size;

  // z = x_t W + b for each entry: looked up in `projected`, or computed now.
  void project(const Slice& slice, const Chunk& chunk, T* z) const {
    const auto& net = args.net;
    const T *from[kChunk], *biases[kChunk];
    T* to[kChunk];
    for (int64_t i = 0; i < slice.count; ++i)
      for (int64_t step = chunk.from; step < chunk.end(slice, i); ++step) {
        const int64_t place = slice.place(i, plan.time_of(slice.position(i, step))), entry = chunk.entry(i, step);
        if (words) {
          copy_row(z + entry * width, projected + words->index[place] * width, width);
          continue;
        }
        from[entry] = net.inputs + place * net.features;
        biases[entry] = bias;
        to[entry] = z + entry * width;
      }
    if (!words) product_rows(chunk.entries, from, kernel, biases, to);
  }

  // h = f(z + h_before U), step by step.
  void recur(const Chunk& chunk, const T* state, const T* z, T* h) const {
    const T *before[kMostRowsInSlice], *z_rows[kMostRowsInSlice];
    T* h_rows[kMostRowsInSlice];
    for (int64_t step = chunk.from; step < chunk.to; ++step) {
      const int64_t first = chunk.entry(0, step), active = chunk.active(step);
      for (int64_t i = 0; i < active; ++i) {
        before[i] = step == chunk.from ? state + i * width : h + chunk.entry(i, step - 1) * width;
        z_rows[i] = z + (first + i) * width;
        h_rows[i] = h + (first + i) * width;
      }
      product_rows(active, before, recurrent, z_rows, h_rows);
      T* now = h_rows[0];  // the columns past H stay f(0) = 0
      for (int64_t j = 0; j < active * width; j += kLanes<T>) store(now + j, activate<T>(args.net.activation, load(now + j)));
    }
  }

  // Row i's part of the chunk to memory; its last state stays for the next chunk.
  void emit(const Slice& slice, const Chunk& chunk, int64_t i, const T* h, T* state) const {
    const int64_t end = chunk.end(slice, i);
    if (end <= chunk.from) return;
    const T* last = h + chunk.entry(i, end - 1) * width;
    copy_row(state, last, width);
    if (end == slice.steps(i)) copy_row(args.state + slice.rows[i] * units, last, units);
    if (!args.sequence) return;
    for (int64_t step = chunk.from; step < end; ++step) {
      const T* row = h + chunk.entry(i, step) * width;
      const int64_t p = slice.position(i, step);
      copy_row(args.sequence + slice.place(i, p) * units, row, units);
      if (args.fill) hold(slice, i, p + 1, slice.position(i, step + 1), row);
    }
  }

  // What the masked positions [from, to) show after state h.
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
    T* state = scratch + worker * scratch_size;
    T* z = state + kMostRowsInSlice * width;
    T* h = z + kChunk * width;
    for (int64_t i = 0; i < slice.count; ++i) {
      const T* initial = args.net.initial_state + slice.rows[i] * units;
      clear(state + i * width, width);
      copy_row(state + i * width, initial, units);
      if (slice.steps(i) == 0) copy_row(args.state + slice.rows[i] * units, initial, units);
      if (args.sequence && args.fill) hold(slice, i, 0, slice.position(i, 0), initial);
    }
    for (int64_t from = 0; from < slice.longest();) {
      const Chunk chunk = Chunk::after(slice, from);
      project(slice, chunk, z);
      recur(chunk, state, z, h);
      for (int64_t i = 0; i < slice.count; ++i) emit(slice, chunk, i, h, state + i * width);
      from = chunk.to;
    }
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
  const int64_t scratch_size = (kMostRowsInSlice + 2 * kChunk) * width;
  const ForwardPass<T> pass = {args, plan, units, width, kernel, recurrent, bias, net.ids ? &words : nullptr, projected,
                               memory.array<T>(workers.count() * scratch_size), scratch_size};
  parallel(workers, plan.slices, [&](int64_t task, int64_t worker) { pass.run(task, worker); });
}

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
