// A slice of rows through time; see include/bptt/plan.h.
//
// A slice holds up to 32 rows, sorted by length, so that the rows still active at step k are always the first ones.
// Steps are taken in chunks of up to kChunk entries. A chunk's numbers stay in the second cache level; what comes from
// (B, T, ...) memory or goes to it does so row by row, in runs of many steps, and products over all entries (x W, the
// weight gradients) are done at once.
#pragma once

#include "bptt/plan.h"
#include "vec.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

// 256 entries of 64 units are 64 KiB. 128 and 512 were no faster.
constexpr int64_t kChunk = 256;

// One slice's rows and how far each goes.
struct Slice {
  const Plan& plan;
  int64_t index;
  const int32_t* rows;
  const int32_t* starts;
  int64_t count;

  Slice(const Plan& p, int64_t index)
      : plan(p), index(index), rows(p.rows + p.first(index)), starts(p.starts_of(index)), count(p.first(index + 1) - p.first(index)) {}

  int64_t steps(int64_t i) const { return plan.steps[rows[i]]; }
  int64_t longest() const { return count ? steps(0) : 0; }
  int64_t active(int64_t step) const { return starts[step + 1] - starts[step]; }
  // Position in processing order of row i's step; `time` past its last one.
  int64_t position(int64_t i, int64_t step) const {
    return step < steps(i) ? plan.positions[rows[i] * plan.time + step] : plan.time;
  }
  int64_t place(int64_t i, int64_t position) const { return rows[i] * plan.time + position; }
};

// The steps [from, to) of a slice that are taken together; their entries count from 0.
struct Chunk {
  const Slice& slice;
  int64_t from, to;

  int64_t first() const { return slice.starts[from]; }
  int64_t entries() const { return slice.starts[to] - slice.starts[from]; }
  int64_t entry(int64_t i, int64_t step) const { return slice.starts[step] - slice.starts[from] + i; }
  // One past row i's last step in the chunk.
  int64_t end(int64_t i) const { return smaller(to, slice.steps(i)); }

  static Chunk after(const Slice& slice, int64_t from, int64_t most) {
    int64_t to = from;
    while (to < slice.longest() && slice.starts[to + 1] - slice.starts[from] <= most) ++to;
    return {slice, from, to};
  }
  static Chunk before(const Slice& slice, int64_t to, int64_t most) {
    int64_t from = to;
    while (from > 0 && slice.starts[to] - slice.starts[from - 1] <= most) --from;
    return {slice, from, to};
  }
};

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
