// The recurrence of one slice of rows through all its steps, forward and backward; see include/bptt/simple_rnn.h.
//
// A slice holds up to 32 rows, sorted by length, so that the rows still active at step k are always the first ones.
// Steps are taken in chunks of up to kChunk entries, an entry being one row's step, in the order of steps and within a
// step of rows. A chunk's states and gradients stay in the second cache level; what comes from memory or goes to it does
// so row by row, in runs of many steps, and products over all entries (x W, the weight gradients) are done at once.
#pragma once

#include "activations.h"
#include "bptt/plan.h"
#include "matmul.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

// 256 entries of 64 units are 64 KiB. 128 and 512 were no faster.
constexpr int64_t kChunk = 256;

// One slice's rows and how far each goes.
struct Slice {
  const Plan& plan;
  const int32_t* rows;
  int64_t count;

  Slice(const Plan& p, int64_t index)
      : plan(p), rows(p.rows + p.first(index)), count(p.first(index + 1) - p.first(index)) {}

  int64_t steps(int64_t i) const { return plan.steps[rows[i]]; }
  int64_t longest() const { return count ? steps(0) : 0; }
  int64_t active(int64_t step) const {
    int64_t n = 0;
    while (n < count && steps(n) > step) ++n;
    return n;
  }
  // Position in processing order of row i's step; `time` past its last one.
  int64_t position(int64_t i, int64_t step) const {
    return step < steps(i) ? plan.positions[rows[i] * plan.time + step] : plan.time;
  }
  int64_t place(int64_t i, int64_t position) const { return rows[i] * plan.time + position; }
};

// The steps [from, to) of a slice that are taken together.
struct Chunk {
  int64_t from, to, entries;
  int64_t starts[kChunk + 1];  // the first entry of each step

  int64_t entry(int64_t i, int64_t step) const { return starts[step - from] + i; }
  int64_t active(int64_t step) const { return starts[step - from + 1] - starts[step - from]; }
  // One past row i's last step in the chunk.
  int64_t end(const Slice& slice, int64_t i) const { return smaller(to, slice.steps(i)); }

  static Chunk after(const Slice& slice, int64_t from) {
    Chunk chunk = {from, from, 0, {0}};
    for (; chunk.to < slice.longest() && chunk.entries + slice.active(chunk.to) <= kChunk; ++chunk.to)
      chunk.starts[chunk.to - from + 1] = chunk.entries += slice.active(chunk.to);
    return chunk;
  }
  static Chunk before(const Slice& slice, int64_t to) {
    int64_t from = to, entries = 0;
    while (from > 0 && entries + slice.active(from - 1) <= kChunk) entries += slice.active(--from);
    Chunk chunk = {from, to, 0, {0}};
    for (int64_t step = from; step < to; ++step) chunk.starts[step - from + 1] = chunk.entries += slice.active(step);
    return chunk;
  }
};

template <class T>
inline void copy_row(T* to, const T* from, int64_t n) {
  for (int64_t j = 0; j < n; j += kLanes<T>) store_some(to + j, load_some(from + j, n - j), n - j);
}

template <class T>
inline void add_row(T* to, const T* from, int64_t n) {
  for (int64_t j = 0; j < n; j += kLanes<T>)
    store_some(to + j, load_some(to + j, n - j) + load_some(from + j, n - j), n - j);
}

// sum[:n] += row(0)[:n] + ... + row(count - 1)[:n], in runs of 32 and then the runs' sums: one chain over 8,000 rows lost
// 38 float roundings of the sum. `sum` is written in whole vectors.
template <class T, class Row>
inline void add_rows(T* sum, int64_t n, int64_t count, const Row& row) {
  constexpr int64_t kRun = 32;
  for (int64_t first = 0; first < count; first += kRun)
    for (int64_t j = 0; j < n; j += kLanes<T>) {
      Vec<T> run = {};
      for (int64_t i = first; i < smaller(first + kRun, count); ++i) run += load_some(row(i) + j, n - j);
      store(sum + j, load(sum + j) + run);
    }
}

template <class T>
inline void clear(T* to, int64_t n) {
  memset(to, 0, static_cast<size_t>(n) * sizeof(T));
}

// to[i][:] = sum over parts, in order; `to` has rows of `columns`, each part rows of `stride`. A few rows are added by the
// caller alone: to wake a helper takes longer.
template <class T>
void add_parts(Workers& workers, const T* parts, int64_t count, int64_t rows, int64_t columns, T* to) {
  if (rows == 0) return;
  const int64_t stride = padded<T>(columns), size = rows * stride;
  const int64_t block = count * size < (1 << 18) ? rows : 16;
  parallel(workers, ceil_div(rows, block), [&](int64_t task, int64_t) {
    for (int64_t r = task * block; r < smaller(rows, (task + 1) * block); ++r)
      for (int64_t j = 0; j < columns; j += kLanes<T>) {
        Vec<T> total = {};
        for (int64_t p = 0; p < count; ++p) total += load(parts + p * size + r * stride + j);
        store_some(to + r * columns + j, total, columns - j);
      }
  });
}

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
