// Which steps each row really takes, and which rows go together.
#pragma once

#include <cstdint>

#include "bptt/runtime.h"

namespace bptt {

// Rows sorted by their number of real steps, most first, and cut into slices; a slice is one task. Padding is never
// visited: row `rows[i]` takes its k-th step at position `positions[rows[i] * time + k]` of the sequence, in processing order.
// An entry is one row's step; entries are numbered slice by slice, in a slice step by step, in a step row by row.
// The slices depend on the batch and the mask alone, so that sums over them do not depend on the number of threads.
struct Plan {
  int64_t batch, time;
  bool go_backwards;
  int64_t slices;
  const int32_t* rows;       // (B)
  const int32_t* steps;      // (B): real steps of each row
  const int32_t* positions;  // (B, T)
  const int32_t* starts;     // (slices, T + 1): the first entry of each step of a slice

  BPTT_INLINE int64_t first(int64_t slice) const { return batch * slice / slices; }
  BPTT_INLINE int64_t time_of(int64_t position) const { return go_backwards ? time - 1 - position : position; }
  BPTT_INLINE const int32_t* starts_of(int64_t slice) const { return starts + slice * (time + 1); }
};

constexpr int64_t kMostRowsInSlice = 32;

Plan make_plan(int64_t batch, int64_t time, const bool* mask, bool go_backwards, Memory& memory);

// The distinct ids of the real steps, and where each stands.
struct Words {
  int64_t count;              // U distinct ids
  const int32_t* ids;         // (U), in order of first appearance
  const int32_t* index;       // (B, T): which of the U, at real steps; elsewhere undefined
  const int32_t* starts;      // (U + 1)
  const int32_t* places;      // (starts[U]), each word's one after the other: the entry, or b * T + position in processing order, or b * T + time
};

enum class PlacedBy { kEntry, kPosition, kTime };

// Throws std::out_of_range naming the place of an id outside [0, vocabulary).
Words find_words(const int32_t* ids, int64_t vocabulary, const Plan& plan, PlacedBy placed_by, Memory& memory);

}  // namespace bptt
