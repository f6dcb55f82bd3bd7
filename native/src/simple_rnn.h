// The recurrence of one slice of rows through all its steps, forward and backward; see include/bptt/simple_rnn.h.
//
// A slice holds up to 32 rows, sorted by length, so that the rows still active at step k are always the first ones.
// Its state stays in the first cache level; steps are taken in chunks of up to kChunk (row, step) entries, so that what
// is a product over many rows (x W, and all weight gradients) is done a chunk at a time while it is in the second level.
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
  // First step after the chunk that starts at `from`.
  int64_t chunk_end(int64_t from) const {
    int64_t step = from, entries = 0;
    while (step < longest() && entries + active(step) <= kChunk) entries += active(step++);
    return step;
  }
  // First step of the chunk that ends before `to`.
  int64_t chunk_start(int64_t to) const {
    int64_t step = to, entries = 0;
    while (step > 0 && entries + active(step - 1) <= kChunk) entries += active(--step);
    return step;
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

template <class T>
inline void clear(T* to, int64_t n) {
  memset(to, 0, static_cast<size_t>(n) * sizeof(T));
}

// to[i][:] = sum over parts, in order; `to` has rows of `columns`, each part rows of `stride`.
template <class T>
void add_parts(Workers& workers, const T* parts, int64_t count, int64_t rows, int64_t columns, T* to) {
  const int64_t stride = padded<T>(columns), size = rows * stride, block = 16;
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
